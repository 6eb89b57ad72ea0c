// GPT-NeoX (Pythia): layer norms, rotary positions on part of each head, plain MLP beside the attention rather than after it.
import type { ModelConfig } from "../model.ts";
import { interleavedPerHead, type LayerTable, linear, type WeightNames } from "../weight-names.ts";
import type { Architecture, CheckpointKeys, Described } from "./architecture.ts";
import { CONFIG_FIELDS } from "./config-fields.ts";
import { activation, parseConfig, rotaryOf, rotarySettings } from "./hugging-face-config.ts";
import { headNames } from "./tied-head.ts";

function readHuggingFace(json: unknown, file: string, keys: CheckpointKeys): Described {
  const raw = parseConfig(CONFIG_FIELDS.gpt_neox, json, file);
  const dHead = raw.hidden_size / raw.num_attention_heads;
  const rotaryShare = rotarySettings(raw, file).partial_rotary_factor ?? raw.rotary_pct;
  const base = keys.has("embed_in.weight") ? "" : "gpt_neox.";
  // Transformers 5 calls the unembedding lm_head when it saves without renaming.
  const head = headNames(keys, raw.tie_word_embeddings, `${base}embed_in.weight`, [
    "embed_out.weight",
    "lm_head.weight",
  ]);
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
    positions: rotaryOf(raw, raw.rotary_emb_base, Math.floor(dHead * rotaryShare), file),
    mlp: { kind: "plain", activation: activation(raw.hidden_act, file) },
    parallelBlocks: raw.use_parallel_residual,
    attentionScale: 1 / Math.sqrt(dHead),
    tiedUnembedding: !head.unembed,
  };
  const names: WeightNames = {
    ...head,
    finalNorm: { gain: `${base}final_layer_norm.weight`, bias: `${base}final_layer_norm.bias` },
    layer: (l) => huggingFaceLayer(`${base}layers.${l}.`, config, raw.attention_bias),
  };
  return { config, names };
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
