// The tokenizer that lies in a GGUF's metadata, by llama.cpp's rules: byte-level BPE ("gpt2") or SentencePiece's BPE ("llama").
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import type { GgufMetadata } from "../formats/gguf-metadata.ts";
import type { AddedToken } from "./added-tokens.ts";
import type { Added } from "./bos.ts";
import { Component } from "./component.ts";
import { createDecoder } from "./decoder.ts";
import { GGUF_PRE_TOKENIZERS, type GgufPreTokenizer } from "./gguf-pre-tokenizers.ts";
import { Bpe, ranksOf, scoresOf } from "./models/bpe.ts";
import { pairOf } from "./models/json-model.ts";
import { createNormalizer } from "./normalizer.ts";
import { PipelineTokenizer, type PipelineParts } from "./pipeline.ts";
import { createPreTokenizer } from "./pre-tokenizer.ts";

/** Types of tokens that are found in a text as they stand. */
const TYPES = { unknown: 2, control: 3, userDefined: 4 } as const;
const NORMAL = 1;

/** Tokens that llama.cpp takes for control tokens whatever their type: converters often forget it. */
const CONTROL_BY_NAME: ReadonlySet<string> = new Set([
  "<|eot_id|>",
  "<|im_end|>",
  "<|end|>",
  "<|return|>",
  "<|call|>",
  "<end_of_turn>",
  "<|endoftext|>",
  "</s>",
  "<|eom_id|>",
  "<EOT>",
  "_<EOT>",
  "<|end_of_text|>",
  "<｜end▁of▁sentence｜>",
  "<|fim_prefix|>",
  "<|fim_suffix|>",
  "<|fim_middle|>",
  "<|fim_pad|>",
  "<|repo_name|>",
  "<|file_sep|>",
]);

/** Beginning, end and unknown token of SentencePiece where the file names none. */
const SENTENCEPIECE_IDS = { bos: 1, eos: 2, unknown: 0 } as const;

type Kind = Pick<PipelineParts, "normalizer" | "preTokenizer" | "model" | "decoder"> & {
  readonly addsBos: boolean;
  readonly ids: { readonly bos?: number; readonly eos?: number };
};

/** @throws EngineError "unsupported" if its kind or how it splits text is not known here, "invalid-file" if parts do not fit */
export function ggufTokenizer(metadata: GgufMetadata): PipelineTokenizer {
  const tokens = metadata.strings("tokenizer.ggml.tokens");
  const vocabulary = vocabularyOf(metadata.file, tokens);
  const { addsBos, ids, ...parts } = kindOf(metadata, vocabulary);
  const bos = specialId(metadata, tokens, "bos") ?? ids.bos;
  const eos = specialId(metadata, tokens, "eos") ?? ids.eos;
  const added: Added = {
    before: putAround(metadata, "bos", bos, addsBos),
    after: putAround(metadata, "eos", eos, false),
  };
  return new PipelineTokenizer({
    ...parts,
    mayNotEnd: false,
    file: metadata.file,
    addedTokens: addedTokens(metadata, tokens),
    added,
    bosId: bos,
  });
}

function kindOf(metadata: GgufMetadata, vocabulary: ReadonlyMap<string, number>): Kind {
  const { file } = metadata;
  const kind = metadata.string("tokenizer.ggml.model");
  switch (kind) {
    case "gpt2":
      return byteLevel(metadata, vocabulary);
    case "llama":
      return sentencePiece(metadata, vocabulary);
    default:
      throw new EngineError(
        "unsupported",
        say`${file}: its tokenizer is of kind "${kind}", which is not supported in a GGUF, only "gpt2" (byte-level BPE) and "llama" (SentencePiece).`,
        { place: { file } },
      );
  }
}

function byteLevel(metadata: GgufMetadata, vocabulary: ReadonlyMap<string, number>): Kind {
  const { file } = metadata;
  const pre = preTokenizerOf(metadata);
  const component = (json: unknown) => new Component(json, file, "tokenizer.ggml.pre");
  const merges = metadata.strings("tokenizer.ggml.merges").map((merge) => pairOf(merge, component(merge)));
  const split = pre.patterns.map((Regex) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated" }));
  return {
    normalizer: createNormalizer(component(pre.normalizer ? { type: pre.normalizer } : null)),
    preTokenizer: createPreTokenizer(
      component({
        type: "Sequence",
        pretokenizers: [...split, { type: "ByteLevel", add_prefix_space: false, use_regex: false }],
      }),
    ),
    model: new Bpe(vocabulary, {
      urgencyOf: ranksOf(merges),
      ignoreMerges: pre.ignoreMerges ?? false,
      byteFallback: false,
      fuseUnknown: false,
    }),
    decoder: createDecoder(component({ type: "ByteLevel" })),
    addsBos: pre.addsBos ?? false,
    ids: {},
  };
}

/** Spaces are "▁", one is put in front of a text and after a special token, and what has no token is spelled in bytes. */
function sentencePiece(metadata: GgufMetadata, vocabulary: ReadonlyMap<string, number>): Kind {
  const { file } = metadata;
  const component = (json: unknown) => new Component(json, file, "tokenizer.ggml.model");
  const prefix = metadata.boolean("tokenizer.ggml.add_space_prefix", true);
  const scores = metadata.numbers("tokenizer.ggml.scores");
  if (scores.length < vocabulary.size) {
    throw new EngineError(
      "invalid-file",
      say`${file}: "tokenizer.ggml.scores" has ${scores.length} entries for ${vocabulary.size} tokens.`,
      { place: { file } },
    );
  }
  return {
    normalizer: createNormalizer(
      component({
        type: "Sequence",
        normalizers: [
          ...(prefix ? [{ type: "Prepend", prepend: "▁" }] : []),
          { type: "Replace", pattern: { String: " " }, content: "▁" },
        ],
      }),
    ),
    preTokenizer: createPreTokenizer(component(null)),
    model: new Bpe(vocabulary, {
      urgencyOf: scoresOf(vocabulary, scores),
      ignoreMerges: false,
      byteFallback: true,
      unknownId: metadata.number("tokenizer.ggml.unknown_token_id", SENTENCEPIECE_IDS.unknown),
      fuseUnknown: false,
    }),
    decoder: createDecoder(
      component({
        type: "Sequence",
        decoders: [
          { type: "Replace", pattern: { String: "▁" }, content: " " },
          { type: "ByteFallback" },
          { type: "Fuse" },
          ...(prefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
        ],
      }),
    ),
    addsBos: true,
    ids: SENTENCEPIECE_IDS,
  };
}

function preTokenizerOf(metadata: GgufMetadata): GgufPreTokenizer {
  const { file } = metadata;
  const pre = metadata.string("tokenizer.ggml.pre", "default");
  const known = Object.hasOwn(GGUF_PRE_TOKENIZERS, pre) ? GGUF_PRE_TOKENIZERS[pre] : undefined;
  if (known) return known;
  const names = sayList(Object.keys(GGUF_PRE_TOKENIZERS), ", ");
  throw new EngineError(
    "unsupported",
    say`${file}: its tokenizer splits text as "${pre}", which is not supported, only ${names}.`,
    { place: { file } },
  );
}

function vocabularyOf(file: string, tokens: readonly string[]): Map<string, number> {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size === tokens.length) return ids;
  const twice = tokens.find((token, id) => ids.get(token) !== id);
  throw new EngineError(
    "invalid-file",
    say`${file}: the token ${JSON.stringify(twice)} stands twice in its vocabulary.`,
    {
      place: { file },
    },
  );
}

function addedTokens(metadata: GgufMetadata, tokens: readonly string[]): AddedToken[] {
  const types = metadata.has("tokenizer.ggml.token_type") ? metadata.numbers("tokenizer.ggml.token_type") : [];
  return tokens.flatMap((content, id) => {
    const type = CONTROL_BY_NAME.has(content) ? TYPES.control : (types[id] ?? NORMAL);
    const isAdded = Object.values<number>(TYPES).includes(type);
    if (!isAdded || content === "") return [];
    const special = type !== TYPES.userDefined;
    return [{ id, content, special, normalized: false, single_word: false, lstrip: false, rstrip: false }];
  });
}

function specialId(metadata: GgufMetadata, tokens: readonly string[], name: "bos" | "eos"): number | undefined {
  const key = `tokenizer.ggml.${name}_token_id`;
  if (!metadata.has(key)) return undefined;
  const id = metadata.number(key);
  if (tokens[id] !== undefined) return id;
  throw new EngineError(
    "invalid-file",
    say`${metadata.file}: metadata "${key}" is ${id}, but the vocabulary has ${tokens.length} tokens.`,
    { place: { file: metadata.file } },
  );
}

/** What the file does not say follows from its kind; without a token there is nothing to put. */
function putAround(
  metadata: GgufMetadata,
  name: "bos" | "eos",
  id: number | undefined,
  byItself: boolean,
): readonly number[] {
  const rule = `tokenizer.ggml.add_${name}_token`;
  if (!metadata.boolean(rule, byItself)) return [];
  if (id !== undefined) return [id];
  if (!metadata.has(rule)) return [];
  throw new EngineError(
    "invalid-file",
    say`${metadata.file}: its tokenizer puts ${name.toUpperCase()} around every text, but metadata "tokenizer.ggml.${name}_token_id" is missing.`,
    { place: { file: metadata.file } },
  );
}
