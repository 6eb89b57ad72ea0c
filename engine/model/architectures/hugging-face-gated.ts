// What the Hugging Face forms of the gated rotary families (Llama, Mistral, Qwen) share: config fields and tensor names.
import type { ModelConfig } from "../model.ts";
import { type LayerTable, linear, type WeightNames } from "../weight-names.ts";
import type { CheckpointKeys, Described } from "./architecture.ts";
import { activation, flag, parseConfig, positive, rotaryFields, rotaryOf, size, text } from "./hugging-face-config.ts";

const FIELDS = {
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  hidden_size: size,
  head_dim: size.nullish(),
  intermediate_size: size,
  vocab_size: size,
  max_position_embeddings: size,
  rms_norm_eps: positive.default(1e-6),
  hidden_act: text.default("silu"),
  tie_word_embeddings: flag.default(false),
  ...rotaryFields,
};

/** Where the families differ. */
export interface GatedTraits {
  readonly queryKeyValueBias: boolean;
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  readonly queryKeyNorms: boolean;
  readonly slidingWindow?: number;
}

export function describeGated(
  architecture: string,
  json: unknown,
  file: string,
  keys: CheckpointKeys,
  traits: GatedTraits,
): Described {
  const raw = parseConfig(FIELDS, json, file);
  const dHead = raw.head_dim ?? raw.hidden_size / raw.num_attention_heads;
  const config: ModelConfig = {
    architecture,
    nLayers: raw.num_hidden_layers,
    nHeads: raw.num_attention_heads,
    nKeyValueHeads: raw.num_key_value_heads ?? raw.num_attention_heads,
    dModel: raw.hidden_size,
    dHead,
    dMlp: raw.intermediate_size,
    dVocab: raw.vocab_size,
    nContext: raw.max_position_embeddings,
    norm: { kind: "rms", epsilon: raw.rms_norm_eps },
    positions: rotaryOf(raw, dHead, file),
    mlp: { kind: "gated", activation: activation(raw.hidden_act, file) },
    parallelBlocks: false,
    attentionScale: 1 / Math.sqrt(dHead),
    tiedUnembedding: raw.tie_word_embeddings,
    slidingWindow: traits.slidingWindow,
  };
  return { config, names: gatedNames(config, keys, traits) };
}

function gatedNames(config: ModelConfig, keys: CheckpointKeys, traits: GatedTraits): WeightNames {
  const base = keys.has("embed_tokens.weight") ? "" : "model.";
  const prefix = (l: number): string => `${base}layers.${l}.`;
  return {
    embed: `${base}embed_tokens.weight`,
    finalNorm: { gain: `${base}norm.weight` },
    unembed: config.tiedUnembedding ? undefined : { key: "lm_head.weight" },
    layerPrefix: prefix,
    layer: (l) => gatedLayer(prefix(l), traits),
    ignored: /^self_attn\.rotary_emb\.inv_freq$/,
  };
}

function gatedLayer(prefix: string, traits: GatedTraits): LayerTable {
  const weight = (name: string) => linear(`${prefix}${name}.weight`);
  const bias = (name: string) => linear(`${prefix}${name}.bias`);
  return {
    "norm1.gain": weight("input_layernorm"),
    W_Q: weight("self_attn.q_proj"),
    W_K: weight("self_attn.k_proj"),
    W_V: weight("self_attn.v_proj"),
    ...(traits.queryKeyValueBias && {
      b_Q: bias("self_attn.q_proj"),
      b_K: bias("self_attn.k_proj"),
      b_V: bias("self_attn.v_proj"),
    }),
    ...(traits.queryKeyNorms && { normQ: weight("self_attn.q_norm"), normK: weight("self_attn.k_norm") }),
    W_O: weight("self_attn.o_proj"),
    ...(traits.outputBias && { b_O: bias("self_attn.o_proj") }),
    "norm2.gain": weight("post_attention_layernorm"),
    W_gate: weight("mlp.gate_proj"),
    W_in: weight("mlp.up_proj"),
    W_out: weight("mlp.down_proj"),
    ...(traits.mlpBias && { b_gate: bias("mlp.gate_proj"), b_in: bias("mlp.up_proj"), b_out: bias("mlp.down_proj") }),
  };
}
