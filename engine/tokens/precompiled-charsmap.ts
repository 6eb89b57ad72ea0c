// SentencePiece's compiled table of replacements: a double-array trie over UTF-8 bytes, and the texts that its leaves point to.
import { say } from "../base/sentence.ts";
import type { Component } from "./component.ts";

/** Longer clusters are looked up character by character, as in Hugging Face's library; bytes. */
const LONGEST_CLUSTER = 6;

export class Charsmap {
  private constructor(
    private readonly units: Uint32Array,
    private readonly texts: Buffer,
  ) {}

  /** @param base64  as it stands in a tokenizer.json */
  static parse(base64: string, component: Component): Charsmap {
    const bytes = Buffer.from(base64, "base64");
    const size = bytes.length >= 4 ? bytes.readUInt32LE(0) : -1;
    if (size < 4 || size % 4 !== 0 || 4 + size > bytes.length) {
      throw component.wrong(say`"${component.path}.precompiled_charsmap" is damaged`);
    }
    const units = Uint32Array.from({ length: size / 4 }, (_, i) => bytes.readUInt32LE(4 + 4 * i));
    return new Charsmap(units, bytes.subarray(4 + size));
  }

  /** @param cluster  a letter and the marks on it */
  replace(cluster: string): string {
    const bytes = Buffer.from(cluster, "utf8");
    const whole = bytes.length < LONGEST_CLUSTER ? this.lookUp(bytes) : undefined;
    if (whole !== undefined) return whole;
    return Array.from(cluster, (character) => this.lookUp(Buffer.from(character, "utf8")) ?? character).join("");
  }

  /** The text of the shortest key that the bytes begin with. */
  private lookUp(bytes: Buffer): string | undefined {
    let node = offsetOf(this.units[0]!);
    for (const byte of bytes) {
      if (byte === 0) return undefined;
      node ^= byte;
      const unit = this.units[node];
      if (unit === undefined || labelOf(unit) !== byte) return undefined;
      node ^= offsetOf(unit);
      if ((unit >>> 8) & 1) return this.textAt((this.units[node] ?? 0) & 0x7fffffff);
    }
    return undefined;
  }

  private textAt(start: number): string {
    const end = this.texts.indexOf(0, start);
    return this.texts.toString("utf8", start, end < 0 ? this.texts.length : end);
  }
}

function labelOf(unit: number): number {
  return (unit & 0x800000ff) >>> 0;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
