// Pages of features: where each fires, what its direction raises, lowers and writes to, and which features are like it.
import type { Executor } from "../activations/executor.ts";
import { greatest } from "../base/greatest.ts";
import type { ContextBand, FeatureContext, FeatureLine, FeaturePage } from "../choices/dictionary.ts";
import { rowNorms, type SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import type { SitePlace } from "../dictionary/states.ts";
import type { Activations, Firing } from "./feature-activations.ts";
import { byLogit } from "./written-tokens.ts";

/** Tokens shown before and behind the one at which a feature fires. */
const around = 8;
const bins = 10;
const alike = 5;
const neurons = 5;

export type LineOf = (feature: number) => FeatureLine;

export async function pagesOf(
  executor: Executor,
  found: Activations,
  dictionary: SparseDictionary,
  place: SitePlace,
  features: readonly number[],
  { lineOf, contexts }: { readonly lineOf: LineOf; readonly contexts: number },
): Promise<FeaturePage[]> {
  const isStream = dictionary.weights.dOut === executor.model.config.dModel;
  const written = isStream ? neuronsWritten(executor, dictionary, place, features) : features.map(() => []);
  const pages: FeaturePage[] = [];
  for (const [i, feature] of features.entries()) {
    const line = lineOf(feature);
    const sorted = [...found.at[feature]].sort((a, b) => b.value - a.value || a.state - b.state);
    const histogram = new Array<number>(bins).fill(0);
    for (const { value } of sorted) histogram[Math.min(bins - 1, Math.floor((bins * value) / line.max))]++;
    const tokens = isStream
      ? await byLogit({ executor, model: executor.model }, dictionary.direction(feature))
      : { promoted: [], suppressed: [] };
    pages.push({
      ...line,
      bands: bandsOf(executor, found, sorted, contexts),
      histogram,
      raises: tokens.promoted,
      lowers: tokens.suppressed,
      nearest: nearestOf(dictionary, feature),
      writesTo: written[i],
    });
  }
  return pages;
}

function bandsOf(
  executor: Executor,
  found: Activations,
  sorted: readonly Firing[],
  contexts: number,
): readonly ContextBand[] {
  const n = sorted.length;
  const values = new Map(sorted.map(({ state, value }) => [state, value]));
  const cut = (from: number, to: number) => spread(sorted.slice(Math.floor(from * n), Math.ceil(to * n)), contexts);
  const shown = (places: readonly Firing[]) => places.map(({ state }) => contextOf(executor, found, state, values));
  return [
    { band: "max", contexts: shown(sorted.slice(0, contexts)) },
    { band: "50-90", contexts: shown(cut(0.1, 0.5)) },
    { band: "below-50", contexts: shown(cut(0.5, 1)) },
  ];
}

/** At most so many, evenly out of all. */
function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]);
}

/** @param values of the feature, by state */
function contextOf(
  { model }: Executor,
  { tokens }: Activations,
  state: number,
  values: ReadonlyMap<number, number>,
): FeatureContext {
  const { ids, position } = tokens[state];
  const first = Math.max(0, position - around);
  const shown = ids.slice(first, position + around + 1);
  return {
    tokens: shown.map((id) => model.tokenizer.token(id)),
    values: shown.map((_, i) => {
      const there = stateAt(tokens, state, first + i);
      return there === undefined ? 0 : (values.get(there) ?? 0);
    }),
    at: position - first,
  };
}

/** The state of another position of the same text; undefined where that position does not count. */
function stateAt(tokens: Activations["tokens"], state: number, position: number): number | undefined {
  const { ids, position: own } = tokens[state];
  const step = Math.sign(position - own);
  for (let at = state; ; at += step) {
    const there = tokens.at(at);
    if (at < 0 || there?.ids !== ids || step * (there.position - position) > 0) return undefined;
    if (there.position === position) return at;
  }
}

function nearestOf({ weights: { wDec, dSae, dOut } }: SparseDictionary, feature: number): FeaturePage["nearest"] {
  const norms = rowNorms(wDec, dSae, dOut);
  const cosines = Array.from({ length: dSae }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < dOut; i++) sum += wDec[feature * dOut + i] * wDec[j * dOut + i];
    return { feature: j, cosine: norms[j] * norms[feature] > 0 ? sum / (norms[j] * norms[feature]) : 0 };
  });
  return cosines
    .filter((one) => one.feature !== feature)
    .sort((a, b) => b.cosine - a.cosine || a.feature - b.feature)
    .slice(0, alike);
}

/**
 * Of each feature the hidden neurons behind its place whose input weights g ⊙ w lie most along its direction, by the size of the
 * cosine: g the gain of the norm before the MLP, w the neuron's column of W_in, of a gated MLP that of W_gate.
 */
function neuronsWritten(
  { model }: Executor,
  dictionary: SparseDictionary,
  { site, layer }: SitePlace,
  features: readonly number[],
): FeaturePage["writesTo"][] {
  const { nLayers, dMlp, dModel } = model.config;
  const best = features.map((): { layer: number; neuron: number; cosine: number }[] => []);
  const first = site === "residPost" || site === "mlpOut" ? layer + 1 : layer;
  const directions = features.map((feature) => unit(dictionary.direction(feature)));
  for (let l = first; l < nLayers; l++) {
    const { W_gate, W_in, norm2 } = model.layer(l);
    const W = W_gate ?? W_in;
    const along = directions.map(() => new Float64Array(dMlp));
    const squares = new Float64Array(dMlp);
    for (let i = 0; i < dModel; i++) {
      for (let n = 0; n < dMlp; n++) {
        const w = W[i * dMlp + n] * norm2.gain[i];
        squares[n] += w * w;
        for (let f = 0; f < directions.length; f++) along[f][n] += w * directions[f][i];
      }
    }
    for (const [f, products] of along.entries()) {
      const found = Array.from(products, (product, neuron) => ({
        layer: l,
        neuron,
        cosine: squares[neuron] > 0 ? product / Math.sqrt(squares[neuron]) : 0,
      }));
      best[f] = [...best[f], ...found]
        .sort((a, b) => Math.abs(b.cosine) - Math.abs(a.cosine) || a.layer - b.layer || a.neuron - b.neuron)
        .slice(0, neurons);
    }
  }
  return best;
}

function unit(vector: Float32Array): Float64Array {
  const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return Float64Array.from(vector, (x) => (norm > 0 ? x / norm : 0));
}

/** The largest of a feature's activations, and the token there. */
export function strongestOf({ model }: Executor, { at, tokens }: Activations, feature: number) {
  const max = greatest(
    at[feature].map(({ value }) => value),
    0,
  );
  const strongest = at[feature].find(({ value }) => value === max);
  const token = strongest && tokens[strongest.state];
  return { max, topToken: token ? model.tokenizer.token(token.ids[token.position]) : "" };
}
