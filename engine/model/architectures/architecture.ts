// What one model family has to say about itself: how its configs are read and under which names its weights are stored.
import type { GgufMetadata } from "../../formats/gguf-metadata.ts";
import type { ModelConfig } from "../model.ts";
import type { WeightNames } from "../weight-names.ts";

export interface Described {
  readonly config: ModelConfig;
  readonly names: WeightNames;
}

/** What a family may ask about a checkpoint before it settles its names. */
export interface CheckpointKeys {
  has(key: string): boolean;
  /** A tensor of one row as floats, for small tables that are part of the config. */
  vector(key: string): Float32Array;
  /** Whether two tensors have one shape and the same values. */
  same(key: string, other: string): boolean;
}

export type HuggingFaceReader = (config: unknown, file: string, keys: CheckpointKeys) => Described;

export interface Architecture {
  /** `model_type` of a Hugging Face config.json → reader. */
  readonly huggingFace: Readonly<Record<string, HuggingFaceReader>>;
  /** `general.architecture` of a GGUF → reader. */
  readonly gguf: Readonly<Record<string, (metadata: GgufMetadata, keys: CheckpointKeys) => Described>>;
}
