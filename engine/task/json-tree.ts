// JSON with the place of every value and key, so that a problem can be pointed at; strict, and no deeper than a limit.

import { say, type Sentence } from "../base/sentence.ts";
export type JsonNode = JsonLeaf | JsonArray | JsonObject;
interface JsonLeaf {
  readonly kind: "leaf";
  readonly start: number;
  readonly value: string | number | boolean | null;
}
interface JsonArray {
  readonly kind: "array";
  readonly start: number;
  readonly items: readonly JsonNode[];
}
interface JsonObject {
  readonly kind: "object";
  readonly start: number;
  readonly members: readonly JsonMember[];
}
export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly value: JsonNode;
}

/** Where a text is not JSON, and the sentence why. */
export class JsonSyntaxError extends Error {
  constructor(
    readonly sentence: Sentence,
    readonly at: number,
  ) {
    super(sentence.text);
  }
}

/** Arrays and objects inside one another; deeper ones are refused. */
export const DEEPEST = 64;

/** @throws JsonSyntaxError with a sentence and the UTF-16 index of the place */
export function parseJsonTree(text: string): JsonNode {
  return new JsonReader(text).read();
}

const CUT_OFF = say`ends too early; is the file cut off?`;

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /true|false|null/y;

class JsonReader {
  private at = 0;

  constructor(private readonly text: string) {}

  read(): JsonNode {
    this.skip();
    const node = this.value(0);
    this.skip();
    if (this.at < this.text.length) this.fail(say`has something after the end of the JSON value; remove it.`);
    return node;
  }

  private value(depth: number): JsonNode {
    const start = this.at;
    if (depth > DEEPEST) this.fail(say`is nested more than ${DEEPEST} deep; no task file needs that.`);
    const first = this.text[start];
    if (first === "{") return { kind: "object", start, members: this.members(depth) };
    if (first === "[") return { kind: "array", start, items: this.items(depth) };
    if (first === '"') return { kind: "leaf", start, value: this.string() };
    const word = this.match(WORD);
    if (word !== undefined) return { kind: "leaf", start, value: JSON.parse(word) as boolean | null };
    const number = this.match(NUMBER);
    if (number !== undefined) return { kind: "leaf", start, value: Number(number) };
    if (first === undefined) return this.fail(CUT_OFF);
    return this.fail(say`is not JSON here; expected a value such as a text in double quotes.`);
  }

  private members(depth: number): JsonMember[] {
    const members: JsonMember[] = [];
    this.list("}", () => {
      const keyStart = this.at;
      if (keyStart >= this.text.length) this.fail(CUT_OFF);
      if (this.text[keyStart] !== '"') this.fail(say`is not JSON here; expected a field name in double quotes.`);
      const key = this.string();
      this.expect(":");
      members.push({ key, keyStart, value: this.value(depth + 1) });
    });
    return members;
  }

  private items(depth: number): JsonNode[] {
    const items: JsonNode[] = [];
    this.list("]", () => items.push(this.value(depth + 1)));
    return items;
  }

  /** What stands between brackets: nothing, or parts with commas between them. */
  private list(close: string, part: () => void): void {
    this.at++;
    this.skip();
    if (this.text[this.at] !== close) {
      part();
      this.skip();
      while (this.text[this.at] === ",") {
        const comma = this.at++;
        this.skip();
        if (this.text[this.at] === close) this.fail(say`has a comma before "${close}"; remove it.`, comma);
        part();
        this.skip();
      }
      if (this.at >= this.text.length) this.fail(CUT_OFF);
      if (this.text[this.at] !== close) this.fail(say`is not JSON here; expected "," or "${close}".`);
    }
    this.at++;
  }

  private string(): string {
    const start = this.at++;
    // Piece by piece: a pattern that repeats a group runs out of stack in a text of millions of characters.
    do this.match(PLAIN);
    while (this.match(ESCAPE) !== undefined);
    if (this.text[this.at] !== '"') {
      this.fail(say`has a text that is not closed, or a control character or wrong \\ in it.`, start);
    }
    this.at++;
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }

  private expect(mark: string): void {
    this.skip();
    if (this.at >= this.text.length) this.fail(CUT_OFF);
    if (this.text[this.at] !== mark) this.fail(say`is not JSON here; expected "${mark}".`);
    this.at++;
    this.skip();
  }

  private skip(): void {
    this.match(SPACE);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private fail(sentence: Sentence, at = this.at): never {
    throw new JsonSyntaxError(sentence, at);
  }
}

/** The tree as plain data. A repeated key's last value counts, as in JSON.parse; `duplicateKeys` finds it. */
export function jsonValue(node: JsonNode): unknown {
  if (node.kind === "leaf") return node.value;
  if (node.kind === "array") return node.items.map(jsonValue);
  return Object.fromEntries(node.members.map(({ key, value }) => [key, jsonValue(value)]));
}

/** Every member whose key its object already had. */
export function duplicateKeys(node: JsonNode): JsonMember[] {
  if (node.kind === "leaf") return [];
  if (node.kind === "array") return node.items.flatMap(duplicateKeys);
  const seen = new Set<string>();
  const own = node.members.filter(({ key }) => seen.has(key) || !seen.add(key));
  return [...own, ...node.members.flatMap(({ value }) => duplicateKeys(value))];
}

/** The sentence about a field that its object already had. */
export function repeatedField(key: string): Sentence {
  return say`field "${key}" stands here for the second time; keep one.`;
}
