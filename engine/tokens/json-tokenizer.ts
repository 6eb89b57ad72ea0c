// A tokenizer.json: its parts read, checked and put together.
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { addedTokenSchema, type AddedToken } from "./added-tokens.ts";
import { Component } from "./component.ts";
import { createDecoder } from "./decoder.ts";
import { createModel } from "./models/json-model.ts";
import type { VocabularyModel } from "./models/vocabulary-model.ts";
import { createNormalizer } from "./normalizer.ts";
import { holdsUnknownPattern } from "./pattern.ts";
import { PipelineTokenizer } from "./pipeline.ts";
import { addedByPostProcessor } from "./post-processor.ts";
import { createPreTokenizer } from "./pre-tokenizer.ts";

const tokenizerJson = z.looseObject({
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  post_processor: z.unknown().optional(),
  decoder: z.unknown().optional(),
  model: z.looseObject({}),
});

/**
 * @param json   contents of a tokenizer.json
 * @param file   where they come from, for messages
 * @param bos    text of the beginning-of-text token, if one is declared
 * @throws EngineError "invalid-file" or "unsupported"
 */
export function jsonTokenizer(json: unknown, file: string, bos?: string): PipelineTokenizer {
  const fields = new Component(json, file, "").read(tokenizerJson);
  const part = (name: "normalizer" | "pre_tokenizer" | "post_processor" | "decoder" | "model") =>
    new Component(fields[name], file, name);
  const model = createModel(part("model"));
  requireUniqueIds(model, fields.added_tokens, file);
  const declared = fields.added_tokens.find(({ content }) => content === bos)?.id;
  const preTokenizer = createPreTokenizer(part("pre_tokenizer"));
  const decoder = createDecoder(part("decoder"));
  const normalizer = createNormalizer(part("normalizer"));
  return new PipelineTokenizer({
    file,
    addedTokens: fields.added_tokens,
    normalizer,
    preTokenizer,
    mayNotEnd: holdsUnknownPattern([fields.normalizer, fields.pre_tokenizer, fields.decoder]),
    model,
    decoder,
    added: addedByPostProcessor(part("post_processor")),
    bosId: declared ?? (bos === undefined ? undefined : model.vocabulary.get(bos)),
  });
}

function requireUniqueIds({ vocabulary }: VocabularyModel, added: readonly AddedToken[], file: string): void {
  const tokens = new Map<number, string>();
  for (const [token, id] of [...vocabulary, ...added.map(({ content, id }) => [content, id] as const)]) {
    const other = tokens.get(id);
    if (other !== undefined && other !== token) {
      throw new EngineError(
        "invalid-file",
        say`${file}: id ${id} belongs to two tokens, ${JSON.stringify(other)} and ${JSON.stringify(token)}.`,
        { place: { file } },
      );
    }
    tokens.set(id, token);
  }
}
