// A loaded model: its sizes and choices, its weights in one canonical form, and its tokenizer.
import type { Tokenizer } from "../tokens/tokenizer.ts";

export interface ModelConfig {
  /** "gpt2", "gpt_neox", "llama", "mistral", "qwen2" or "qwen3". */
  readonly architecture: string;
  readonly nLayers: number;
  readonly nHeads: number;
  /** Divides nHeads; query head h reads key-value head ⌊h · nKeyValueHeads / nHeads⌋. */
  readonly nKeyValueHeads: number;
  readonly dModel: number;
  readonly dHead: number;
  readonly dMlp: number;
  readonly dVocab: number;
  /** Most positions of a prompt. */
  readonly nContext: number;
  readonly norm: { readonly kind: "layer" | "rms"; readonly epsilon: number };
  readonly positions: Positions;
  readonly mlp: { readonly kind: "plain" | "gated"; readonly activation: Activation };
  /** Attention and MLP both read residPre (GPT-NeoX). */
  readonly parallelBlocks: boolean;
  /** Multiplies q·k; a list where layers differ. */
  readonly attentionScale: number | readonly number[];
  readonly tiedUnembedding: boolean;
  /** A position attends to itself and the slidingWindow − 1 before it; a list where layers differ. */
  readonly slidingWindow?: number | readonly (number | undefined)[];
}

/** A config with what holds for one layer. */
export interface LayerConfig extends ModelConfig {
  readonly attentionScale: number;
  readonly slidingWindow?: number;
}

export function atLayer(config: ModelConfig, layer: number): LayerConfig {
  const { attentionScale: scale, slidingWindow: window } = config;
  return {
    ...config,
    attentionScale: typeof scale === "number" ? scale : scale[layer],
    slidingWindow: typeof window === "object" ? window[layer] : window,
  };
}

export type Positions =
  | { readonly kind: "learned" }
  /** Dimension pairs (i, i + rotaryDims / 2) turn by position · inverseFrequencies[i]; further dimensions stay. */
  | { readonly kind: "rotary"; readonly inverseFrequencies: Float64Array; readonly rotaryDims: number };

export type Activation = "gelu-tanh" | "gelu" | "silu" | "relu";

// Matrices are "in out", row-major, heads contiguous, whatever the checkpoint stores.

export interface NormWeights {
  /** "dModel" */
  readonly gain: Float32Array;
  /** "dModel"; RMS norms have none. */
  readonly bias?: Float32Array;
}

/**
 * One layer. Column h · dHead + i of W_Q is dimension i of head h; W_K and W_V have nKeyValueHeads heads.
 * Gated MLP: hidden = act(x W_gate + b_gate) ⊙ (x W_in + b_in); plain: hidden = act(x W_in + b_in); both: mlpOut = hidden W_out + b_out.
 */
export interface LayerWeights {
  readonly norm1: NormWeights;
  readonly W_Q: Float32Array;
  readonly b_Q?: Float32Array;
  readonly W_K: Float32Array;
  readonly b_K?: Float32Array;
  readonly W_V: Float32Array;
  readonly b_V?: Float32Array;
  /** RMS norm of each head's query, "dHead" (Qwen3). */
  readonly normQ?: Float32Array;
  readonly normK?: Float32Array;
  readonly W_O: Float32Array;
  readonly b_O?: Float32Array;
  readonly norm2: NormWeights;
  readonly W_gate?: Float32Array;
  readonly b_gate?: Float32Array;
  readonly W_in: Float32Array;
  readonly b_in?: Float32Array;
  readonly W_out: Float32Array;
  readonly b_out?: Float32Array;
}

/** A Jinja program that turns messages into text, as the model's files give it. */
export interface ChatTemplateSource {
  readonly text: string;
  readonly file: string;
  /** How the special tokens are written that a template may name. */
  readonly bosToken?: string;
  readonly eosToken?: string;
}

/** How the model's own text begins and ends. */
export interface Speech {
  /** Tokens after which there is nothing more to say. */
  readonly endIds: readonly number[];
  readonly chatTemplate: ChatTemplateSource | undefined;
}

/** Weights are read on demand: nothing of a large model lies in memory before it is asked for. */
export interface Model {
  /** Short, for people: "smollm2", "org/name" or the file's name. */
  readonly name: string;
  /** What `openModel` takes to open it again. */
  readonly source: string;
  /** Of the weights file; of several files, the hash of their hashes. Computed when first asked for. */
  readonly sha256: string;
  /** The storage that holds most of the weights: "F32", "BF16", "Q4_1" … Computation is in float32 whatever it is. */
  readonly precision: string;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Read when asked for, so that a broken template harms nobody who does not chat. */
  speech(): Speech;
  /** Each weight is read, decoded and transposed when it is first asked for of what a call returns; the model keeps nothing. */
  layer(l: number): LayerWeights;
  /** Rows of W_E, "row dModel". */
  embedRows(ids: readonly number[]): Float32Array;
  /** W_pos, "pos dModel"; undefined where positions are not learned. */
  positionRows(): Float32Array | undefined;
  finalNorm(): NormWeights;
  /** b_U "dVocab", where the model has one. */
  unembedBias(): Float32Array | undefined;
  /** Columns of W_U as rows, "row dModel", without their bias. */
  unembedRows(ids: readonly number[]): Float32Array;
  close(): void;
}
