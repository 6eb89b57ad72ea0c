// GPT-2: layer norms, learned positions, plain MLP; matrices stored "in out", q, k and v side by side.
import type { GgufMetadata } from "../../formats/gguf-metadata.ts";
import type { ModelConfig } from "../model.ts";
import { conv1d, type LayerTable, linear, sideBySide, type WeightNames } from "../weight-names.ts";
import type { Architecture, CheckpointKeys, Described } from "./architecture.ts";
import { activation, flag, parseConfig, positive, size, text, unsupported } from "./hugging-face-config.ts";

const FIELDS = {
  n_layer: size,
  n_head: size,
  n_embd: size,
  n_inner: size.nullish(),
  vocab_size: size,
  n_positions: size,
  layer_norm_epsilon: positive.default(1e-5),
  activation_function: text.default("gelu_new"),
  scale_attn_weights: flag.default(true),
  scale_attn_by_inverse_layer_idx: flag.default(false),
  add_cross_attention: flag.default(false),
  tie_word_embeddings: flag.default(true),
};

function readHuggingFace(json: unknown, file: string, keys: CheckpointKeys): Described {
  const raw = parseConfig(FIELDS, json, file);
  if (raw.scale_attn_by_inverse_layer_idx) throw unsupported(file, "scale_attn_by_inverse_layer_idx");
  if (raw.add_cross_attention) throw unsupported(file, "cross-attention");
  const dHead = raw.n_embd / raw.n_head;
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
    attentionScale: raw.scale_attn_weights ? 1 / Math.sqrt(dHead) : 1,
    tiedUnembedding: raw.tie_word_embeddings,
  };
  return { config, names: huggingFaceNames(config, keys) };
}

function huggingFaceNames(config: ModelConfig, keys: CheckpointKeys): WeightNames {
  const base = keys.has("wte.weight") ? "" : "transformer.";
  const prefix = (l: number): string => `${base}h.${l}.`;
  return {
    embed: `${base}wte.weight`,
    positions: `${base}wpe.weight`,
    finalNorm: { gain: `${base}ln_f.weight`, bias: `${base}ln_f.bias` },
    unembed: config.tiedUnembedding ? undefined : { key: "lm_head.weight" },
    layerPrefix: prefix,
    layer: (l) => huggingFaceLayer(prefix(l), config.dModel),
    ignored: /^attn\.(bias|masked_bias)$/,
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
  const nHeads = metadata.size("gpt2.attention.head_count");
  const dModel = metadata.size("gpt2.embedding_length");
  const config: ModelConfig = {
    architecture: "gpt2",
    nLayers: metadata.size("gpt2.block_count"),
    nHeads,
    nKeyValueHeads: nHeads,
    dModel,
    dHead: dModel / nHeads,
    dMlp: metadata.size("gpt2.feed_forward_length"),
    dVocab: metadata.strings("tokenizer.ggml.tokens").length,
    nContext: metadata.size("gpt2.context_length"),
    norm: { kind: "layer", epsilon: metadata.number("gpt2.attention.layer_norm_epsilon") },
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
    layerPrefix: (l) => `blk.${l}.`,
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
