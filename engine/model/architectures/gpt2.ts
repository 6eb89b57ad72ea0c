// GPT-2: layer norms, learned positions, plain MLP; matrices stored "in out", q, k and v side by side.
import { say } from "../../base/sentence.ts";
import type { GgufMetadata } from "../../formats/gguf-metadata.ts";
import type { ModelConfig } from "../model.ts";
import { QUANTITIES } from "../quantities.ts";
import { conv1d, type LayerTable, linear, sideBySide, type WeightNames } from "../weight-names.ts";
import type { Architecture, CheckpointKeys, Described } from "./architecture.ts";
import { CONFIG_FIELDS } from "./config-fields.ts";
import { activation, invalidConfig, parseConfig, unsupported } from "./hugging-face-config.ts";
import { requireNothingElse } from "./gguf-rotary.ts";
import { headNames } from "./tied-head.ts";

/** Names of other families under which Transformers takes GPT-2's sizes too. */
const ALIASES: Readonly<Record<string, string>> = {
  num_hidden_layers: "n_layer",
  num_attention_heads: "n_head",
  hidden_size: "n_embd",
  max_position_embeddings: "n_positions",
};

function withoutAliases(json: unknown, file: string): unknown {
  if (typeof json !== "object" || json === null) return json;
  const fields: Record<string, unknown> = { ...json };
  for (const [alias, name] of Object.entries(ALIASES)) {
    if (!Object.hasOwn(fields, alias)) continue;
    if (Object.hasOwn(fields, name) && fields[name] !== fields[alias]) {
      throw invalidConfig(file, say`"${name}" and "${alias}" are one size, but differ`);
    }
    fields[name] = fields[alias];
  }
  return fields;
}

function readHuggingFace(json: unknown, file: string, keys: CheckpointKeys): Described {
  const raw = parseConfig(CONFIG_FIELDS.gpt2, withoutAliases(json, file), file);
  if (raw.add_cross_attention) throw unsupported(file, say`cross-attention`);
  const dHead = raw.n_embd / raw.n_head;
  const scale = raw.scale_attn_weights ? 1 / Math.sqrt(dHead) : 1;
  const names = huggingFaceNames(raw.n_embd, raw.tie_word_embeddings, keys);
  const config: ModelConfig = {
    architecture: "gpt2",
    nLayers: raw.n_layer,
    nHeads: raw.n_head,
    nKeyValueHeads: raw.n_head,
    dModel: raw.n_embd,
    dHead,
    dMlp: raw.n_inner ?? 4 * raw.n_embd,
    dVocab: raw.vocab_size,
    nContext: raw.n_positions,
    norm: { kind: "layer", epsilon: raw.layer_norm_epsilon },
    positions: { kind: "learned" },
    mlp: { kind: "plain", activation: activation(raw.activation_function, file) },
    parallelBlocks: false,
    attentionScale: raw.scale_attn_by_inverse_layer_idx
      ? Array.from({ length: raw.n_layer }, (_, layer) => scale / (layer + 1))
      : scale,
    tiedUnembedding: !names.unembed,
  };
  return { config, names };
}

function huggingFaceNames(dModel: number, tied: boolean, keys: CheckpointKeys): WeightNames {
  const base = keys.has("wte.weight") ? "" : "transformer.";
  return {
    ...headNames(keys, tied, `${base}wte.weight`, ["lm_head.weight"]),
    positions: `${base}wpe.weight`,
    finalNorm: { gain: `${base}ln_f.weight`, bias: `${base}ln_f.bias` },
    layer: (l) => huggingFaceLayer(`${base}h.${l}.`, dModel),
  };
}

function huggingFaceLayer(prefix: string, dModel: number): LayerTable {
  const fused = `${prefix}attn.c_attn`;
  const [q, k, v] = [0, 1, 2].map((part) => sideBySide(part, 3, dModel));
  return {
    "norm1.gain": linear(`${prefix}ln_1.weight`),
    "norm1.bias": linear(`${prefix}ln_1.bias`),
    W_Q: conv1d(`${fused}.weight`, q),
    W_K: conv1d(`${fused}.weight`, k),
    W_V: conv1d(`${fused}.weight`, v),
    b_Q: linear(`${fused}.bias`, q),
    b_K: linear(`${fused}.bias`, k),
    b_V: linear(`${fused}.bias`, v),
    W_O: conv1d(`${prefix}attn.c_proj.weight`),
    b_O: linear(`${prefix}attn.c_proj.bias`),
    "norm2.gain": linear(`${prefix}ln_2.weight`),
    "norm2.bias": linear(`${prefix}ln_2.bias`),
    W_in: conv1d(`${prefix}mlp.c_fc.weight`),
    b_in: linear(`${prefix}mlp.c_fc.bias`),
    W_out: conv1d(`${prefix}mlp.c_proj.weight`),
    b_out: linear(`${prefix}mlp.c_proj.bias`),
  };
}

function readGguf(metadata: GgufMetadata, keys: CheckpointKeys): Described {
  requireNothingElse(metadata, "gpt2");
  const nHeads = metadata.quantity("gpt2.attention.head_count", QUANTITIES.heads);
  const dModel = metadata.quantity("gpt2.embedding_length", QUANTITIES.width);
  const config: ModelConfig = {
    architecture: "gpt2",
    nLayers: metadata.quantity("gpt2.block_count", QUANTITIES.layers),
    nHeads,
    nKeyValueHeads: nHeads,
    dModel,
    dHead: dModel / nHeads,
    dMlp: metadata.quantity("gpt2.feed_forward_length", QUANTITIES.width),
    dVocab: metadata.strings("tokenizer.ggml.tokens").length,
    nContext: metadata.quantity("gpt2.context_length", QUANTITIES.positions),
    norm: { kind: "layer", epsilon: metadata.quantity("gpt2.attention.layer_norm_epsilon", QUANTITIES.epsilon) },
    positions: { kind: "learned" },
    mlp: { kind: "plain", activation: "gelu-tanh" },
    parallelBlocks: false,
    attentionScale: 1 / Math.sqrt(dModel / nHeads),
    tiedUnembedding: !keys.has("output.weight"),
  };
  const names: WeightNames = {
    embed: "token_embd.weight",
    positions: "position_embd.weight",
    finalNorm: { gain: "output_norm.weight", bias: "output_norm.bias" },
    unembed: config.tiedUnembedding ? undefined : { key: "output.weight" },
    layer: (l) => ggufPlainLayer(`blk.${l}.`, dModel),
  };
  return { config, names };
}

/** llama.cpp's names for a layer with layer norms and plain MLP; q, k and v side by side, everything "out in". */
function ggufPlainLayer(prefix: string, dModel: number): LayerTable {
  const [q, k, v] = [0, 1, 2].map((part) => sideBySide(part, 3, dModel));
  return {
    "norm1.gain": linear(`${prefix}attn_norm.weight`),
    "norm1.bias": linear(`${prefix}attn_norm.bias`),
    W_Q: linear(`${prefix}attn_qkv.weight`, q),
    W_K: linear(`${prefix}attn_qkv.weight`, k),
    W_V: linear(`${prefix}attn_qkv.weight`, v),
    b_Q: linear(`${prefix}attn_qkv.bias`, q),
    b_K: linear(`${prefix}attn_qkv.bias`, k),
    b_V: linear(`${prefix}attn_qkv.bias`, v),
    W_O: linear(`${prefix}attn_output.weight`),
    b_O: linear(`${prefix}attn_output.bias`),
    "norm2.gain": linear(`${prefix}ffn_norm.weight`),
    "norm2.bias": linear(`${prefix}ffn_norm.bias`),
    W_in: linear(`${prefix}ffn_up.weight`),
    b_in: linear(`${prefix}ffn_up.bias`),
    W_out: linear(`${prefix}ffn_down.weight`),
    b_out: linear(`${prefix}ffn_down.bias`),
  };
}

export const gpt2: Architecture = { huggingFace: { gpt2: readHuggingFace }, gguf: { gpt2: readGguf } };
