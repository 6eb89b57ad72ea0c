// Answers as one token, by tokenizers that write the space before a word in different ways; expected ids follow from the merges.
import { describe, expect, test } from "vitest";
import { jsonTokenizer } from "../tokens/json-tokenizer.ts";
import { WordFit } from "./word-fit.ts";

/** A vocabulary of characters and of what the merges make, ids in this order. */
function bpe(characters: readonly string[], merges: readonly string[]) {
  const tokens = [...characters, ...merges.map((merge) => merge.replace(" ", ""))];
  return {
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges,
    idOf: (token: string) => tokens.indexOf(token),
  };
}

const MERGES = ["▁ i", "▁i s", "▁ R", "▁R o", "R o", "R ob", "o b"];

/** As Llama 2: a space is put in front of the whole text, and words are not parted. */
const LLAMA = bpe(["▁", "a", "i", "s", "R", "o", "b", ","], MERGES);
const llama = new WordFit(
  jsonTokenizer(
    {
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "Prepend", prepend: "▁" },
          { type: "Replace", pattern: { String: " " }, content: "▁" },
        ],
      },
      pre_tokenizer: null,
      decoder: {
        type: "Sequence",
        decoders: [
          { type: "Replace", pattern: { String: "▁" }, content: " " },
          { type: "Fuse" },
          { type: "Strip", content: " ", start: 1, stop: 0 },
        ],
      },
      model: { type: "BPE", vocab: LLAMA.vocab, merges: LLAMA.merges },
    },
    "llama.json",
  ),
);

/** As GPT-2: a word's token begins with its space. */
const GPT2 = bpe(["Ġ", "a", "i", "s", "R", "o", "b", ","], ["Ġ i", "Ġi s", "Ġ R", "ĠR o", "R o"]);
const gpt2 = new WordFit(
  jsonTokenizer(
    {
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
      decoder: { type: "ByteLevel" },
      model: { type: "BPE", vocab: GPT2.vocab, merges: GPT2.merges },
    },
    "gpt2.json",
  ),
);

describe("with a space put in front of every text", () => {
  test("a word after a space is the token of that word, after any prompt", () => {
    expect([llama.answer("a is", " Ro"), llama.answer("a, a", " Ro"), llama.single(" Ro")]).toEqual(
      Array(3).fill(LLAMA.idOf("▁Ro")),
    );
  });

  test("without its space it is what goes on within the word, and not the word that it would be by itself", () => {
    expect(llama.answer("a,", "R")).toBe(LLAMA.idOf("R"));
    expect(llama.answer("a,", "Ro")).toBe(LLAMA.idOf("Ro"));
  });

  test("where the prompt's last token would change, the answer by itself is taken", () => {
    // "a R" + "o" is written ▁a ▁Ro: nothing goes on.
    expect(llama.answer("a R", "o")).toBe(llama.single("o"));
  });

  test("of several tokens it is none, and said so", () => {
    expect(llama.answer("a is", " Rob")).toBeUndefined();
    expect(llama.describe(" Rob").text).toBe('" Rob" is 2 tokens (" Ro", "b")');
  });
});

describe("with the space in the word's own token", () => {
  test("the space makes the word, its absence a part of one", () => {
    expect([gpt2.answer("a is", " Ro"), gpt2.answer("a is", "Ro")]).toEqual([GPT2.idOf("ĠRo"), GPT2.idOf("Ro")]);
  });

  test("of several tokens it is none, and said so", () => {
    expect(gpt2.answer("a is", " Rob")).toBeUndefined();
    expect(gpt2.describe(" Rob").text).toBe('" Rob" is 2 tokens (" Ro", "b")');
  });

  test("what the tokenizer has no token for is no answer, and named", () => {
    expect([gpt2.answer("a is", " x"), gpt2.isWritten(" x")]).toEqual([undefined, false]);
    expect(gpt2.describe(" x").text).toBe('" x" is not in the tokenizer\'s vocabulary');
    expect(gpt2.unwritten("a x is").text).toBe('the tokenizer has no tokens for "x" in "a x is"');
  });
});
