// How a byte-level tokenizer in a GGUF splits text, by the name that the file gives: the table of llama.cpp's llama-vocab.cpp.
import { GPT2_WORDS } from "./byte-level.ts";

export interface GgufPreTokenizer {
  /** Split off one after the other, before the bytes. */
  readonly patterns: readonly string[];
  readonly normalizer?: "NFC";
  /** A word that is a token is taken whole. */
  readonly ignoreMerges?: boolean;
  /** BOS stands before every text where the file does not say. */
  readonly addsBos?: boolean;
}

const CONTRACTIONS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
const SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

function tiktokenWords(numbers: string): string {
  return `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${SPACES}`;
}

/**
 * Words of upper-case letters and then lower-case ones. llama.cpp's own form, in which a letter outside ASCII is both, and marks are
 * no letters.
 */
function casedWords(after: string, numbers: string): string {
  const upper = "(?:(?=[\\p{L}])[^a-z])";
  const lower = "(?:(?=[\\p{L}])[^A-Z])";
  const begin = "[^\\r\\n\\p{L}\\p{N}]?";
  return `${begin}${upper}*${lower}+${after}|${begin}${upper}+${lower}*${after}|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${SPACES}`;
}

const DEFAULT: GgufPreTokenizer = {
  patterns: ["[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2_WORDS, "\\p{N}+", "[0-9][0-9][0-9]"],
};
const GPT2: GgufPreTokenizer = { patterns: [GPT2_WORDS] };
const SMOLLM: GgufPreTokenizer = { patterns: ["\\p{N}", GPT2_WORDS] };
const LLAMA3: GgufPreTokenizer = { patterns: [tiktokenWords("\\p{N}{1,3}")], ignoreMerges: true, addsBos: true };
const QWEN2: GgufPreTokenizer = { patterns: [tiktokenWords("\\p{N}")], normalizer: "NFC" };
const TEKKEN: GgufPreTokenizer = { patterns: [casedWords("", "\\p{N}")], ignoreMerges: true, addsBos: true };

/** Value of tokenizer.ggml.pre → how text is split. */
export const GGUF_PRE_TOKENIZERS: Readonly<Record<string, GgufPreTokenizer>> = {
  default: DEFAULT,
  "gpt-2": GPT2,
  "phi-2": GPT2,
  olmo: GPT2,
  mpt: GPT2,
  jais: GPT2,
  trillion: GPT2,
  smollm: SMOLLM,
  starcoder: SMOLLM,
  refact: SMOLLM,
  "command-r": SMOLLM,
  codeshell: SMOLLM,
  exaone: SMOLLM,
  "minerva-7b": SMOLLM,
  llama3: LLAMA3,
  "llama-v3": LLAMA3,
  "llama-bpe": LLAMA3,
  falcon3: LLAMA3,
  "falcon-h1": LLAMA3,
  pixtral: LLAMA3,
  lfm2: LLAMA3,
  dbrx: { patterns: LLAMA3.patterns },
  "smaug-bpe": { patterns: LLAMA3.patterns },
  qwen2: QWEN2,
  "deepseek-r1-qwen": QWEN2,
  megrez: QWEN2,
  stablelm2: { patterns: QWEN2.patterns },
  tekken: TEKKEN,
  "gpt-4o": { patterns: [casedWords(`${CONTRACTIONS}?`, "\\p{N}{1,3}")] },
  "deepseek-v3": {
    patterns: [
      "\\p{N}{1,3}",
      "[一-龥\u3040-ゟ゠-ヿ]+",
      `[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${SPACES}`,
    ],
  },
};
