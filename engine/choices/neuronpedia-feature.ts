// Neuronpedia's JSON of a feature, written from a page and read into one.
//
// Field names as neuronpedia.org's GET /api/feature/MODEL/SOURCE/INDEX gives them; what it has and a page has not is left out on
// reading, and what a page does not know is written as empty.
import { say, type Sentence } from "../base/sentence.ts";
import type { FeatureContext, FeaturePage } from "./dictionary.ts";

/** Which dictionary a feature is of. */
export interface FeatureSource {
  readonly model: string;
  readonly layer: number;
  /** How people call the dictionary: the second half of the source, "2-sprig-sae". */
  readonly name: string;
  readonly hook: string;
}

/** Share of the activations that a band stands for. */
const BAND_SHARE = { max: 0.1, "50-90": 0.4, "below-50": 0.5 } as const satisfies Record<
  FeaturePage["bands"][number]["band"],
  number
>;

/** @param vector its row of the decoder, where it is at hand */
export function neuronpediaFeature(page: FeaturePage, source: FeatureSource, vector?: ArrayLike<number>): object {
  const { feature, histogram, max, raises, lowers, nearest, writesTo, density, label } = page;
  return {
    modelId: source.model,
    layer: `${source.layer}-${source.name}`,
    index: String(feature),
    hookName: source.hook,
    maxActApprox: max,
    frac_nonzero: density,
    hasVector: vector !== undefined,
    vector: vector ? Array.from(vector) : [],
    vectorLabel: null,
    topkCosSimIndices: nearest.map((one) => one.feature),
    topkCosSimValues: nearest.map(({ cosine }) => cosine),
    neuron_alignment_indices: writesTo.map(({ neuron }) => neuron),
    neuron_alignment_values: writesTo.map(({ cosine }) => cosine),
    pos_str: raises.map(({ token }) => token),
    pos_values: raises.map(({ logit }) => logit),
    neg_str: lowers.map(({ token }) => token),
    neg_values: lowers.map(({ logit }) => logit),
    freq_hist_data_bar_values: histogram.map((_, bin) => ((bin + 0.5) * max) / histogram.length),
    freq_hist_data_bar_heights: histogram,
    activations: page.bands.flatMap(({ band, contexts }) => activationsOf(contexts, BAND_SHARE[band])),
    explanations: label === undefined ? [] : [{ description: label, typeName: "human", explanationModelName: null }],
  };
}

function activationsOf(contexts: readonly FeatureContext[], binContains: number): object[] {
  const own = contexts.map(({ values, at }) => values[at]!);
  const binMin = own.reduce((least, value) => Math.min(least, value), Infinity);
  const binMax = own.reduce((most, value) => Math.max(most, value), -Infinity);
  return contexts.map(({ tokens, values, at }) => ({
    tokens,
    values,
    maxValue: values[at],
    maxValueTokenIndex: at,
    minValue: values.reduce((least, value) => Math.min(least, value), Infinity),
    binMin,
    binMax,
    binContains,
  }));
}

/** A feature as a file has it. */
export interface ReadFeature {
  readonly model: string;
  /** "2-sprig-sae" */
  readonly source: string;
  readonly page: FeaturePage;
}

/**
 * One feature, or a list of them. Contexts are put into one band, the strongest first.
 *
 * @returns a sentence where it is no such file
 */
export function readNeuronpedia(file: string, text: string): readonly ReadFeature[] | Sentence {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return say`${file}: is no JSON. Is it another kind of file?`;
  }
  const found: ReadFeature[] = [];
  for (const [i, one] of (Array.isArray(read) ? read : [read]).entries()) {
    const feature = featureOf(one);
    if (!feature) {
      return say`${file}: feature ${i + 1} has no index; each needs "index", a whole number from 0, as Neuronpedia's features have.`;
    }
    found.push(feature);
  }
  return found.length > 0 ? found : say`${file}: holds no feature.`;
}

function featureOf(value: unknown): ReadFeature | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const given = value as Readonly<Record<string, unknown>>;
  const { index } = given;
  const feature = typeof index === "string" && /^\d+$/.test(index) ? Number(index) : index;
  if (!Number.isSafeInteger(feature) || (feature as number) < 0) return undefined;
  const contexts = listOf(given.activations)
    .flatMap(contextOf)
    .sort((a, b) => b.values[b.at]! - a.values[a.at]!);
  const [label] = listOf(given.explanations).flatMap((one) => textOf((one as Record<string, unknown>)?.description));
  const tokens = (words: unknown, values: unknown) => {
    const logits = numbersOf(values);
    return listOf(words).map((token, i) => ({ token: String(token), logit: logits[i] ?? NaN }));
  };
  const cosines = numbersOf(given.topkCosSimValues);
  const strongest = contexts[0];
  const max = numberOf(given.maxActApprox) ?? (strongest ? strongest.values[strongest.at]! : 0);
  return {
    model: textOf(given.modelId)[0] ?? "",
    source: textOf(given.layer)[0] ?? "",
    page: {
      feature: feature as number,
      density: numberOf(given.frac_nonzero) ?? NaN,
      max,
      listedBy: max,
      topToken: strongest ? strongest.tokens[strongest.at]! : "",
      ...(label !== undefined && { label }),
      bands: [{ band: "max", contexts }],
      histogram: numbersOf(given.freq_hist_data_bar_heights),
      raises: tokens(given.pos_str, given.pos_values),
      lowers: tokens(given.neg_str, given.neg_values),
      nearest: numbersOf(given.topkCosSimIndices).map((near, i) => ({ feature: near, cosine: cosines[i] ?? NaN })),
      writesTo: [],
    },
  };
}

/** None where tokens and values are not as many. */
function contextOf(value: unknown): FeatureContext[] {
  if (typeof value !== "object" || value === null) return [];
  const given = value as Readonly<Record<string, unknown>>;
  const tokens = listOf(given.tokens).map(String);
  const values = numbersOf(given.values);
  if (tokens.length === 0 || tokens.length !== values.length) return [];
  const said = numberOf(given.maxValueTokenIndex);
  const strongest = values.reduce((best, one, i) => (one > values[best]! ? i : best), 0);
  return [{ tokens, values, at: said !== undefined && Number.isInteger(said) && said in tokens ? said : strongest }];
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const textOf = (value: unknown): string[] => (typeof value === "string" ? [value] : []);
const numbersOf = (value: unknown): number[] => listOf(value).map((one) => (typeof one === "number" ? one : NaN));
