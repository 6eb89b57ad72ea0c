// What each layer and each hidden neuron writes towards a token at a prompt's end, the final norm's scale held as it stands there.
import { capture } from "../activations/capture.ts";
import type { Executor } from "../activations/executor.ts";
import { Packing } from "../activations/packing.ts";
import { FrozenNorm } from "../readout/frozen-norm.ts";
import { argMax, topIds } from "../readout/ranking.ts";
import { logitsOf } from "../readout/logits.ts";

export interface WrittenNeuron {
  readonly layer: number;
  readonly neuron: number;
  /** mᵢ, and what mᵢ vᵢ adds to the token's logit. */
  readonly coefficient: number;
  readonly adds: number;
}

export interface Written {
  readonly token: number;
  readonly embedding: number;
  /** By layer; with the embedding they sum to the logit, but for the final norm's bias and the token's own. */
  readonly attention: readonly number[];
  readonly mlp: readonly number[];
  readonly bias: number;
  readonly logit: number;
  /** Greatest difference between Σ mᵢ vᵢ + b and the MLP's output. */
  readonly sumError: number;
  readonly neurons: readonly WrittenNeuron[];
}

/** @param token undefined: the likeliest */
export async function writtenTowards(
  executor: Executor,
  ids: readonly number[],
  token: number | undefined,
  most: number,
): Promise<Written> {
  const { model } = executor;
  const { dModel, dMlp, nLayers } = model.config;
  const packing = Packing.ofLengths([ids.length]);
  const embedded = executor.embed(ids, packing.positions);
  const { at, residual } = await capture(executor, packing, embedded, {
    sites: ["residPre", "attnOut", "mlpOut", "hidden"],
  });
  const end = ids.length - 1;
  const row = (rows: ArrayLike<number> & { subarray(a: number, b: number): ArrayLike<number> }, width: number) =>
    rows.subarray(end * width, (end + 1) * width);
  const last = residual.subarray(end * dModel, (end + 1) * dModel);
  const logits = await logitsOf(executor, last);
  const chosen = token ?? argMax(logits);
  const direction = new FrozenNorm(model, last).direction([[chosen, 1]]);
  const along = (x: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < dModel; i++) sum += direction[i] * x[i];
    return sum;
  };
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  const attention = layers.map((l) => along(row(at.attnOut![l], dModel)));
  const mlp = layers.map((l) => along(row(at.mlpOut![l], dModel)));
  const embedding = along(row(at.residPre![0], dModel));
  let sumError = 0;
  const neurons = layers.flatMap((layer): WrittenNeuron[] => {
    const { W_out, b_out } = model.layer(layer);
    const hidden = row(at.hidden![layer], dMlp);
    const sum = b_out ? Float64Array.from(b_out) : new Float64Array(dModel);
    const adds = new Float64Array(dMlp);
    for (let i = 0; i < dMlp; i++) {
      const value = W_out.subarray(i * dModel, (i + 1) * dModel);
      for (let d = 0; d < dModel; d++) sum[d] += hidden[i] * value[d];
      adds[i] = hidden[i] * along(value);
    }
    const out = row(at.mlpOut![layer], dModel);
    sum.forEach((x, d) => (sumError = Math.max(sumError, Math.abs(x - out[d]))));
    return topIds(adds.map(Math.abs), most).map((neuron) => ({
      layer,
      neuron,
      coefficient: hidden[neuron],
      adds: adds[neuron],
    }));
  });
  neurons.sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds));
  const logit = logits[chosen];
  const parts = [embedding, ...attention, ...mlp].reduce((sum, x) => sum + x, 0);
  return {
    token: chosen,
    embedding,
    attention,
    mlp,
    bias: logit - parts,
    logit,
    sumError,
    neurons: neurons.slice(0, most),
  };
}
