import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { smollm2File, smollm2IsHere, smollm2Reason } from "../../test/reference/smollm2.ts";
import { tinyPath } from "../../test/reference/tiny-models.ts";
import { GgufFile } from "../formats/gguf.ts";
import { GgufMetadata } from "../formats/gguf-metadata.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { ggufTokenizer } from "./gguf-tokenizer.ts";
import { jsonTokenizer } from "./json-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

interface TokensOf {
  readonly ids: number[];
  readonly spans: [number, number][];
  readonly decoded: string;
}

function readTiny<T>(path: string): T {
  return JSON.parse(readFileSync(tinyPath(path), "utf8")) as T;
}

const STRINGS = readTiny<string[]>("tokens/strings.json");

function fromFolder(name: string): Tokenizer {
  return fromJson(tinyPath(`models/${name}/tokenizer.json`));
}

function fromJson(file: string): Tokenizer {
  return jsonTokenizer(readJsonFile(file, FILE_KINDS.tokenizer), file, "<|endoftext|>");
}

function fromGguf(path: string): Tokenizer {
  const file = GgufFile.open(path);
  file.close();
  return ggufTokenizer(new GgufMetadata(path, file.metadata));
}

/**
 * Where a tokenizer composes accents, Hugging Face leaves the combining mark out of the span of what it was composed into; here it
 * belongs to it (a test of its own below), so those spans are not compared.
 */
function isComparable(text: string, reference: string): boolean {
  return reference !== "qwen2" || text === text.normalize("NFC");
}

/** The reference puts what the post-processor adds around every text, also around one that begins with it already. */
function requireSame(own: Tokenizer, reference: string): void {
  const tokenizer = own.withBos("never");
  const { before, after } = own.added;
  const expected = readTiny<TokensOf[]>(`tokens/${reference}.json`);
  expect(expected.length).toBeGreaterThanOrEqual(200);
  const got = STRINGS.map((text) => {
    const put = (ids: readonly number[], at: number) => ids.map((id) => ({ id, start: at, end: at }));
    const spans = [...put(before, 0), ...tokenizer.spans(text), ...put(after, text.length)];
    return {
      text,
      ids: [...before, ...tokenizer.encode(text), ...after],
      spans: isComparable(text, reference) ? spans.map(({ start, end }) => [start, end]) : [],
      decoded: tokenizer.decode(spans.map(({ id }) => id)),
    };
  });
  expect(got).toEqual(
    STRINGS.map((text, index) => ({
      text,
      ...expected[index],
      spans: isComparable(text, reference) ? expected[index].spans : [],
    })),
  );
}

// Oracle: Hugging Face tokenizers, ids, character offsets and decoded text of more than 200 awkward strings.
describe("tokens, spans and text of awkward strings are those of Hugging Face tokenizers", () => {
  const folders = { gpt2: "gpt2", smollm: "smollm", llama3: "llama", qwen2: "qwen2" };
  test.each(Object.entries(folders))("a small %s tokenizer.json", (kind, folder) => {
    requireSame(fromFolder(folder), kind);
  });

  test("a word-level tokenizer.json, ids (an unknown word has no bytes of its own to find)", () => {
    const words = fromJson(tinyPath("tokens/words.tokenizer.json"));
    const own = words.withBos("never");
    const expected = readTiny<TokensOf[]>("tokens/words.json").map(({ ids }) => ids);
    expect(STRINGS.map((text) => [...words.added.before, ...own.encode(text)])).toEqual(expected);
  });

  const files = { gpt2: "gpt2", llama3: "llama", qwen2: "qwen2" };
  test.each(Object.entries(files))("a small %s tokenizer inside a GGUF", (kind, name) => {
    requireSame(fromGguf(tinyPath(`models/${name}.gguf`)), kind);
  });

  test.skipIf(!smollm2IsHere)(`SmolLM2's tokenizer inside its GGUF${smollm2Reason}`, () => {
    requireSame(fromGguf(smollm2File), "smollm2");
  });
});

describe("a tokenizer", () => {
  const gpt2 = fromFolder("gpt2");
  const llama3 = fromFolder("llama");
  const qwen2 = fromFolder("qwen2");

  test("a combining accent belongs to the token of the letter it is composed with", () => {
    const spans = qwen2.spans("cafe\u0301s");
    expect(spans.map(({ start, end }) => [start, end]).slice(-3)).toEqual([
      [3, 5],
      [3, 5],
      [5, 6],
    ]);
  });

  test("each part of a character covers the whole character, in UTF-16 units", () => {
    expect(gpt2.spans("a🙂").map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [1, 3],
      [1, 3],
      [1, 3],
      [1, 3],
    ]);
  });

  test("an added BOS covers nothing; where the text begins with it, it covers its name and none is added", () => {
    expect(llama3.spans("a")[0]).toEqual({ id: 0, start: 0, end: 0 });
    expect(llama3.spans("<|endoftext|>")).toEqual([{ id: 0, start: 0, end: 13 }]);
    expect(llama3.encode("<|endoftext|>a")).toEqual(llama3.encode("a"));
  });

  test("BOS by itself, always and never, in prompts of text and of ids", () => {
    const [a] = gpt2.encode("a");
    const begins = (tokenizer: Tokenizer) => [tokenizer.encode("a"), tokenizer.prompt([a]), tokenizer.prompt([0, a])];
    const without = [[a], [a], [0, a]];
    const one = [
      [0, a],
      [0, a],
      [0, a],
    ];
    expect(begins(gpt2)).toEqual(without);
    expect(begins(gpt2.withBos("always"))).toEqual(one);
    expect(begins(llama3)).toEqual(one);
    expect(begins(llama3.withBos("never"))).toEqual(without);
    expect(begins(llama3.withBos("never").withBos("auto"))).toEqual(one);
    const undeclared = jsonTokenizer(
      readJsonFile(tinyPath("models/gpt2/tokenizer.json"), FILE_KINDS.tokenizer),
      "tokenizer.json",
    );
    expect(() => undeclared.withBos("always")).toThrow("no beginning-of-text token is declared");
  });

  test("encode() adds BOS where the post-processor does, encodePlain() never", () => {
    expect(llama3.encode("a")[0]).toBe(0);
    expect(llama3.encodePlain("a")).toEqual(llama3.encode("a").slice(1));
    expect(llama3.bosId).toBe(0);
    expect(gpt2.encode("a")).toEqual(gpt2.encodePlain("a"));
  });

  test("encodePlain() spells out the name of a special token", () => {
    expect(gpt2.encode("x<|im_end|>")).toHaveLength(2);
    const ids = gpt2.encodePlain("x<|im_end|>");
    expect(ids).not.toContain(2);
    expect(gpt2.decode(ids)).toBe("x<|im_end|>");
  });

  test("a word-level tokenizer has spans too, and names a word it has no token for", () => {
    const words = fromJson(tinyPath("tokens/words.tokenizer.json"));
    const text = "Mary had";
    expect(words.spans(` ${text}`).map(({ start, end }) => [start, end])).toEqual([
      [0, 0],
      [0, 5],
      [5, 9],
    ]);
    const json = readJsonFile(tinyPath("tokens/words.tokenizer.json"), FILE_KINDS.tokenizer) as {
      model: { unk_token?: string };
    };
    delete json.model.unk_token;
    const strict = jsonTokenizer(json, "words.json");
    expect(() => strict.encode(" Mary Xyz")).toThrow('"ĠXyz" is not in the vocabulary of this tokenizer.');
  });

  test("token() gives one token as text, decode() of nothing is empty", () => {
    expect(gpt2.token(gpt2.encode(" the")[0])).toBe(" the");
    expect(gpt2.decode([])).toBe("");
  });

  test("names an id that is not in the vocabulary", () => {
    const message = "Token id 320 is not in the tokenizer, whose highest id is 319.";
    expect(() => gpt2.token(320)).toThrow(message);
    expect(() => gpt2.decode([5, 320])).toThrow(message);
    expect(() => gpt2.token(-1)).toThrow("Token id -1 is not in the tokenizer");
  });
});
