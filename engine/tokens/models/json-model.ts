// The model of a tokenizer.json: byte-pair encoding, unigram or whole words.
import { say } from "../../base/sentence.ts";
import { z } from "zod";
import type { Component } from "../component.ts";
import { Bpe, ranksOf } from "./bpe.ts";
import { Unigram } from "./unigram.ts";
import type { VocabularyModel } from "./vocabulary-model.ts";
import { WordLevel } from "./word-level.ts";

/** Far above any real vocabulary, far below what fills the memory. */
const HIGHEST_ID = 10_000_000;

const bpe = z.looseObject({
  vocab: z.unknown().optional(),
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  unk_token: z.string().nullish(),
  fuse_unk: z.boolean().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
});

const unigram = z.looseObject({
  vocab: z.array(z.tuple([z.string(), z.number()])).min(1),
  unk_id: z.int().nonnegative().nullish(),
  byte_fallback: z.boolean().nullish(),
});

const wordLevel = z.looseObject({ vocab: z.unknown().optional(), unk_token: z.string().nullish() });

/** @throws EngineError "invalid-file" or "unsupported" */
export function createModel(component: Component): VocabularyModel {
  const { type = typeByFields(component.json), ...rest } = component.read(
    z.looseObject({ type: z.string().optional() }),
  );
  switch (type) {
    case "BPE":
      return bpeModel(component);
    case "Unigram": {
      const { vocab, unk_id, byte_fallback } = component.read(unigram);
      return new Unigram(vocab, { unknownId: unk_id ?? undefined, byteFallback: byte_fallback ?? false });
    }
    case "WordLevel": {
      const { unk_token } = component.read(wordLevel);
      const vocabulary = vocabularyOf(rest.vocab, component);
      return new WordLevel(vocabulary, typeof unk_token === "string" ? vocabulary.get(unk_token) : undefined);
    }
    default:
      throw component.unsupported(say`a tokenizer model of type "${type}", not BPE, Unigram or WordLevel`);
  }
}

/** Files of the first years name no type. */
function typeByFields(json: unknown): string {
  const { vocab, merges } = json as { vocab?: unknown; merges?: unknown };
  if (Array.isArray(vocab)) return "Unigram";
  return merges === undefined ? "WordLevel" : "BPE";
}

function bpeModel(component: Component): VocabularyModel {
  const fields = component.read(bpe);
  if (fields.continuing_subword_prefix || fields.end_of_word_suffix) {
    throw component.unsupported(say`a tokenizer model with marks at the beginning or end of words`);
  }
  const vocabulary = vocabularyOf(fields.vocab, component);
  const merges = fields.merges.map((merge): [string, string] => (typeof merge === "string" ? pairOf(merge, component) : merge));
  return new Bpe(vocabulary, {
    urgencyOf: ranksOf(merges),
    ignoreMerges: fields.ignore_merges ?? false,
    byteFallback: fields.byte_fallback ?? false,
    unknownId: typeof fields.unk_token === "string" ? vocabulary.get(fields.unk_token) : undefined,
    fuseUnknown: fields.fuse_unk ?? false,
  });
}

/** "Ġ the": two tokens with a space between. */
export function pairOf(merge: string, component: Pick<Component, "wrong">): [string, string] {
  const space = merge.indexOf(" ", 1);
  if (space > 0) return [merge.slice(0, space), merge.slice(space + 1)];
  throw component.wrong(say`the merge ${JSON.stringify(merge)} is not two tokens with a space between`);
}

function vocabularyOf(json: unknown, component: Component): Map<string, number> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw component.wrong(say`"${component.path}.vocab" is not as in a tokenizer.json: it holds no ids by token`);
  }
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(json)) {
    if (!Number.isSafeInteger(id) || id < 0 || id > HIGHEST_ID) {
      throw component.wrong(
        say`"${component.path}.vocab" is not as in a tokenizer.json: the id of ${JSON.stringify(token.slice(0, 60))} is no whole number from 0 to ${HIGHEST_ID}`,
      );
    }
    vocabulary.set(token, id as number);
  }
  return vocabulary;
}
