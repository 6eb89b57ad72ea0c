// A forward pass in plain float64 loops with a hook at every site: the oracle for activation patching and for plans.
import { affine, activate, dot, embed, norm, rotate, type Rows, softmax } from "./plain-transformer.ts";
import { atLayer, type Model } from "../engine/model/model.ts";
import type { Site } from "../engine/transformer/sites.ts";

/**
 * Sees what stands at a site of a layer and may put other values there: rows are positions ("pattern": queries),
 * `unit` the head, or the key-value head at k and v.
 */
export type Hook = (site: Site, layer: number, rows: Rows, unit?: number) => Rows;

/** The same with all heads of a site at once; other sites have one entry. */
export type SiteHook = (site: Site, layer: number, units: readonly Rows[]) => readonly Rows[];

/** Logits at the last position. */
export function plainForward(model: Model, ids: readonly number[], hook: Hook): readonly number[] {
  const perUnit: SiteHook = (site, layer, units) =>
    units.map((rows, unit) => hook(site, layer, rows, headSites.includes(site) ? unit : undefined));
  return plainPass(model, ids, perUnit).at(-1)!;
}

const headSites: readonly Site[] = ["q", "k", "v", "pattern", "z"];

/** Logits at every position. */
export function plainPass(model: Model, ids: readonly number[], hook: SiteHook): Rows {
  const { config } = model;
  const { dModel, dHead, nHeads, nKeyValueHeads, dMlp } = config;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const sum = (a: Rows, b: Rows) => a.map((row, p) => row.map((x, i) => x + b[p][i]));
  const hookOne = (site: Site, layer: number, rows: Rows): Rows => hook(site, layer, [rows])[0];
  let residual = embed(model, ids);
  for (let layer = 0; layer < config.nLayers; layer++) {
    const weights = model.layer(layer);
    const { attentionScale, slidingWindow = Infinity } = atLayer(config, layer);
    residual = hookOne("residPre", layer, residual);
    const normed = residual.map((row) => norm(config, row, weights.norm1));
    const project = (W: Float32Array, b: Float32Array | undefined, head: number) =>
      normed.map((row) => affine(row, W, W.length / dModel, head * dHead, dHead, b));
    const rotated = (rows: Rows) => rows.map((row, position) => rotate(config, row, position));
    // Queries are changed before their rotation, keys after it.
    const queries = hook(
      "q",
      layer,
      range(nHeads).map((h) => project(weights.W_Q, weights.b_Q, h)),
    ).map(rotated);
    const keys = hook(
      "k",
      layer,
      range(nKeyValueHeads).map((h) => rotated(project(weights.W_K, weights.b_K, h))),
    );
    const values = hook(
      "v",
      layer,
      range(nKeyValueHeads).map((h) => project(weights.W_V, weights.b_V, h)),
    );
    const shared = (head: number) => Math.floor((head * nKeyValueHeads) / nHeads);
    const attention = queries.map((rows, head) =>
      rows.map((query, i) =>
        softmax(
          keys[shared(head)]
            .slice(0, i + 1)
            .map((key, j) => (i - j < slidingWindow ? dot(query, key) * attentionScale : -Infinity)),
        ),
      ),
    );
    const read = hook("pattern", layer, attention).map((rows, head) =>
      rows.map((row) =>
        range(dHead).map((i) => row.reduce((total, a, key) => total + a * values[shared(head)][key][i], 0)),
      ),
    );
    const z = hook("z", layer, read);
    const joined = ids.map((_, position) => z.flatMap((rows) => rows[position]));
    const written = joined.map((row) => affine(row, weights.W_O, dModel, 0, dModel, weights.b_O));
    const residMid = hookOne("residMid", layer, sum(residual, hookOne("attnOut", layer, written)));
    const mlpIn = (config.parallelBlocks ? residual : residMid).map((row) => norm(config, row, weights.norm2));
    const hidden = mlpIn.map((row) => {
      const up = affine(row, weights.W_in, dMlp, 0, dMlp, weights.b_in);
      if (!weights.W_gate) return up.map((x) => activate(config, x));
      const gate = affine(row, weights.W_gate, dMlp, 0, dMlp, weights.b_gate);
      return up.map((x, i) => activate(config, gate[i]) * x);
    });
    const changed = hookOne("hidden", layer, hidden);
    const mlpOut = changed.map((row) => affine(row, weights.W_out, dModel, 0, dModel, weights.b_out));
    residual = hookOne("residPost", layer, sum(residMid, hookOne("mlpOut", layer, mlpOut)));
  }
  const W_U = model.unembedRows(range(config.dVocab));
  const b_U = model.unembedBias();
  return residual.map((row) => {
    const end = norm(config, row, model.finalNorm());
    return range(config.dVocab).map((id) => dot(end, W_U.subarray(id * dModel, (id + 1) * dModel)) + (b_U?.[id] ?? 0));
  });
}
