import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { FILE_KINDS } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { GgufMetadata } from "../formats/gguf-metadata.ts";
import { ggufTokenizer } from "./gguf-tokenizer.ts";
import { jsonTokenizer } from "./json-tokenizer.ts";

const path = (name: string) => fileURLToPath(new URL(`../../test/reference/${name}`, import.meta.url));
const read = <T>(name: string) => JSON.parse(readFileSync(path(name), "utf8")) as T;

const STRINGS = [...read<string[]>("tiny/tokens/strings.json"), ...read<string[]>("tokenizers/extra-strings.json")];

interface Row {
  readonly ids: number[];
  readonly decoded: string;
  readonly plain: number[];
}

// Oracle: Hugging Face tokenizers 0.23.3 (test/reference/tokenizers/make.py), every string exactly.
describe("tokens and text are those of Hugging Face tokenizers", () => {
  test.each(["llama2", "llama2-eos", "metaspace-first", "metaspace-always", "metaspace-never", "unigram", "flags"])(
    "%s",
    (name) => {
      const file = path(`tokenizers/${name}.tokenizer.json`);
      const tokenizer = jsonTokenizer(readJsonFile(file, FILE_KINDS.tokenizer), file).withBos("never");
      const { before, after } = tokenizer.added;
      // The reference decodes an added token as it was normalised ("name"); here it keeps its own spelling ("NAME").
      const isSpelled = (text: string) => !(name === "flags" && /name/i.test(text));
      const got = STRINGS.map((text) => {
        const ids = [...before, ...tokenizer.encode(text), ...after];
        const decoded = isSpelled(text) && tokenizer.decode(ids);
        return { text, ids, decoded, plain: tokenizer.encodePlain(text) };
      });
      expect(got).toEqual(
        read<Row[]>(`tokenizers/${name}.json`).map((row, i) => ({
          text: STRINGS[i],
          ...row,
          decoded: isSpelled(STRINGS[i]!) && row.decoded,
        })),
      );
    },
  );
});

// Oracle: sentencepiece 0.2.3, whose BPE by scores is what llama.cpp does with a tokenizer of kind "llama".
describe("a SentencePiece tokenizer in a GGUF", () => {
  const { tokens, scores, types, texts } = read<{
    tokens: string[];
    scores: number[];
    types: number[];
    texts: { text: string; ids: number[]; decoded: string }[];
  }>("tokenizers/sentencepiece.json");
  const metadata = {
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.scores": scores,
    "tokenizer.ggml.token_type": types,
  };
  const tokenizer = ggufTokenizer(new GgufMetadata("small.gguf", new Map(Object.entries(metadata))));

  test("gives the ids and the text of sentencepiece, with BOS that the file need not ask for", () => {
    const got = texts.map(({ text }) => {
      const ids = text === "" ? [...tokenizer.added.before] : tokenizer.encode(text);
      return { text, ids, decoded: tokenizer.decode(ids.slice(1)) };
    });
    expect(got).toEqual(texts);
  });

  test("puts a space in front of a text and after a special token", () => {
    expect(tokenizer.encode("<s>The")).toEqual(tokenizer.encode("The"));
    expect(tokenizer.encode("a</s>The").slice(-1)).toEqual(tokenizer.encode("The").slice(-1));
    const word = tokens.findIndex((token) => /^▁[a-z]{2,}$/.test(token));
    expect(tokenizer.token(word)).toBe(` ${tokens[word]!.slice(1)}`);
  });
});
