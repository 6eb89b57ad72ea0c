// Opens a folder in Hugging Face's layout: config.json, safetensors in one file or several, tokenizer.json.
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { SafetensorsFile } from "../formats/safetensors.ts";
import { ShardedCheckpoint, shardsOfIndex } from "../formats/sharded.ts";
import { jsonTokenizer } from "../tokens/json-tokenizer.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import type { Described, HuggingFaceReader } from "./architectures/architecture.ts";
import { ARCHITECTURES } from "./architectures/registry.ts";
import { checkpointKeys } from "./checkpoint-keys.ts";
import { CheckpointModel } from "./checkpoint-model.ts";
import { requireConsistent } from "./consistency.ts";
import type { Label } from "./gguf-model.ts";
import { HUGGING_FACE_FILES } from "./huggingface-files.ts";
import type { Model } from "./model.ts";
import { requireModelFolder, withoutWeights } from "./model-folder.ts";
import { huggingFaceSpeech } from "./speech.ts";

const {
  config: CONFIG,
  tokenizer: TOKENIZER,
  tokenizerConfig: TOKENIZER_CONFIG,
  weights: WEIGHTS,
  index: INDEX,
} = HUGGING_FACE_FILES;

/** @throws EngineError "missing-file", "invalid-file", "unsupported", "missing-weight" or "shape" */
export function openHuggingFaceFolder(folder: string, label: Label = labelOf(folder)): Model {
  requireModelFolder(folder);
  const configFile = join(folder, CONFIG);
  const json = readJsonFile(configFile, FILE_KINDS.config);
  const tokenizer = openTokenizer(folder);
  const checkpoint = openWeights(folder);
  try {
    const { config, names } = describe(json, configFile, checkpoint);
    requireConsistent(config, configFile);
    const speech = () => huggingFaceSpeech(folder, tokenizer);
    return new CheckpointModel({ ...label, config, names, checkpoint, tokenizer, speech });
  } catch (error) {
    checkpoint.close();
    throw error;
  }
}

/** Files that a model in `folder` needs, shards included; undefined if there are no weights in a form that can be read. */
export function neededFiles(folder: string): readonly string[] | undefined {
  const index = join(folder, INDEX);
  const weights = existsSync(join(folder, WEIGHTS))
    ? [WEIGHTS]
    : existsSync(index)
      ? [INDEX, ...shardsOfIndex(index)]
      : undefined;
  return weights && [CONFIG, TOKENIZER, ...weights].map((name) => join(folder, name));
}

function labelOf(folder: string): Label {
  return { name: basename(resolve(folder)), source: folder };
}

function openWeights(folder: string): Checkpoint {
  if (existsSync(join(folder, WEIGHTS))) return SafetensorsFile.open(join(folder, WEIGHTS));
  if (existsSync(join(folder, INDEX))) return ShardedCheckpoint.open(join(folder, INDEX));
  throw withoutWeights(folder, [WEIGHTS, INDEX]);
}

const bosSchema = z.looseObject({ bos_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish() });

function openTokenizer(folder: string): Tokenizer {
  const path = join(folder, TOKENIZER);
  if (!existsSync(path)) {
    throw new EngineError(
      "missing-file",
      say`${folder}: there is no ${TOKENIZER}. Save it with Transformers: AutoTokenizer.from_pretrained(…).save_pretrained(folder).`,
      { place: { file: folder } },
    );
  }
  return jsonTokenizer(readJsonFile(path, FILE_KINDS.tokenizer), path, declaredBos(join(folder, TOKENIZER_CONFIG)));
}

function declaredBos(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const parsed = bosSchema.safeParse(readJsonFile(path, FILE_KINDS.config));
  if (!parsed.success)
    throw new EngineError("invalid-file", say`${path}: "bos_token" is neither a text nor a token.`, {
      place: { file: path },
    });
  const bos = parsed.data.bos_token;
  return typeof bos === "string" ? bos : bos?.content;
}

function describe(json: unknown, file: string, checkpoint: Checkpoint): Described {
  return requireSupported(json, file)(json, file, checkpointKeys(checkpoint));
}

/**
 * How the architecture that a config.json names is read.
 * @throws EngineError "invalid-file" where it names none, "unsupported" for one that is unknown here
 */
export function requireSupported(json: unknown, file: string): HuggingFaceReader {
  const parsed = z.looseObject({ model_type: z.string() }).safeParse(json);
  if (!parsed.success)
    throw new EngineError("invalid-file", say`${file}: there is no "model_type". Is it the config of a model?`, {
      place: { file },
    });
  const name = parsed.data.model_type;
  for (const { huggingFace } of ARCHITECTURES) {
    if (Object.hasOwn(huggingFace, name)) return huggingFace[name];
  }
  const known = sayList(
    ARCHITECTURES.flatMap(({ huggingFace }) => Object.keys(huggingFace)),
    ", ",
  );
  throw new EngineError("unsupported", say`${file}: architecture "${name}" is not supported, only ${known}.`, {
    place: { file },
    architecture: name,
  });
}
