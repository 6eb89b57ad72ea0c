// What the GGUF forms of the rotary families (Llama, Qwen) share: metadata keys and tensor names of llama.cpp.
import { EngineError } from "../../base/errors.ts";
import type { GgufMetadata } from "../../formats/gguf-metadata.ts";
import type { ModelConfig, Positions } from "../model.ts";
import { rotaryPositions } from "../rotary.ts";
import { type LayerTable, linear, rotaryInterleaved, type WeightNames } from "../weight-names.ts";
import type { CheckpointKeys } from "./architecture.ts";

const EMBEDDING = "token_embd.weight";
const UNEMBEDDING = "output.weight";
/** Divisor of each rotary frequency, where llama.cpp stores Llama 3.1's scaling. */
const ROPE_FACTORS = "rope_freqs.weight";

/** Sizes from the metadata keys "<architecture>.…". */
export function ggufRotaryConfig(metadata: GgufMetadata, architecture: string, keys: CheckpointKeys): ModelConfig {
  const key = (name: string): string => `${architecture}.${name}`;
  const nHeads = metadata.size(key("attention.head_count"));
  const dModel = metadata.size(key("embedding_length"));
  const dHead = metadata.size(key("attention.key_length"), dModel / nHeads);
  return {
    architecture,
    nLayers: metadata.size(key("block_count")),
    nHeads,
    nKeyValueHeads: metadata.size(key("attention.head_count_kv"), nHeads),
    dModel,
    dHead,
    dMlp: metadata.size(key("feed_forward_length")),
    dVocab: metadata.size(key("vocab_size"), metadata.strings("tokenizer.ggml.tokens").length),
    nContext: metadata.size(key("context_length")),
    norm: { kind: "rms", epsilon: metadata.number(key("attention.layer_norm_rms_epsilon")) },
    positions: ggufPositions(metadata, architecture, dHead, keys),
    mlp: { kind: "gated", activation: "silu" },
    parallelBlocks: false,
    attentionScale: 1 / Math.sqrt(dHead),
    tiedUnembedding: !keys.has(UNEMBEDDING),
    slidingWindow: metadata.has(key("attention.sliding_window"))
      ? metadata.size(key("attention.sliding_window"))
      : undefined,
  };
}

function ggufPositions(metadata: GgufMetadata, architecture: string, dHead: number, keys: CheckpointKeys): Positions {
  const key = (name: string): string => `${architecture}.rope.${name}`;
  const factors = keys.has(ROPE_FACTORS) ? keys.vector(ROPE_FACTORS) : undefined;
  const kind = metadata.string(key("scaling.type"), "none");
  if (kind !== "none" && kind !== "linear") {
    throw new EngineError(
      "unsupported",
      `${metadata.file}: rotary scaling "${kind}" is not supported, only "linear" and Llama 3.1's.`,
      {
        place: { file: metadata.file },
      },
    );
  }
  const stretch = kind === "linear" ? metadata.number(key("scaling.factor")) : 1;
  return rotaryPositions(
    metadata.number(key("freq_base"), 10000),
    metadata.size(key("dimension_count"), dHead),
    (frequency, pair) => frequency / stretch / (factors?.[pair] ?? 1),
  );
}

export interface GgufLayerTraits {
  /** Rows of q and k are stored with the halves of each head interleaved. */
  readonly rotaryIsInterleaved?: boolean;
  readonly hasQueryKeyNorms?: boolean;
}

/** Tensor names of a layer with RMS norms and gated MLP; biases of q, k and v where the file has them. */
export function ggufGatedNames(config: ModelConfig, keys: CheckpointKeys, traits: GgufLayerTraits): WeightNames {
  const prefix = (l: number): string => `blk.${l}.`;
  const { nHeads, nKeyValueHeads, dHead } = config;
  const rotated = (heads: number) => (traits.rotaryIsInterleaved ? rotaryInterleaved(heads, dHead) : undefined);
  const layer = (l: number): LayerTable => {
    const at = (name: string): string => `${prefix(l)}${name}`;
    const hasBias = keys.has(at("attn_q.bias"));
    return {
      "norm1.gain": linear(at("attn_norm.weight")),
      W_Q: linear(at("attn_q.weight"), rotated(nHeads)),
      W_K: linear(at("attn_k.weight"), rotated(nKeyValueHeads)),
      W_V: linear(at("attn_v.weight")),
      ...(hasBias && {
        b_Q: linear(at("attn_q.bias"), rotated(nHeads)),
        b_K: linear(at("attn_k.bias"), rotated(nKeyValueHeads)),
        b_V: linear(at("attn_v.bias")),
      }),
      ...(traits.hasQueryKeyNorms && {
        normQ: linear(at("attn_q_norm.weight")),
        normK: linear(at("attn_k_norm.weight")),
      }),
      W_O: linear(at("attn_output.weight")),
      "norm2.gain": linear(at("ffn_norm.weight")),
      W_gate: linear(at("ffn_gate.weight")),
      W_in: linear(at("ffn_up.weight")),
      W_out: linear(at("ffn_down.weight")),
    };
  };
  return {
    embed: EMBEDDING,
    finalNorm: { gain: "output_norm.weight" },
    unembed: config.tiedUnembedding ? undefined : { key: UNEMBEDDING },
    layerPrefix: prefix,
    layer,
  };
}
