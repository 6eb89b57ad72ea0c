// A transformer in plain float64 loops in which every edge stands apart: the oracle for what a circuit's run gives.
//
// Each receiver's input is the sum of what its senders write, so that any single contribution can be another one.
// Slow and independent of the engine: it shares no code with it but the model's interface and its node ids.
import { reaches, type Slot } from "../engine/circuit/topology.ts";
import { formatNode, INPUT, LOGITS, type Node } from "../engine/circuit/node.ts";
import { headUnit, mlpUnit } from "../engine/circuit/unit.ts";
import { atLayer, type Model, type ModelConfig, type NormWeights } from "../engine/model/model.ts";

/** One vector per position. */
export type Rows = readonly (readonly number[])[];

export interface PlainOptions {
  /** What a node writes, whatever it reads: the node is ablated. */
  readonly fixed?: ReadonlyMap<string, Rows>;
  /** What a source writes as one receiver's input sees it; undefined: as it is. */
  readonly edge?: (source: string, slot: Slot) => Rows | undefined;
}

export interface PlainRun {
  /** What each node writes to the stream, by id. */
  readonly writes: ReadonlyMap<string, Rows>;
  /** Attention of each head by id, query then key. */
  readonly patterns: ReadonlyMap<string, Rows>;
  /** At the last position. */
  readonly logits: readonly number[];
}

export function plainRun(model: Model, ids: readonly number[], options: PlainOptions = {}): PlainRun {
  const { config } = model;
  const writes = new Map<string, Rows>();
  const patterns = new Map<string, Rows>();
  /** Biases that belong to no node, with the node kind and layer that they arrive with. */
  const biases: { readonly from: Node; readonly bias: ArrayLike<number> }[] = [];
  const nodes: Node[] = [];
  const write = (node: Node, rows: () => Rows) => {
    writes.set(formatNode(node), options.fixed?.get(formatNode(node)) ?? rows());
    nodes.push(node);
  };
  const inputOf = (slot: Slot): Rows => {
    const arrives = (from: Node) => reaches(from, slot.target, config.parallelBlocks);
    const written = nodes.filter(arrives).map((node) => {
      const id = formatNode(node);
      return options.edge?.(id, slot) ?? writes.get(id)!;
    });
    const added = biases.filter(({ from }) => arrives(from)).map(({ bias }) => bias);
    return ids.map((_, position) => {
      const sum = new Array<number>(config.dModel).fill(0);
      for (const row of [...written.map((rows) => rows[position]), ...added]) {
        for (let i = 0; i < sum.length; i++) sum[i] += row[i];
      }
      return sum;
    });
  };

  write(INPUT, () => embed(model, ids));
  for (let layer = 0; layer < config.nLayers; layer++) {
    const weights = model.layer(layer);
    for (let head = 0; head < config.nHeads; head++) {
      const unit = headUnit(layer, head);
      write(unit, () => {
        const shared = Math.floor((head * config.nKeyValueHeads) / config.nHeads);
        const project = (input: "q" | "k" | "v", matrix: Float32Array, of: number, bias?: Float32Array) => {
          const normed = inputOf({ target: unit, input }).map((row) => norm(config, row, weights.norm1));
          const width = matrix.length / config.dModel;
          return normed.map((row) => affine(row, matrix, width, of * config.dHead, config.dHead, bias));
        };
        const q = project("q", weights.W_Q, head, weights.b_Q).map((row, pos) => rotate(config, row, pos));
        const k = project("k", weights.W_K, shared, weights.b_K).map((row, pos) => rotate(config, row, pos));
        const v = project("v", weights.W_V, shared, weights.b_V);
        const pattern = q.map((query, i) =>
          softmax(k.slice(0, i + 1).map((key) => dot(query, key) * atLayer(config, layer).attentionScale)),
        );
        patterns.set(formatNode(unit), pattern);
        const W_O = weights.W_O.slice(head * config.dHead * config.dModel, (head + 1) * config.dHead * config.dModel);
        return pattern.map((attention) => {
          const z = v[0].map((_, i) => attention.reduce((sum, a, key) => sum + a * v[key][i], 0));
          return affine(z, W_O, config.dModel, 0, config.dModel);
        });
      });
    }
    if (weights.b_O) biases.push({ from: headUnit(layer, 0), bias: weights.b_O });
    const mlp = mlpUnit(layer);
    write(mlp, () =>
      inputOf({ target: mlp }).map((row) => {
        const normed = norm(config, row, weights.norm2);
        const up = affine(normed, weights.W_in, config.dMlp, 0, config.dMlp, weights.b_in);
        const hidden = weights.W_gate
          ? affine(normed, weights.W_gate, config.dMlp, 0, config.dMlp, weights.b_gate).map(
              (x, i) => activate(config, x) * up[i],
            )
          : up.map((x) => activate(config, x));
        return affine(hidden, weights.W_out, config.dModel, 0, config.dModel, weights.b_out);
      }),
    );
  }
  const end = norm(config, inputOf({ target: LOGITS }).at(-1)!, model.finalNorm());
  const b_U = model.unembedBias();
  const W_U = model.unembedRows(Array.from({ length: config.dVocab }, (_, id) => id));
  const logits = Array.from({ length: config.dVocab }, (_, id) => {
    const row = W_U.subarray(id * config.dModel, (id + 1) * config.dModel);
    return dot(end, row) + (b_U?.[id] ?? 0);
  });
  return { writes, patterns, logits };
}

export function embed(model: Model, ids: readonly number[]): Rows {
  const { dModel } = model.config;
  const tokens = model.embedRows(ids);
  const table = model.positionRows();
  return ids.map((_, position) =>
    Array.from({ length: dModel }, (_, i) => tokens[position * dModel + i] + (table?.[position * dModel + i] ?? 0)),
  );
}

export function norm(
  { norm: { kind, epsilon } }: ModelConfig,
  row: readonly number[],
  { gain, bias }: NormWeights,
): number[] {
  const mean = kind === "layer" ? row.reduce((sum, x) => sum + x, 0) / row.length : 0;
  const centred = row.map((x) => x - mean);
  const scale = 1 / Math.sqrt(dot(centred, centred) / row.length + epsilon);
  return centred.map((x, i) => x * scale * gain[i] + (bias?.[i] ?? 0));
}

/** `row` times columns [from, from + count) of a matrix "in width", plus the bias there. */
export function affine(
  row: readonly number[],
  matrix: Float32Array,
  width: number,
  from: number,
  count: number,
  bias?: Float32Array,
): number[] {
  const out = new Array<number>(count);
  for (let j = 0; j < count; j++) {
    let sum = bias?.[from + j] ?? 0;
    for (let i = 0; i < row.length; i++) sum += row[i] * matrix[i * width + from + j];
    out[j] = sum;
  }
  return out;
}

export function rotate({ positions }: ModelConfig, row: readonly number[], position: number): readonly number[] {
  if (positions.kind === "learned") return row;
  const half = positions.rotaryDims / 2;
  return row.map((x, i) => {
    if (i >= positions.rotaryDims) return x;
    const angle = position * positions.inverseFrequencies[i % half];
    const partner = i < half ? -row[i + half] : row[i - half];
    return x * Math.cos(angle) + partner * Math.sin(angle);
  });
}

export function activate({ mlp: { activation } }: ModelConfig, x: number): number {
  switch (activation) {
    case "relu":
      return Math.max(0, x);
    case "silu":
      return x / (1 + Math.exp(-x));
    case "gelu-tanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case "gelu":
      throw new Error("the plain transformer has no error function");
  }
}

export function softmax(scores: readonly number[]): number[] {
  const max = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - max));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
