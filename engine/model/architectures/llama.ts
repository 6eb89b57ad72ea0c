// Llama and its relatives (SmolLM, Mistral): RMS norms, rotary positions, grouped-query attention, gated MLP.
import type { GgufMetadata } from "../../formats/gguf-metadata.ts";
import type { Architecture, CheckpointKeys, Described } from "./architecture.ts";
import { ggufGatedNames, ggufRotaryConfig } from "./gguf-rotary.ts";

function readGguf(metadata: GgufMetadata, keys: CheckpointKeys): Described {
  const config = ggufRotaryConfig(metadata, "llama", keys);
  return { config, names: ggufGatedNames(config, keys, { rotaryIsInterleaved: true }) };
}

export const llama: Architecture = { huggingFace: {}, gguf: { llama: readGguf } };
