// What a loaded model offers, whatever family and file it came from: sizes, and weights in one orientation.
import type { Tokenizer } from "../tokens/tokenizer.ts";

/** Sizes and variants that the transformer graphs need. */
export interface ModelConfig {
  readonly architecture: string;
  readonly nLayers: number;
  readonly nHeads: number;
  readonly nKeyValueHeads: number;
  readonly dModel: number;
  readonly dHead: number;
  readonly dMlp: number;
  readonly dVocab: number;
  readonly nContext: number;
  readonly norm: { readonly kind: "layer" | "rms"; readonly epsilon: number };
  readonly positions:
    | { readonly kind: "learned" }
    /** `inverseFrequencies` has rotaryDims / 2 entries; rotate-half layout. */
    | { readonly kind: "rotary"; readonly rotaryDims: number; readonly inverseFrequencies: Float64Array };
  readonly mlp: {
    readonly kind: "plain" | "gated";
    readonly activation: "gelu-tanh" | "gelu" | "silu" | "relu";
  };
  /** Attention and MLP both read the residual stream before the block (GPT-NeoX). */
  readonly parallelBlocks: boolean;
  /** Multiplies q·k. */
  readonly attentionScale: number;
  readonly tiedUnembedding: boolean;
  /** Keys further back than this are not read. */
  readonly slidingWindow?: number;
}

export interface NormWeights {
  readonly gain: Float32Array;
  readonly bias?: Float32Array;
}

/** One block; every matrix is "in out", row-major; column h·dHead + i of W_Q is dimension i of head h. */
export interface LayerWeights {
  readonly norm1: NormWeights;
  readonly W_Q: Float32Array;
  readonly b_Q?: Float32Array;
  readonly W_K: Float32Array;
  readonly b_K?: Float32Array;
  readonly W_V: Float32Array;
  readonly b_V?: Float32Array;
  readonly normQ?: Float32Array;
  readonly normK?: Float32Array;
  readonly W_O: Float32Array;
  readonly b_O?: Float32Array;
  readonly norm2: NormWeights;
  /** Gated MLP only: hidden = activation(x W_gate + b_gate) · (x W_in + b_in). */
  readonly W_gate?: Float32Array;
  readonly b_gate?: Float32Array;
  readonly W_in: Float32Array;
  readonly b_in?: Float32Array;
  readonly W_out: Float32Array;
  readonly b_out?: Float32Array;
}

export interface Model {
  readonly name: string;
  /** Where it was read from, as the user named it. */
  readonly source: string;
  /** Of the weights file or files. */
  readonly sha256: string;
  /** Number type of the stored weights, such as "F32" or "Q4_1". */
  readonly precision: string;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Read, dequantised and transposed at every call; not kept. */
  layer(layer: number): LayerWeights;
  /** Rows of W_E, "row dModel". */
  embedRows(ids: readonly number[]): Float32Array;
  /** W_pos "position dModel" for learned positions. */
  positionRows(): Float32Array | undefined;
  finalNorm(): NormWeights;
  /** Columns of W_U as rows, "row dModel". */
  unembedRows(ids: readonly number[]): Float32Array;
  /** b_U "token", where the model has one. */
  unembedBias(): Float32Array | undefined;
  close(): void;
}
