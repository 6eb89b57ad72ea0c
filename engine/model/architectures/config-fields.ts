// Every field of a config.json that is read, one table a family; an absent field takes the default of the family's config class
// in Transformers, to which a test holds each entry.
import { asks, say, type Sentence } from "../../base/sentence.ts";
import { z } from "zod";
import { expectation, fits, type Quantity } from "../../base/quantity.ts";
import { QUANTITIES } from "../quantities.ts";

function quantity(bounds: Quantity) {
  return expecting((value): value is number => fits(value, bounds), expectation(bounds));
}

/** A field whose problem reads `is 3, expected …`. */
function expecting<T>(accepts: (value: unknown) => value is T, expected: Sentence) {
  return z.custom<T>(accepts, { error: asks(expected) });
}

const layers = quantity(QUANTITIES.layers);
const heads = quantity(QUANTITIES.heads);
const width = quantity(QUANTITIES.width);
const tokens = quantity(QUANTITIES.tokens);
const positions = quantity(QUANTITIES.positions);
const epsilon = quantity(QUANTITIES.epsilon);
const base = quantity(QUANTITIES.rotaryBase);
const share = quantity(QUANTITIES.share);
const flag = expecting((value) => typeof value === "boolean", say`true or false`);
const text = expecting((value) => typeof value === "string", say`a text`);

/** null and absent are one: the class says what stands in. */
const orNull = <Field extends z.ZodType>(field: Field) => field.nullish().transform((value) => value ?? null);

const settings = z.looseObject({
  rope_type: text.optional(),
  type: text.optional(),
  rope_theta: base.optional(),
  partial_rotary_factor: share.optional(),
});

/** Fields of `rope_scaling` and `rope_parameters` that the kinds of scaling need. */
export const ROTARY_SCALING_FIELDS = {
  linear: { factor: quantity(QUANTITIES.rotaryFactor) },
  llama3: {
    factor: quantity(QUANTITIES.rotaryFactor),
    low_freq_factor: quantity(QUANTITIES.rotaryFactor),
    high_freq_factor: quantity(QUANTITIES.rotaryFactor),
    original_max_position_embeddings: positions.optional(),
  },
};

/** Rotary settings: in the old form rope_scaling and a base beside it, in the newer one rope_parameters, which holds all. */
const rotary = {
  rope_scaling: orNull(settings),
  rope_parameters: orNull(settings),
  original_max_position_embeddings: orNull(positions),
};

const gated = {
  num_hidden_layers: layers.default(32),
  num_attention_heads: heads.default(32),
  hidden_size: width.default(4096),
  rms_norm_eps: epsilon.default(1e-6),
  hidden_act: text.default("silu"),
  tie_word_embeddings: flag.default(false),
  rope_theta: base.default(10000),
  ...rotary,
};

/** Sliding windows of Qwen: on the layers that layer_types names, else from max_window_layers on. */
const qwenWindow = {
  use_sliding_window: flag.default(false),
  sliding_window: positions.nullable().default(4096),
  max_window_layers: quantity(QUANTITIES.firstLayer).default(28),
  layer_types: orNull(z.array(text)),
};

/** By `model_type`. */
export const CONFIG_FIELDS = {
  gpt2: {
    n_layer: layers.default(12),
    n_head: heads.default(12),
    n_embd: width.default(768),
    n_inner: orNull(width),
    vocab_size: tokens.default(50257),
    n_positions: positions.default(1024),
    layer_norm_epsilon: epsilon.default(1e-5),
    activation_function: text.default("gelu_new"),
    scale_attn_weights: flag.default(true),
    scale_attn_by_inverse_layer_idx: flag.default(false),
    add_cross_attention: flag.default(false),
    tie_word_embeddings: flag.default(true),
  },
  gpt_neox: {
    num_hidden_layers: layers.default(44),
    num_attention_heads: heads.default(64),
    hidden_size: width.default(6144),
    intermediate_size: width.default(24576),
    vocab_size: tokens.default(50432),
    max_position_embeddings: positions.default(2048),
    layer_norm_eps: epsilon.default(1e-5),
    hidden_act: text.default("gelu"),
    rotary_pct: share.default(0.25),
    rotary_emb_base: base.default(10000),
    use_parallel_residual: flag.default(true),
    attention_bias: flag.default(true),
    tie_word_embeddings: flag.default(false),
    ...rotary,
  },
  llama: {
    ...gated,
    vocab_size: tokens.default(32000),
    intermediate_size: width.default(11008),
    num_key_value_heads: orNull(heads),
    head_dim: orNull(width),
    max_position_embeddings: positions.default(2048),
    attention_bias: flag.default(false),
    mlp_bias: flag.default(false),
  },
  mistral: {
    ...gated,
    vocab_size: tokens.default(32000),
    intermediate_size: width.default(14336),
    num_key_value_heads: heads.nullable().default(8),
    head_dim: orNull(width),
    max_position_embeddings: positions.default(131072),
    sliding_window: positions.nullable().default(4096),
  },
  qwen2: {
    ...gated,
    vocab_size: tokens.default(151936),
    intermediate_size: width.default(22016),
    num_key_value_heads: heads.nullable().default(32),
    head_dim: orNull(width),
    max_position_embeddings: positions.default(32768),
    ...qwenWindow,
  },
  qwen3: {
    ...gated,
    vocab_size: tokens.default(151936),
    intermediate_size: width.default(22016),
    num_key_value_heads: heads.nullable().default(32),
    head_dim: width.default(128),
    max_position_embeddings: positions.default(32768),
    attention_bias: flag.default(false),
    ...qwenWindow,
  },
} as const satisfies Readonly<Record<string, z.ZodRawShape>>;

export type ConfigOf<Family extends keyof typeof CONFIG_FIELDS> = z.infer<z.ZodObject<(typeof CONFIG_FIELDS)[Family]>>;
