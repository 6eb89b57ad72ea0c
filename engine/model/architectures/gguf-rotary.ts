// What the GGUF forms of the rotary families (Llama, Qwen) share: metadata keys and tensor names of llama.cpp.
import { EngineError } from "../../base/errors.ts";
import { say } from "../../base/sentence.ts";
import type { GgufMetadata } from "../../formats/gguf-metadata.ts";
import type { ModelConfig, Positions } from "../model.ts";
import { QUANTITIES } from "../quantities.ts";
import { rotaryPositions } from "../rotary.ts";
import {
  type LayerField,
  type LayerTable,
  linear,
  rotaryInterleaved,
  type StoredOutputs,
  type WeightNames,
} from "../weight-names.ts";
import type { CheckpointKeys } from "./architecture.ts";

const EMBEDDING = "token_embd.weight";
const UNEMBEDDING = "output.weight";
/** Divisor of each rotary frequency, where llama.cpp stores Llama 3.1's scaling. */
const ROPE_FACTORS = "rope_freqs.weight";

/**
 * Metadata keys "<architecture>.…" that change the computation and that no family here has: a value beside these is refused.
 * llama.cpp writes some of them with the value that changes nothing.
 */
const FOREIGN_KEYS: Readonly<Record<string, readonly (number | boolean)[]>> = {
  expert_count: [0],
  "attention.causal": [true],
  "attention.scale": [],
  "attention.clamp_kqv": [0],
  "attention.max_alibi_bias": [0],
  "attention.sliding_window_pattern": [],
  attn_logit_softcapping: [0],
  final_logit_softcapping: [0],
  logit_scale: [1],
  residual_scale: [1],
  embedding_scale: [1],
  use_parallel_residual: [false],
};

/** @throws EngineError "unsupported" naming the key */
export function requireNothingElse(metadata: GgufMetadata, architecture: string): void {
  for (const [name, harmless] of Object.entries(FOREIGN_KEYS)) {
    const key = `${architecture}.${name}`;
    if (!metadata.has(key) || harmless.some((value) => metadata.is(key, value))) continue;
    throw new EngineError(
      "unsupported",
      say`${metadata.file}: metadata "${key}" asks for something that ${architecture} models do not have here. Use another model.`,
      { place: { file: metadata.file }, key },
    );
  }
}

/** Sizes from the metadata keys "<architecture>.…". */
export function ggufRotaryConfig(metadata: GgufMetadata, architecture: string, keys: CheckpointKeys): ModelConfig {
  requireNothingElse(metadata, architecture);
  const quantity = (name: string, kind: keyof typeof QUANTITIES, fallback?: number): number =>
    metadata.quantity(`${architecture}.${name}`, QUANTITIES[kind], fallback);
  const nHeads = quantity("attention.head_count", "heads");
  const dModel = quantity("embedding_length", "width");
  const dHead = metadata.has(`${architecture}.attention.key_length`)
    ? quantity("attention.key_length", "width")
    : dModel / nHeads;
  return {
    architecture,
    nLayers: quantity("block_count", "layers"),
    nHeads,
    nKeyValueHeads: quantity("attention.head_count_kv", "heads", nHeads),
    dModel,
    dHead,
    dMlp: quantity("feed_forward_length", "width"),
    dVocab: quantity("vocab_size", "tokens", metadata.strings("tokenizer.ggml.tokens").length),
    nContext: quantity("context_length", "positions"),
    norm: { kind: "rms", epsilon: quantity("attention.layer_norm_rms_epsilon", "epsilon") },
    positions: ggufPositions(metadata, architecture, dHead, keys),
    mlp: { kind: "gated", activation: "silu" },
    parallelBlocks: false,
    attentionScale: 1 / Math.sqrt(dHead),
    tiedUnembedding: !keys.has(UNEMBEDDING),
    slidingWindow: ggufWindow(metadata, `${architecture}.attention.sliding_window`),
  };
}

/** Converters write 0 where there is none. */
function ggufWindow(metadata: GgufMetadata, key: string): number | undefined {
  if (!metadata.has(key) || metadata.is(key, 0)) return undefined;
  return metadata.quantity(key, QUANTITIES.positions);
}

function ggufPositions(metadata: GgufMetadata, architecture: string, dHead: number, keys: CheckpointKeys): Positions {
  const key = (name: string): string => `${architecture}.rope.${name}`;
  const kind = metadata.string(key("scaling.type"), "none");
  if (kind !== "none" && kind !== "linear") {
    throw new EngineError(
      "unsupported",
      say`${metadata.file}: rotary scaling "${kind}" is not supported, only "linear" and Llama 3.1's.`,
      { place: { file: metadata.file } },
    );
  }
  const stretch = kind === "linear" ? metadata.quantity(key("scaling.factor"), QUANTITIES.rotaryFactor) : 1;
  const base = metadata.quantity(key("freq_base"), QUANTITIES.rotaryBase, 10000);
  const dims = metadata.has(key("dimension_count"))
    ? metadata.quantity(key("dimension_count"), QUANTITIES.width)
    : dHead;
  const factors = keys.has(ROPE_FACTORS) ? keys.vector(ROPE_FACTORS) : undefined;
  if (factors && factors.length !== Math.floor(dims / 2)) {
    throw new EngineError(
      "shape",
      say`${metadata.file}: tensor "${ROPE_FACTORS}" has ${factors.length} factors, but ${dims} rotary dimensions have ${Math.floor(dims / 2)} frequencies.`,
      { place: { file: metadata.file }, tensor: ROPE_FACTORS },
    );
  }
  return rotaryPositions(base, dims, (frequency, pair) => frequency / stretch / (factors?.[pair] ?? 1));
}

export interface GgufLayerTraits {
  /** Rows of q and k are stored with the halves of each head interleaved. */
  readonly rotaryIsInterleaved?: boolean;
  readonly hasQueryKeyNorms?: boolean;
  /** Biases after attention and in the MLP, where the file has them. */
  readonly hasOutputBiases?: boolean;
}

/** Tensor names of a layer with RMS norms and gated MLP; biases where the file has them. */
export function ggufGatedNames(config: ModelConfig, keys: CheckpointKeys, traits: GgufLayerTraits): WeightNames {
  const { nHeads, nKeyValueHeads, dHead } = config;
  const rotated = (heads: number) => (traits.rotaryIsInterleaved ? rotaryInterleaved(heads, dHead) : undefined);
  const layer = (l: number): LayerTable => {
    const at = (name: string): string => `blk.${l}.${name}`;
    const bias = (field: LayerField, name: string, outputs?: StoredOutputs): LayerTable =>
      keys.has(at(name)) ? { [field]: linear(at(name), outputs) } : {};
    return {
      "norm1.gain": linear(at("attn_norm.weight")),
      W_Q: linear(at("attn_q.weight"), rotated(nHeads)),
      W_K: linear(at("attn_k.weight"), rotated(nKeyValueHeads)),
      W_V: linear(at("attn_v.weight")),
      ...bias("b_Q", "attn_q.bias", rotated(nHeads)),
      ...bias("b_K", "attn_k.bias", rotated(nKeyValueHeads)),
      ...bias("b_V", "attn_v.bias"),
      ...(traits.hasQueryKeyNorms && {
        normQ: linear(at("attn_q_norm.weight")),
        normK: linear(at("attn_k_norm.weight")),
      }),
      W_O: linear(at("attn_output.weight")),
      "norm2.gain": linear(at("ffn_norm.weight")),
      W_gate: linear(at("ffn_gate.weight")),
      W_in: linear(at("ffn_up.weight")),
      W_out: linear(at("ffn_down.weight")),
      ...(traits.hasOutputBiases && {
        ...bias("b_O", "attn_output.bias"),
        ...bias("b_gate", "ffn_gate.bias"),
        ...bias("b_in", "ffn_up.bias"),
        ...bias("b_out", "ffn_down.bias"),
      }),
    };
  };
  return {
    embed: EMBEDDING,
    finalNorm: { gain: "output_norm.weight" },
    unembed: config.tiedUnembedding ? undefined : { key: UNEMBEDDING },
    layer,
    accounted: [ROPE_FACTORS],
  };
}
