// Reads how a model's own text begins and ends: end tokens and the chat template, from a folder or a GGUF.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import type { GgufMetadata } from "../formats/gguf-metadata.ts";
import { readJsonFile } from "../formats/json-file.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { HUGGING_FACE_FILES as FILES } from "./huggingface-files.ts";
import type { ChatTemplateSource, Speech } from "./model.ts";

/** Where a model has several templates, this one is meant unless a tool is called. */
const DEFAULT_TEMPLATE = "default";

const tokenText = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const tokenizerSchema = z.looseObject({
  bos_token: tokenText,
  eos_token: tokenText,
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
});
const endSchema = z.looseObject({ eos_token_id: z.union([z.int(), z.array(z.int())]).nullish() });

/**
 * End tokens: those of generation_config.json, else of config.json, else the tokenizer's declared one.
 * Template: chat_template.jinja, else the one in tokenizer_config.json (of several the one named "default").
 *
 * @throws EngineError "invalid-file"
 */
export function huggingFaceSpeech(folder: string, tokenizer: Tokenizer): Speech {
  const tokens = read(join(folder, FILES.tokenizerConfig), tokenizerSchema);
  const ends = [FILES.generationConfig, FILES.config]
    .map((name) => read(join(folder, name), endSchema)?.eos_token_id)
    .find((ids) => ids !== undefined && ids !== null);
  const eosToken = textOf(tokens?.eos_token);
  const declared = eosToken === undefined ? [] : idsOf(tokenizer, eosToken);
  const template = folderTemplate(folder, tokens?.chat_template);
  return {
    endIds: ends === undefined ? declared : [ends].flat(),
    chatTemplate: template && { ...template, bosToken: textOf(tokens?.bos_token), eosToken },
  };
}

/** End tokens: end of text, of a turn and of a message, as far as the file names them. */
export function ggufSpeech(metadata: GgufMetadata, tokenizer: Tokenizer): Speech {
  const id = (name: string) => {
    const key = `tokenizer.ggml.${name}_token_id`;
    return metadata.has(key) ? metadata.number(key) : undefined;
  };
  const ends = ["eos", "eot", "eom"].map(id).filter((end) => end !== undefined);
  const text = (end: number | undefined) => (end === undefined ? undefined : tokenizer.token(end));
  const key = "tokenizer.chat_template";
  return {
    endIds: [...new Set(ends)],
    chatTemplate: metadata.has(key)
      ? { text: metadata.string(key), file: metadata.file, bosToken: text(id("bos")), eosToken: text(id("eos")) }
      : undefined,
  };
}

function folderTemplate(
  folder: string,
  declared: z.infer<typeof tokenizerSchema>["chat_template"],
): Pick<ChatTemplateSource, "text" | "file"> | undefined {
  const own = join(folder, FILES.chatTemplate);
  if (existsSync(own)) return { text: readWholeText(own, FILE_KINDS.config), file: own };
  const text =
    typeof declared === "string" ? declared : declared?.find(({ name }) => name === DEFAULT_TEMPLATE)?.template;
  return text === undefined ? undefined : { text, file: join(folder, FILES.tokenizerConfig) };
}

function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(file)) return undefined;
  const parsed = schema.safeParse(readJsonFile(file, FILE_KINDS.config));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EngineError("invalid-file", say`${file}: "${issue.path.join(".")}" is not what is expected there.`, {
    place: { file },
  });
}

const textOf = (token: z.infer<typeof tokenText>): string | undefined =>
  typeof token === "string" ? token : token?.content;

/** The id whose text this is; none where the tokenizer does not know it as one token. */
function idsOf(tokenizer: Tokenizer, text: string): number[] {
  return tokenizer
    .encode(text)
    .filter((id) => tokenizer.token(id) === text)
    .slice(0, 1);
}
