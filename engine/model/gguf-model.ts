// Opens a single-file GGUF as a model: architecture from its metadata, tokenizer from inside it.
import { basename } from "node:path";
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { GgufFile } from "../formats/gguf.ts";
import { GgufMetadata } from "../formats/gguf-metadata.ts";
import { ggufTokenizer } from "../tokens/gguf-tokenizer.ts";
import type { Described } from "./architectures/architecture.ts";
import { ARCHITECTURES } from "./architectures/registry.ts";
import { CheckpointModel } from "./checkpoint-model.ts";
import { checkpointKeys } from "./checkpoint-keys.ts";
import { requireConsistent } from "./consistency.ts";
import type { Model } from "./model.ts";
import { ggufSpeech } from "./speech.ts";

export interface Label {
  readonly name: string;
  readonly source: string;
}

/** @throws EngineError "missing-file", "invalid-file", "unsupported", "missing-weight" or "shape" */
export function openGgufModel(path: string, label: Label = { name: basename(path, ".gguf"), source: path }): Model {
  const file = GgufFile.open(path);
  try {
    const metadata = new GgufMetadata(path, file.metadata);
    const { config, names } = describe(metadata, file);
    requireConsistent(config, path);
    const tokenizer = ggufTokenizer(metadata);
    const speech = () => ggufSpeech(metadata, tokenizer);
    return new CheckpointModel({ ...label, config, names, checkpoint: file, tokenizer, speech });
  } catch (error) {
    file.close();
    throw error;
  }
}

function describe(metadata: GgufMetadata, file: GgufFile): Described {
  const name = metadata.string("general.architecture");
  for (const { gguf } of ARCHITECTURES) {
    if (Object.hasOwn(gguf, name)) return gguf[name](metadata, checkpointKeys(file));
  }
  const known = sayList(
    ARCHITECTURES.flatMap(({ gguf }) => Object.keys(gguf)),
    ", ",
  );
  throw new EngineError(
    "unsupported",
    say`${metadata.file}: architecture "${name}" is not supported as GGUF, only ${known}.`,
    { place: { file: metadata.file }, architecture: name },
  );
}
