// GPT-NeoX (Pythia): layer norms, rotary positions on part of each head, plain MLP beside the attention rather than after it.
import type { ModelConfig } from "../model.ts";
import { interleavedPerHead, type LayerTable, linear, type WeightNames } from "../weight-names.ts";
import type { Architecture, CheckpointKeys, Described } from "./architecture.ts";
import { activation, flag, parseConfig, positive, rotaryFields, rotaryOf, size, text } from "./hugging-face-config.ts";

const FIELDS = {
  num_hidden_layers: size,
  num_attention_heads: size,
  hidden_size: size,
  intermediate_size: size,
  vocab_size: size,
  max_position_embeddings: size,
  layer_norm_eps: positive.default(1e-5),
  hidden_act: text.default("gelu"),
  rotary_pct: positive.default(0.25),
  rotary_emb_base: positive.default(10000),
  use_parallel_residual: flag.default(true),
  attention_bias: flag.default(true),
  tie_word_embeddings: flag.default(false),
  ...rotaryFields,
};

function readHuggingFace(json: unknown, file: string, keys: CheckpointKeys): Described {
  const raw = parseConfig(FIELDS, json, file);
  const dHead = raw.hidden_size / raw.num_attention_heads;
  const rotaryShare = raw.rope_parameters?.partial_rotary_factor ?? raw.rotary_pct;
  const config: ModelConfig = {
    architecture: "gpt_neox",
    nLayers: raw.num_hidden_layers,
    nHeads: raw.num_attention_heads,
    nKeyValueHeads: raw.num_attention_heads,
    dModel: raw.hidden_size,
    dHead,
    dMlp: raw.intermediate_size,
    dVocab: raw.vocab_size,
    nContext: raw.max_position_embeddings,
    norm: { kind: "layer", epsilon: raw.layer_norm_eps },
    positions: rotaryOf(raw, Math.floor(dHead * rotaryShare), file, raw.rotary_emb_base),
    mlp: { kind: "plain", activation: activation(raw.hidden_act, file) },
    parallelBlocks: raw.use_parallel_residual,
    attentionScale: 1 / Math.sqrt(dHead),
    tiedUnembedding: raw.tie_word_embeddings,
  };
  return { config, names: huggingFaceNames(config, keys, raw.attention_bias) };
}

function huggingFaceNames(config: ModelConfig, keys: CheckpointKeys, hasAttentionBias: boolean): WeightNames {
  const base = keys.has("embed_in.weight") ? "" : "gpt_neox.";
  const prefix = (l: number): string => `${base}layers.${l}.`;
  return {
    embed: `${base}embed_in.weight`,
    finalNorm: { gain: `${base}final_layer_norm.weight`, bias: `${base}final_layer_norm.bias` },
    unembed: config.tiedUnembedding ? undefined : { key: "embed_out.weight" },
    layerPrefix: prefix,
    layer: (l) => huggingFaceLayer(prefix(l), config, hasAttentionBias),
    ignored: /^attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/,
  };
}

function huggingFaceLayer(prefix: string, { nHeads, dHead }: ModelConfig, hasAttentionBias: boolean): LayerTable {
  const fused = `${prefix}attention.query_key_value`;
  const [q, k, v] = [0, 1, 2].map((part) => interleavedPerHead(part, 3, nHeads, dHead));
  return {
    "norm1.gain": linear(`${prefix}input_layernorm.weight`),
    "norm1.bias": linear(`${prefix}input_layernorm.bias`),
    W_Q: linear(`${fused}.weight`, q),
    W_K: linear(`${fused}.weight`, k),
    W_V: linear(`${fused}.weight`, v),
    W_O: linear(`${prefix}attention.dense.weight`),
    ...(hasAttentionBias && {
      b_Q: linear(`${fused}.bias`, q),
      b_K: linear(`${fused}.bias`, k),
      b_V: linear(`${fused}.bias`, v),
      b_O: linear(`${prefix}attention.dense.bias`),
    }),
    "norm2.gain": linear(`${prefix}post_attention_layernorm.weight`),
    "norm2.bias": linear(`${prefix}post_attention_layernorm.bias`),
    W_in: linear(`${prefix}mlp.dense_h_to_4h.weight`),
    b_in: linear(`${prefix}mlp.dense_h_to_4h.bias`),
    W_out: linear(`${prefix}mlp.dense_4h_to_h.weight`),
    b_out: linear(`${prefix}mlp.dense_4h_to_h.bias`),
  };
}

export const neox: Architecture = { huggingFace: { gpt_neox: readHuggingFace }, gguf: {} };
