// Where a checkpoint keeps each weight: the vocabulary in which an architecture writes its tables of names.
import type { ModelConfig } from "./model.ts";

/** A tensor's key and how to read the wanted weight out of it. */
export interface Stored {
  readonly key: string;
  /** Axes as stored; "out in" (PyTorch's Linear, GGUF) is transposed on reading. */
  readonly layout: "out in" | "in out";
  /** When outputs are permuted or several weights share the tensor. */
  readonly outputs?: StoredOutputs;
}

export interface StoredOutputs {
  /** Outputs of the whole tensor. */
  readonly count: number;
  /** Stored index of the weight's output `out`. */
  at(out: number): number;
}

/** Names of the fields of LayerWeights, with the two norms spelled out. */
export type LayerField =
  | "norm1.gain"
  | "norm1.bias"
  | "norm2.gain"
  | "norm2.bias"
  | "normQ"
  | "normK"
  | `W_${"Q" | "K" | "V" | "O" | "gate" | "in" | "out"}`
  | `b_${"Q" | "K" | "V" | "O" | "gate" | "in" | "out"}`;

export type LayerTable = Readonly<Partial<Record<LayerField, Stored>>>;

export interface WeightNames {
  readonly embed: string;
  /** Learned positions. */
  readonly positions?: string;
  readonly finalNorm: { readonly gain: string; readonly bias?: string };
  /** Absent when the embedding is used again. */
  readonly unembed?: { readonly key: string; readonly bias?: string };
  readonly layer: (l: number) => LayerTable;
  /** Read in another way, such as a table of the config, or a copy of a tensor that is read. */
  readonly accounted?: readonly string[];
}

/** [out, in] of a matrix, [out] of a vector. */
export function fieldShape(field: LayerField, config: ModelConfig): readonly number[] {
  const { dModel, dHead, dMlp } = config;
  const queryWidth = config.nHeads * dHead;
  const keyWidth = config.nKeyValueHeads * dHead;
  const shapes: Record<LayerField, readonly number[]> = {
    "norm1.gain": [dModel],
    "norm1.bias": [dModel],
    "norm2.gain": [dModel],
    "norm2.bias": [dModel],
    normQ: [dHead],
    normK: [dHead],
    W_Q: [queryWidth, dModel],
    W_K: [keyWidth, dModel],
    W_V: [keyWidth, dModel],
    W_O: [dModel, queryWidth],
    W_gate: [dMlp, dModel],
    W_in: [dMlp, dModel],
    W_out: [dModel, dMlp],
    b_Q: [queryWidth],
    b_K: [keyWidth],
    b_V: [keyWidth],
    b_O: [dModel],
    b_gate: [dMlp],
    b_in: [dMlp],
    b_out: [dModel],
  };
  return shapes[field];
}

/** A Linear's weight or a vector, stored "out in". */
export function linear(key: string, outputs?: StoredOutputs): Stored {
  return { key, layout: "out in", outputs };
}

/** A GPT-2 Conv1D's weight, stored "in out". */
export function conv1d(key: string, outputs?: StoredOutputs): Stored {
  return { key, layout: "in out", outputs };
}

/** Part `part` of `parts` equally wide weights side by side: all of Q, then all of K, then all of V. */
export function sideBySide(part: number, parts: number, width: number): StoredOutputs {
  return { count: parts * width, at: (out) => part * width + out };
}

/** Part `part` of `parts` weights interleaved per head: Q, K and V of head 0, then of head 1 … (GPT-NeoX). */
export function interleavedPerHead(part: number, parts: number, nHeads: number, dHead: number): StoredOutputs {
  return {
    count: parts * nHeads * dHead,
    at: (out) => (Math.floor(out / dHead) * parts + part) * dHead + (out % dHead),
  };
}

/**
 * llama.cpp stores the two halves of each rotated head interleaved: row h·dHead + 2i + p holds dimension p·dHead/2 + i of head h.
 * This undoes it, so that rotation takes pairs (i, i + dHead/2).
 */
export function rotaryInterleaved(nHeads: number, dHead: number): StoredOutputs {
  const pairs = dHead / 2;
  return {
    count: nHeads * dHead,
    at: (out) => {
      const dim = out % dHead;
      return out - dim + 2 * (dim % pairs) + Math.floor(dim / pairs);
    },
  };
}
