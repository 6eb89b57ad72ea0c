// A forward pass in plain float64 loops with a hook at every site: the oracle for activation patching.
import { affine, activate, dot, embed, norm, rotate, type Rows, softmax } from "./plain-transformer.ts";
import type { Model } from "../engine/model/model.ts";
import type { Site } from "../engine/transformer/sites.ts";

/**
 * Sees what stands at a site of a layer and may put other values there: rows are positions ("pattern": queries),
 * `unit` the head, or the key-value head at k and v.
 */
export type Hook = (site: Site, layer: number, rows: Rows, unit?: number) => Rows;

/** Logits at the last position. */
export function plainForward(model: Model, ids: readonly number[], hook: Hook): readonly number[] {
  const { config } = model;
  const { dModel, dHead, nHeads, nKeyValueHeads, dMlp } = config;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const sum = (a: Rows, b: Rows) => a.map((row, p) => row.map((x, i) => x + b[p][i]));
  let residual = embed(model, ids);
  for (let layer = 0; layer < config.nLayers; layer++) {
    const weights = model.layer(layer);
    residual = hook("residPre", layer, residual);
    const normed = residual.map((row) => norm(config, row, weights.norm1));
    const project = (W: Float32Array, b: Float32Array | undefined, head: number) =>
      normed.map((row) => affine(row, W, W.length / dModel, head * dHead, dHead, b));
    const rotated = (rows: Rows) => rows.map((row, position) => rotate(config, row, position));
    // Queries are replaced before their rotation, keys after it.
    const keys = range(nKeyValueHeads).map((h) => hook("k", layer, rotated(project(weights.W_K, weights.b_K, h)), h));
    const values = range(nKeyValueHeads).map((h) => hook("v", layer, project(weights.W_V, weights.b_V, h), h));
    const z = range(nHeads).map((head) => {
      const shared = Math.floor((head * nKeyValueHeads) / nHeads);
      const queries = rotated(hook("q", layer, project(weights.W_Q, weights.b_Q, head), head));
      const attention = queries.map((query, i) =>
        softmax(keys[shared].slice(0, i + 1).map((key) => dot(query, key) * config.attentionScale)),
      );
      const pattern = hook("pattern", layer, attention, head);
      const read = pattern.map((row) =>
        range(dHead).map((i) => row.reduce((total, a, key) => total + a * values[shared][key][i], 0)),
      );
      return hook("z", layer, read, head);
    });
    const joined = ids.map((_, position) => z.flatMap((rows) => rows[position]));
    const written = joined.map((row) => affine(row, weights.W_O, dModel, 0, dModel, weights.b_O));
    const attnOut = hook("attnOut", layer, written);
    const residMid = hook("residMid", layer, sum(residual, attnOut));
    const read = (config.parallelBlocks ? residual : residMid).map((row) => norm(config, row, weights.norm2));
    const hidden = read.map((row) => {
      const up = affine(row, weights.W_in, dMlp, 0, dMlp, weights.b_in);
      if (!weights.W_gate) return up.map((x) => activate(config, x));
      const gate = affine(row, weights.W_gate, dMlp, 0, dMlp, weights.b_gate);
      return up.map((x, i) => activate(config, gate[i]) * x);
    });
    const patched = hook("hidden", layer, hidden);
    const mlpOut = patched.map((row) => affine(row, weights.W_out, dModel, 0, dModel, weights.b_out));
    residual = hook("residPost", layer, sum(residMid, hook("mlpOut", layer, mlpOut)));
  }
  const end = norm(config, residual.at(-1)!, model.finalNorm());
  const W_U = model.unembedRows(range(config.dVocab));
  const b_U = model.unembedBias();
  return range(config.dVocab).map((id) => dot(end, W_U.subarray(id * dModel, (id + 1) * dModel)) + (b_U?.[id] ?? 0));
}
