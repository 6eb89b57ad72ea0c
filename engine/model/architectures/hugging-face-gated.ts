// What the Hugging Face forms of the gated rotary families (Llama, Mistral, Qwen) share: config fields and tensor names.
import { say } from "../../base/sentence.ts";
import type { ModelConfig, Positions } from "../model.ts";
import { type LayerTable, linear, type WeightNames } from "../weight-names.ts";
import type { CheckpointKeys, Described } from "./architecture.ts";
import { activation, type RotaryConfig, rotaryOf, rotarySettings, unsupported } from "./hugging-face-config.ts";
import { headNames } from "./tied-head.ts";

/** What the configs of these families share once absent fields have their defaults. */
interface GatedConfig extends RotaryConfig {
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number | null;
  readonly hidden_size: number;
  readonly head_dim: number | null;
  readonly intermediate_size: number;
  readonly vocab_size: number;
  readonly rms_norm_eps: number;
  readonly hidden_act: string;
  readonly tie_word_embeddings: boolean;
  readonly rope_theta: number;
}

/** Where the families differ. */
export interface GatedTraits {
  readonly queryKeyValueBias: boolean;
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  readonly queryKeyNorms: boolean;
  readonly slidingWindow?: ModelConfig["slidingWindow"];
}

export function describeGated(
  architecture: string,
  raw: GatedConfig,
  file: string,
  keys: CheckpointKeys,
  traits: GatedTraits,
): Described {
  const dHead = raw.head_dim ?? raw.hidden_size / raw.num_attention_heads;
  const base = keys.has("embed_tokens.weight") ? "" : "model.";
  const head = headNames(keys, raw.tie_word_embeddings, `${base}embed_tokens.weight`, ["lm_head.weight"]);
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
    positions: wholeHeadRotary(raw, dHead, file),
    mlp: { kind: "gated", activation: activation(raw.hidden_act, file) },
    parallelBlocks: false,
    attentionScale: 1 / Math.sqrt(dHead),
    tiedUnembedding: !head.unembed,
    slidingWindow: traits.slidingWindow,
  };
  const names: WeightNames = {
    ...head,
    finalNorm: { gain: `${base}norm.weight` },
    layer: (l) => gatedLayer(`${base}layers.${l}.`, traits),
  };
  return { config, names };
}

/** These families turn the whole head; a share of it fails in Transformers too, but for the plain kind, which passes it over. */
function wholeHeadRotary(raw: GatedConfig, dHead: number, file: string): Positions {
  const { partial_rotary_factor: share = 1, rope_type, type } = rotarySettings(raw, file);
  if (share !== 1 && (rope_type ?? type ?? "default") !== "default") {
    throw unsupported(file, say`a scaled rotary embedding on ${share} of each head (partial_rotary_factor)`);
  }
  return rotaryOf(raw, raw.rope_theta, dHead, file);
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
