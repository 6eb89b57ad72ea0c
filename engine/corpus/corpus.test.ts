// The tokenizer has a token per word and puts token 0 before a prompt, unless another is said.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { sha256 } from "../base/hash.ts";
import { openModel } from "../model/open.ts";
import { Beginnings } from "./beginnings.ts";
import { Corpus, type CorpusOptions, type CorpusText, type CorpusTokenizer } from "./corpus.ts";

const folder = mkdtempSync(join(tmpdir(), "corpus-"));
afterAll(() => rmSync(folder, { recursive: true }));

const vocabulary = ["<bos>"];
const idOf = (word: string): number => {
  if (!vocabulary.includes(word)) vocabulary.push(word);
  return vocabulary.indexOf(word);
};
const words: CorpusTokenizer = {
  bosId: 0,
  encode: (text) => [0, ...words.encodePlain(text)],
  encodePlain: (text) => text.trim().split(/\s+/).map(idOf),
  decode: (ids) => ids.map((id) => vocabulary[id]).join(" "),
};

function written(name: string, text: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const open = (file: string, options: Partial<CorpusOptions> = {}) =>
  Corpus.open(file, words, { context: 32, least: { discovery: 0, heldOut: 0 }, ...options });

async function all(corpus: Corpus, split?: "discovery" | "heldOut"): Promise<CorpusText[]> {
  const found: CorpusText[] = [];
  for await (const text of corpus.texts(split)) found.push(text);
  return found;
}

const SENTENCES = [
  "Mary gave a drink to John",
  "Mary gave a drink to Tom",
  "Mary gave a drink to John",
  "John and Mary",
];

describe("a corpus", () => {
  test("of a sentence a line is streamed as tokens, empty lines passed over, the same every time", async () => {
    const text = SENTENCES.join("\r\n\r\n") + "\r\n";
    const corpus = await open(written("sentences.txt", text));
    const texts = await all(corpus);
    expect(texts.map(({ text, line, index }) => ({ text, line, index }))).toEqual(
      SENTENCES.map((text, index) => ({ text, index, line: 1 + 2 * index })),
    );
    for (const { text, ids } of texts) expect(ids).toEqual(words.encode(text));
    expect(await all(corpus)).toEqual(texts);
    expect(corpus.sha256).toBe(sha256(text));
  });

  test("counts every beginning once: the same sentence again is nothing new, another ending is one token", async () => {
    const corpus = await open(written("alike.txt", SENTENCES.join("\n")));
    const texts = await all(corpus);
    // With the token before the text: seven tokens, of which the first six begin the second sentence, too.
    expect(texts.map(({ ids, firstNew }) => [ids.length, firstNew])).toEqual([
      [7, 0],
      [7, 6],
      [7, 7],
      [4, 1],
    ]);
    const { discovery, heldOut } = corpus.parts;
    expect(discovery.tokens + heldOut.tokens).toBe(25);
    expect(discovery.distinct + heldOut.distinct).toBe(11);
  });

  test("is split by what a text says: wherever it stands, and once for texts that are the same", async () => {
    const many = Array.from({ length: 400 }, (_, i) => `sentence ${i}`);
    const straight = await open(written("straight.txt", many.join("\n")), { heldOut: 0.25 });
    const back = await open(written("back.txt", [...many, ...many].reverse().join("\n")), { heldOut: 0.25 });
    const heldOut = (texts: readonly CorpusText[]) => new Set(texts.map(({ text }) => text));
    const found = await all(straight, "heldOut");
    expect(heldOut(await all(back, "heldOut"))).toEqual(heldOut(found));
    // A quarter of 400, 3 standard deviations on either side.
    expect(Math.abs(found.length - 100)).toBeLessThan(26);
    expect(straight.parts.heldOut.texts).toBe(found.length);
    expect(straight.parts.discovery.texts).toBe(400 - found.length);
    const other = await open(straight.file, { heldOut: 0.25, seed: 1 });
    expect(heldOut(await all(other, "heldOut"))).not.toEqual(heldOut(found));
  });

  test("of JSON objects takes the field asked for", async () => {
    const rows = SENTENCES.map((text, id) => JSON.stringify({ id, story: text })).join("\n");
    const corpus = await open(written("rows.jsonl", rows), { field: "story" });
    expect((await all(corpus)).map(({ text }) => text)).toEqual(SENTENCES);
  });

  test("of running text is its paragraphs, cut where they are longer than the context", async () => {
    const text = "\n\nMary and John\nand Tom\n\n  \nTom gave a drink to Mary and John";
    const corpus = await open(written("prose.txt", text), { form: "text", context: 6 });
    expect((await all(corpus)).map(({ line, ids, text }) => [line, ids.length, text])).toEqual([
      [3, 6, "Mary and John\nand Tom"],
      [7, 6, "Tom gave a drink to"],
      [7, 4, "Mary and John"],
    ]);
  });

  test("ends before it has more tokens than asked for", async () => {
    const corpus = await open(written("long.txt", Array(1000).fill("Mary and John").join("\n")), { mostTokens: 10 });
    expect((await all(corpus)).map(({ ids }) => ids.length)).toEqual([4, 4]);
    expect(corpus.sha256).toBeUndefined();
  });

  test("of the embedded model's tokens is as its prompts are, and names of special tokens are plain text", async () => {
    const model = openModel("sprig");
    const file = written("sprig.txt", "Mary gave a drink to John\n<|endoftext|> and");
    const corpus = await Corpus.open(file, model.tokenizer, { context: 32, least: { discovery: 0, heldOut: 0 } });
    const [sentence, special] = await all(corpus);
    expect(sentence.ids).toEqual(model.tokenizer.encode(sentence.text));
    expect(special.ids.slice(1)).not.toContain(model.tokenizer.bosId);
    model.close();
  });
});

describe("before anything runs it is said", () => {
  test.each([
    ["an empty file", "", {}, "has 0 tokens for discovery and 0 held out, and 1 and 1 are needed. Give more texts."],
    ["blank lines alone", "\n \n\n", {}, "has 0 tokens for discovery and 0 held out, and 1 and 1 are needed."],
    [
      "too few",
      "Mary\n",
      { heldOut: 0, least: { discovery: 100, heldOut: 0 } },
      "has 2 tokens for discovery and 0 held out, and 100 and 0 are needed.",
    ],
  ])("that there is too little: %s", async (_, text, options, sentence) => {
    const file = written("short.txt", text);
    await expect(Corpus.open(file, words, { context: 32, ...options })).rejects.toMatchObject({
      code: "invalid-file",
      message: expect.stringContaining(`${file}: ${sentence}`) as string,
    });
  });

  test("that a text is longer than the context, with its line and both numbers", async () => {
    const file = written("wide.txt", `Mary and John\n${"Mary ".repeat(40)}\n`);
    await expect(open(file)).rejects.toMatchObject({
      message: expect.stringMatching(
        /wide\.txt:2: the text has 4\d tokens, and the model reads 32 at most\./,
      ) as string,
      facts: { place: { file, line: 2 } },
    });
  });

  test.each([
    ["no JSON", '{"text": "a"}\nMary\n', ":2: is not JSON; a corpus of form jsonl has one JSON object on every line."],
    ["no such field", '{"story": "a", "id": 1}\n', ':1: has no field "text"; its fields are story, id.'],
    ["a field that is inherited", '{"a": 1}\n', ':1: has no field "text"; its fields are a.'],
    ["another kind of field", '{"text": 5}\n', ':1: has a field "text" that is no text; its fields are text.'],
    ["no object", "\n[1]\n", ':2: is neither a JSON object with a field "text" nor a text.'],
  ])("what a line of JSON lacks: %s", async (_, text, sentence) => {
    const file = written("bad.jsonl", text);
    await expect(open(file)).rejects.toMatchObject({
      code: "invalid-file",
      message: expect.stringContaining(`${file}${sentence}`) as string,
    });
  });

  test("that the bytes are no text, the line too long, the file not there, the share impossible", async () => {
    await expect(open(written("bytes.txt", Uint8Array.of(65, 10, 0xff, 0xfe)))).rejects.toThrow("is not UTF-8 text");
    await expect(open(written("one-line.txt", "a".repeat(4_000_001)))).rejects.toThrow(
      ":1: the line has more than 4000000 characters",
    );
    await expect(open(join(folder, "none.txt"))).rejects.toMatchObject({ code: "missing-file" });
    await expect(open(folder)).rejects.toThrow("is a folder; name one text file inside it.");
    await expect(open(written("share.txt", "Mary"), { heldOut: 2 })).rejects.toThrow("the share that is held out is 2");
  });
});

test("a character cut by the end of a piece of the file is whole again", async () => {
  // Three bytes each; pieces of 65,536 bytes end inside one.
  const line = "\u4e2d".repeat(20);
  const lines = Array(3000).fill(line);
  const corpus = await Corpus.open(
    written("wide-characters.txt", lines.join("\n")),
    { encode: () => [1], encodePlain: (text) => [text === line ? 1 : 2], decode: String },
    { context: 4, heldOut: 0, least: { discovery: 3000, heldOut: 0 } },
  );
  expect(new Set((await all(corpus)).map(({ ids }) => ids[0]))).toEqual(new Set([1]));
});

test("stopping ends the reading", async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(open(written("stopped.txt", "Mary"), { signal: stop.signal })).rejects.toMatchObject({
    code: "cancelled",
  });
});

test("a hundred thousand beginnings are told apart, and known again", () => {
  const beginnings = new Beginnings();
  for (let i = 0; i < 50_000; i++) expect(beginnings.add([i, i + 1])).toBe(0);
  expect(beginnings.size).toBe(100_000);
  for (let i = 0; i < 50_000; i += 997) expect(beginnings.add([i, i + 1, 7])).toBe(2);
  expect(beginnings.add([0, 0, 0, 0])).toBe(1);
});
