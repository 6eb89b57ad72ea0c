import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { FILE_KINDS } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";
import type { GgufValue } from "../formats/gguf-header.ts";
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

// Oracle: llama.cpp itself, by node-llama-cpp 3.22.1 (test/reference/tokenizers/llama-cpp.py and llama-cpp.mjs.txt).
describe("a byte-level tokenizer in a GGUF is split as llama.cpp splits it", () => {
  const { tokens, merges, types, strings, pres } = read<{
    tokens: string[];
    merges: string[];
    types: number[];
    strings: string[];
    pres: Record<string, { addsBos: boolean; ids: number[][] }>;
  }>("tokenizers/llama-cpp.json");
  const opened = (pre: string, more: object = {}) =>
    ggufTokenizer(
      new GgufMetadata(
        `${pre}.gguf`,
        new Map<string, GgufValue>(
          Object.entries({
            "tokenizer.ggml.model": "gpt2",
            "tokenizer.ggml.pre": pre,
            "tokenizer.ggml.tokens": tokens,
            "tokenizer.ggml.merges": merges,
            "tokenizer.ggml.token_type": types,
            "tokenizer.ggml.bos_token_id": 0,
            "tokenizer.ggml.eos_token_id": 1,
            ...more,
          }),
        ),
      ),
    );

  test.each(Object.entries(pres))("%s", (pre, { addsBos, ids }) => {
    const tokenizer = opened(pre);
    expect(tokenizer.added).toEqual({ before: addsBos ? [0] : [], after: [] });
    // Qwen's own tokenizer composes accents, llama.cpp's does not.
    const composes = tokenizer.encodePlain("e\u0301").length === tokenizer.encodePlain("\u00e9").length;
    const isSame = (text: string) => !composes || text === text.normalize("NFC");
    const own = tokenizer.withBos("never");
    expect(strings.map((text) => (isSame(text) ? own.encode(text) : []))).toEqual(
      strings.map((text, i) => (isSame(text) ? ids[i] : [])),
    );
  });

  test("what the file says of BOS and EOS goes before the rule, and EOS never follows a prompt", () => {
    const said = opened("llama-bpe", {
      "tokenizer.ggml.add_bos_token": false,
      "tokenizer.ggml.add_eos_token": true,
    });
    expect(said.added).toEqual({ before: [], after: [1] });
    expect(said.encode("The")).toEqual(opened("gpt-2").encode("The"));
    expect(opened("gpt-2", { "tokenizer.ggml.add_bos_token": true }).encode("The")[0]).toBe(0);
  });
});
