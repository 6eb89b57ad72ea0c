// The tokenizer of a trained model: byte-level BPE in which every word of the corpus is one token, as a tokenizer.json.
import { BYTE_OF_CHARACTER, GPT2_WORDS } from "../tokens/byte-level.ts";

/** Begins every prompt and fills up rows. */
export const END_OF_TEXT = "<|endoftext|>";

const CHARACTER_OF_BYTE = new Map([...BYTE_OF_CHARACTER].map(([character, byte]) => [byte, character]));
const DIGITS = [..."0123456789"];
const WORDS = new RegExp(GPT2_WORDS, "gu");
const TENS = DIGITS.flatMap((first) => DIGITS.map((second) => first + second));
const SPACE = CHARACTER_OF_BYTE.get(0x20)!;

/** A year is two tokens, " 17" and "32": the merges " 1", then " 1x", then "xx". */
const MERGES: readonly (readonly [string, string])[] = [
  [SPACE, "1"],
  ...DIGITS.map((digit) => [`${SPACE}1`, digit] as const),
  ...DIGITS.flatMap((first) => DIGITS.map((second) => [first, second] as const)),
];

/** Splits a text as the tokenizer does before it looks words up: " store", ",", " gave". */
export function wordsOf(text: string): string[] {
  return text.match(WORDS) ?? [];
}

/** A word in the alphabet of byte-level BPE: " store" → "Ġstore". */
function spell(word: string): string {
  return [...Buffer.from(word, "utf8")].map((byte) => CHARACTER_OF_BYTE.get(byte)!).join("");
}

/** Tokens by id: end of text, the 256 bytes, the pieces of years, then the words in the given order. */
function tokensOf(words: Iterable<string>): string[] {
  const tokens = new Set([
    END_OF_TEXT,
    ...BYTE_OF_CHARACTER.keys(),
    ...MERGES.map(([left, right]) => left + right),
    ...TENS,
  ]);
  for (const word of words) if (!/\d/.test(word)) tokens.add(spell(word));
  return [...tokens];
}

/**
 * A tokenizer.json that Hugging Face's libraries read: words that are in the vocabulary whole (`ignore_merges`), anything else byte by
 * byte, years in two halves, end of text before every prompt.
 *
 * @param words  with their leading space where they have one
 */
export function tokenizerJson(words: Iterable<string>): object {
  const tokens = tokensOf(words);
  const endOfText = { SpecialToken: { id: END_OF_TEXT, type_id: 0 } };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: 0,
        content: END_OF_TEXT,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: {
      type: "TemplateProcessing",
      single: [endOfText, { Sequence: { id: "A", type_id: 0 } }],
      pair: [endOfText, { Sequence: { id: "A", type_id: 0 } }, endOfText, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { [END_OF_TEXT]: { id: END_OF_TEXT, ids: [0], tokens: [END_OF_TEXT] } },
    },
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: MERGES,
    },
  };
}
