// From tokens back to text, as the decoder of a tokenizer.json says.
import { say } from "../base/sentence.ts";
import { z } from "zod";
import { bytesOfToken } from "./byte-level.ts";
import { byteOfName } from "./byte-tokens.ts";
import type { Component } from "./component.ts";
import { expressionOf, patternSchema } from "./pattern.ts";

/** Pieces to pieces; joined they are the text. */
export type Decoder = (pieces: readonly string[]) => readonly string[];

/** @throws EngineError "invalid-file" or "unsupported" */
export function createDecoder(component: Component): Decoder {
  if (component.json === null || component.json === undefined) return (pieces) => [pieces.join(" ")];
  const { type } = component;
  switch (type) {
    case "Sequence":
      return component
        .parts("decoders")
        .map(createDecoder)
        .reduce<Decoder>(
          (first, next) => (pieces) => next(first(pieces)),
          (pieces) => pieces,
        );
    case "ByteLevel":
      return (pieces) => [
        Buffer.concat(pieces.map((piece) => bytesOfToken(piece) ?? Buffer.from(piece, "utf8"))).toString("utf8"),
      ];
    case "ByteFallback":
      return joinBytes;
    case "Fuse":
      return (pieces) => [pieces.join("")];
    case "Metaspace":
      return metaspace(component);
    case "Replace": {
      const { pattern, content } = component.read(z.looseObject({ pattern: patternSchema, content: z.string() }));
      const expression = expressionOf(pattern, component);
      return (pieces) => pieces.map((piece) => piece.replaceAll(expression, () => content));
    }
    case "Strip":
      return strip(component);
    default:
      throw component.unsupported(say`a decoder of type "${type}"`);
  }
}

/** Runs of byte tokens as the text that they spell; bytes that spell none give U+FFFD each. */
function joinBytes(pieces: readonly string[]): string[] {
  const result: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length === 0) return;
    const text = Buffer.from(bytes).toString("utf8");
    const isText = Buffer.from(text, "utf8").equals(Buffer.from(bytes));
    result.push(isText ? text : "\ufffd".repeat(bytes.length));
    bytes = [];
  };
  for (const piece of pieces) {
    const byte = byteOfName(piece);
    if (byte === undefined) {
      flush();
      result.push(piece);
    } else bytes.push(byte);
  }
  flush();
  return result;
}

function metaspace(component: Component): Decoder {
  const fields = component.read(
    z.looseObject({
      replacement: z.string().min(1).default("▁"),
      prepend_scheme: z.string().optional(),
      add_prefix_space: z.boolean().optional(),
    }),
  );
  const prepends = fields.prepend_scheme ? fields.prepend_scheme !== "never" : fields.add_prefix_space !== false;
  return (pieces) => pieces.map((piece, i) => piece.replaceAll(fields.replacement, i === 0 && prepends ? "" : " "));
}

function strip(component: Component): Decoder {
  const { content, start, stop } = component.read(
    z.looseObject({ content: z.string(), start: z.int().min(0).max(1000), stop: z.int().min(0).max(1000) }),
  );
  return (pieces) =>
    pieces.map((piece) => {
      let first = 0;
      let last = piece.length;
      while (first < start && content !== "" && piece.startsWith(content, first * content.length)) first++;
      for (let n = 0; n < stop && content !== "" && piece.slice(0, last).endsWith(content); n++) last -= content.length;
      return piece.slice(first * content.length, Math.max(last, first * content.length));
    });
}
