// The tokenizer that lies in a GGUF's metadata, built into the form of a tokenizer.json.
import { EngineError } from "../base/errors.ts";
import type { GgufMetadata } from "../formats/gguf-metadata.ts";
import { GPT2_WORDS } from "./byte-level.ts";
import { JsonTokenizer } from "./json-tokenizer.ts";

/** Token types of llama.cpp that must be found in the text as a whole. */
const CONTROL = 3;
const USER_DEFINED = 4;

interface PreTokenizer {
  /** Split off one after the other, before the bytes. */
  readonly patterns: readonly string[];
  readonly normalizer?: string;
  /** A word that is a token is taken whole. */
  readonly ignoreMerges?: boolean;
  /** BOS stands before every text where the file does not say. */
  readonly addsBos?: boolean;
}

const GPT2: PreTokenizer = { patterns: [GPT2_WORDS] };

function tiktokenWords(numbers: string): string {
  return `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
}

/** Value of tokenizer.ggml.pre → how text is split. */
const PRE_TOKENIZERS: Readonly<Record<string, PreTokenizer>> = {
  "gpt-2": GPT2,
  olmo: GPT2,
  smollm: { patterns: ["\\p{N}", GPT2_WORDS] },
  "llama-bpe": { patterns: [tiktokenWords("\\p{N}{1,3}")], ignoreMerges: true, addsBos: true },
  qwen2: { patterns: [tiktokenWords("\\p{N}")], normalizer: "NFC" },
};

/** @throws EngineError "unsupported" if it is not byte-level BPE or splits text in a way that is not known here */
export function ggufTokenizer(metadata: GgufMetadata): JsonTokenizer {
  const pre = preTokenizerOf(metadata);
  const tokens = metadata.strings("tokenizer.ggml.tokens");
  const json = {
    added_tokens: addedTokens(metadata, tokens),
    normalizer: pre.normalizer ? { type: pre.normalizer } : null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        ...pre.patterns.map((Regex) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false })),
        { type: "ByteLevel", add_prefix_space: false, use_regex: false },
      ],
    },
    post_processor: postProcessor(metadata, tokens, pre.addsBos ?? false),
    decoder: { type: "ByteLevel" },
    model: {
      type: "BPE",
      vocab: vocabulary(metadata.file, tokens),
      merges: metadata.strings("tokenizer.ggml.merges").map((merge) => pairOf(metadata.file, merge)),
      ignore_merges: pre.ignoreMerges ?? false,
    },
  };
  return new JsonTokenizer(json, metadata.file, tokenText(metadata, tokens, "tokenizer.ggml.bos_token_id")?.content);
}

function preTokenizerOf(metadata: GgufMetadata): PreTokenizer {
  const { file } = metadata;
  const model = metadata.string("tokenizer.ggml.model");
  if (model !== "gpt2") {
    throw new EngineError(
      "unsupported",
      `${file}: its tokenizer is of kind "${model}", which is not supported in a GGUF, only "gpt2" (byte-level BPE).`,
      {
        place: { file },
      },
    );
  }
  const pre = metadata.string("tokenizer.ggml.pre", "default");
  const known = Object.hasOwn(PRE_TOKENIZERS, pre) ? PRE_TOKENIZERS[pre] : undefined;
  if (known) return known;
  const names = Object.keys(PRE_TOKENIZERS).join(", ");
  throw new EngineError(
    "unsupported",
    `${file}: its tokenizer splits text as "${pre}", which is not supported, only ${names}.`,
    {
      place: { file },
    },
  );
}

function vocabulary(file: string, tokens: readonly string[]): Record<string, number> {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size < tokens.length) {
    const twice = tokens.find((token, id) => ids.get(token) !== id);
    throw new EngineError(
      "invalid-file",
      `${file}: the token ${JSON.stringify(twice)} stands twice in its vocabulary.`,
      { place: { file } },
    );
  }
  return Object.fromEntries(ids);
}

function pairOf(file: string, merge: string): [string, string] {
  const space = merge.indexOf(" ", 1);
  if (space < 0) {
    throw new EngineError(
      "invalid-file",
      `${file}: the merge ${JSON.stringify(merge)} is not two tokens with a space between.`,
      { place: { file } },
    );
  }
  return [merge.slice(0, space), merge.slice(space + 1)];
}

function addedTokens(metadata: GgufMetadata, tokens: readonly string[]): object[] {
  const types = metadata.numbers("tokenizer.ggml.token_type");
  return tokens.flatMap((content, id) => {
    const type = types[id];
    if (type !== CONTROL && type !== USER_DEFINED) return [];
    return [
      { id, content, special: type === CONTROL, normalized: false, single_word: false, lstrip: false, rstrip: false },
    ];
  });
}

interface SpecialToken {
  readonly id: number;
  readonly content: string;
}

function tokenText(metadata: GgufMetadata, tokens: readonly string[], key: string): SpecialToken | undefined {
  if (!metadata.has(key)) return undefined;
  const id = metadata.number(key);
  const content = tokens[id];
  if (content !== undefined) return { id, content };
  throw new EngineError(
    "invalid-file",
    `${metadata.file}: metadata "${key}" is ${id}, but the vocabulary has ${tokens.length} tokens.`,
    {
      place: { file: metadata.file },
    },
  );
}

/** llama.cpp's rule: what the file does not say follows from how its text is split; without a token there is nothing to put. */
function postProcessor(metadata: GgufMetadata, tokens: readonly string[], addsBos: boolean): object | null {
  const added = (key: "bos" | "eos", byItself: boolean): SpecialToken[] => {
    const rule = `tokenizer.ggml.add_${key}_token`;
    if (!metadata.boolean(rule, byItself)) return [];
    const token = tokenText(metadata, tokens, `tokenizer.ggml.${key}_token_id`);
    if (token) return [token];
    if (!metadata.has(rule)) return [];
    throw new EngineError(
      "invalid-file",
      `${metadata.file}: its tokenizer puts ${key.toUpperCase()} around every text, but metadata "tokenizer.ggml.${key}_token_id" is missing.`,
      { place: { file: metadata.file } },
    );
  };
  const before = added("bos", addsBos);
  const after = added("eos", false);
  const item = ({ content }: SpecialToken) => ({ SpecialToken: { id: content, type_id: 0 } });
  return {
    type: "TemplateProcessing",
    single: [...before.map(item), { Sequence: { id: "A", type_id: 0 } }, ...after.map(item)],
    special_tokens: Object.fromEntries(
      [...before, ...after].map(({ id, content }) => [content, { id: content, ids: [id], tokens: [content] }]),
    ),
  };
}
