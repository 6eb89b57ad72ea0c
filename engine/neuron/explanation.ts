// Explanations by rule: the rule about tokens that tells a neuron's activations best, found on discovery texts and scored on others.
//
// A rule simulates two activations: the mean where it holds and the mean where it does not (Bills et al. 2023 score such simulations).
// Detection and fuzzing are those of EleutherAI's delphi: is the excerpt one at which the neuron is active, are the marked tokens those.
import { greatest } from "../base/greatest.ts";
import { Random } from "../base/random.ts";
import type { Explanation, ExplanationScore, ExplanationStudy } from "../choices/neuron.ts";
import { quantile } from "../evaluate/bootstrap.ts";
import { type Column, neuronId } from "./column.ts";
import { pearson } from "./correlation-of-two.ts";
import { PatternSearch } from "./pattern-search.ts";
import type { Place, ReadText } from "./place.ts";

export interface ExplanationRequest {
  readonly texts: readonly ReadText[];
  readonly places: readonly Place[];
  readonly token: (id: number) => string;
  /** Word in small letters → the names of the lists that it stands in. */
  readonly categories: ReadonlyMap<string, readonly string[]>;
  readonly seed: number;
}

/** A rule as it was found: what it says, and at which places it holds. */
export interface Rule {
  readonly kind: Explanation["kind"];
  readonly says: string;
  readonly holds: (place: number) => boolean;
  /** |r| on discovery places. */
  readonly r: number;
}

/** What is true of a place, in words, by kind. */
interface Features {
  readonly kind: Explanation["kind"];
  readonly says: (values: readonly string[]) => string;
  /** By place. */
  readonly values: readonly string[];
}

/** A value fewer places than these have is no basis for a rule; a rule names at most so many values. */
const leastPlaces = 3;
const mostValues = 10;
/** An activation is active beyond this quantile, on the side to which the rule points. */
const activeBeyond = 0.99;
/** Texts with the largest activations that "top" is of. */
const topTexts = 20;

export class RuleSearch {
  private readonly features: readonly Features[];
  private readonly discovery: readonly number[];
  private readonly heldOut: readonly number[];
  private readonly byText: ReadonlyMap<number, readonly number[]>;
  private readonly patterns: PatternSearch;

  constructor(private readonly request: ExplanationRequest) {
    const { texts, places } = request;
    this.features = featuresOf(request);
    const of = (split: ReadText["split"]) => places.flatMap(({ text }, i) => (texts[text].split === split ? [i] : []));
    [this.discovery, this.heldOut] = [of("discovery"), of("heldOut")];
    const byText = new Map<number, number[]>();
    for (const i of this.heldOut) byText.set(places[i].text, [...(byText.get(places[i].text) ?? []), i]);
    this.byText = byText;
    const words = places.map(({ text, position }) => request.token(texts[text].ids[position]));
    this.patterns = new PatternSearch(words, this.discovery);
  }

  /** @param activations at the places */
  explain(activations: Float32Array): Explanation {
    const rule = [this.byValues(activations), this.patterns.best(activations)].reduce((best, other) =>
      (other?.r ?? 0) > (best?.r ?? 0) ? other : best,
    );
    if (!rule)
      return {
        kind: "none",
        says: "nothing",
        discovery: 0,
        score: { random: 0, top: 0, detection: 0.5, fuzzing: 0.5 },
      };
    const { kind, says, r } = rule;
    return { kind, says, discovery: r, score: this.score(rule.holds, activations) };
  }

  private byValues(activations: Float32Array): Rule | undefined {
    let best: { features: Features; values: readonly string[]; r: number } | undefined;
    for (const features of this.features) {
      for (const values of this.candidates(features, activations)) {
        const r = Math.abs(this.correlation(holdsAt(features, values), activations, this.discovery));
        if (!best || r > best.r) best = { features, values, r };
      }
    }
    if (!best) return undefined;
    const { features, values, r } = best;
    return { kind: features.kind, says: features.says(values), holds: holdsAt(features, values), r };
  }

  /** The values with the highest and with the lowest means, one, two, three … of them. */
  private candidates({ values }: Features, activations: Float32Array): (readonly string[])[] {
    const sums = new Map<string, { sum: number; count: number }>();
    for (const i of this.discovery) {
      const at = sums.get(values[i]) ?? { sum: 0, count: 0 };
      sums.set(values[i], { sum: at.sum + activations[i], count: at.count + 1 });
    }
    const order = [...sums]
      .filter(([value, { count }]) => value !== "" && count >= leastPlaces)
      .sort((a, b) => b[1].sum / b[1].count - a[1].sum / a[1].count)
      .map(([value]) => value);
    return Array.from({ length: Math.min(mostValues, order.length) }, (_, n) => [
      order.slice(0, n + 1),
      order.slice(-n - 1),
    ]).flat();
  }

  private correlation(holds: Rule["holds"], activations: Float32Array, places: readonly number[]): number {
    return pearson(
      places.map((i) => Number(holds(i))),
      places.map((i) => activations[i]),
    );
  }

  private score(holds: Rule["holds"], activations: Float32Array): ExplanationScore {
    const meanOf = (places: readonly number[]) =>
      places.reduce((sum, i) => sum + activations[i], 0) / Math.max(1, places.length);
    const isUp = meanOf(this.discovery.filter(holds)) > meanOf(this.discovery.filter((i) => !holds(i)));
    const sign = isUp ? 1 : -1;
    const signed = (places: readonly number[]) => sign * this.correlation(holds, activations, places) + 0;
    const sorted = Float64Array.from(this.discovery, (i) => sign * activations[i]).sort();
    const limit = quantile(sorted, activeBeyond);
    const isActive = (i: number) => sign * activations[i] > limit;
    const strongest = (places: readonly number[]) => greatest(places.map((i) => sign * activations[i]));
    const excerpts = [...this.byText.values()];
    const top = [...excerpts].sort((a, b) => strongest(b) - strongest(a)).slice(0, topTexts);
    const active = excerpts.filter((places) => places.some(isActive));
    const random = Random.seeded(this.request.seed, "silent excerpts");
    const silent = random.sample(
      excerpts.filter((places) => !places.some(isActive)),
      Math.max(5, active.length),
    );
    const marked = active.map((places) => places.filter(isActive));
    // As many tokens are marked in a silent excerpt as in some active one.
    const wrong = silent.map((places) => random.sample(places, marked.length > 0 ? random.pick(marked).length : 1));
    const half = (places: readonly number[]) => 2 * places.filter(holds).length >= places.length;
    return {
      random: signed(this.heldOut),
      top: signed(top.flat()),
      detection: balanced(
        active.map((places) => places.some(holds)),
        silent.map((places) => places.some(holds)),
      ),
      fuzzing: balanced(marked.map(half), wrong.map(half)),
    };
  }
}

function holdsAt({ values }: Features, chosen: readonly string[]): Rule["holds"] {
  const held = new Set(chosen);
  return (place) => held.has(values[place]);
}

/** Mean of the shares of positives and negatives that are told right; .5 where there is none of either. */
export function balanced(onPositives: readonly boolean[], onNegatives: readonly boolean[]): number {
  if (onPositives.length === 0 || onNegatives.length === 0) return 0.5;
  const share = (told: readonly boolean[], right: boolean) => told.filter((one) => one === right).length / told.length;
  return (share(onPositives, true) + share(onNegatives, false)) / 2;
}

function featuresOf({ texts, places, token, categories }: ExplanationRequest): Features[] {
  const at = (shift: number) => places.map(({ text, position }) => token(texts[text].ids[position + shift]));
  const [own, before] = [at(0), at(-1)];
  const list = (values: readonly string[]) => values.map((value) => JSON.stringify(value)).join(" ");
  const end = (length: number) => own.map((word) => (word.trim().length > length ? word.trim().slice(-length) : ""));
  return [
    { kind: "token", says: (values) => `at ${list(values)}`, values: own },
    { kind: "before", says: (values) => `behind ${list(values)}`, values: before },
    { kind: "suffix", says: (values) => `at words that end in ${list(values)}`, values: end(2) },
    { kind: "suffix", says: (values) => `at words that end in ${list(values)}`, values: end(3) },
    { kind: "shape", says: (values) => `at ${values.join(" or ")}`, values: own.map(shapeOf) },
    ...[...new Set([...categories.values()].flat())].map((category): Features => ({
      kind: "category",
      says: ([value]) => `at ${value === category ? "" : "other words than "}${category}`,
      values: own.map((word) =>
        categories.get(word.trim().toLowerCase())?.includes(category) ? category : "other words",
      ),
    })),
    {
      kind: "position",
      says: (values) => `at positions ${values.join(", ")}`,
      values: places.map(({ position }) => String(position)),
    },
  ];
}

function shapeOf(token: string): string {
  const word = token.trim();
  if (/^\p{N}+$/u.test(word)) return "numbers";
  if (/^[^\p{L}\p{N}]*$/u.test(word)) return "signs";
  if (!token.startsWith(" ")) return "parts of words";
  return /^\p{Lu}/u.test(word) ? "words with a capital" : "small words";
}

/** Rules found for shuffled activations. */
const draws = 20;

/** How many random neurons a rule explains at all, beside rules for activations that were dealt out anew over the places. */
export function explainMany(columns: readonly Column[], request: ExplanationRequest): ExplanationStudy {
  const search = new RuleSearch(request);
  const explained = columns.map((column) => {
    const { kind, says, score } = search.explain(column.values);
    return { id: neuronId(column), kind, says, score };
  });
  const random = Random.seeded(request.seed, "shuffled activations");
  const byChance = Array.from(
    { length: draws },
    (_, d) => search.explain(Float32Array.from(random.shuffled([...columns[d % columns.length].values]))).score.random,
  );
  const rs = explained.map(({ score }) => score.random);
  const share = (above: number) => rs.filter((r) => r > above).length / rs.length;
  return {
    explained,
    null: byChance,
    aboveNull: share(greatest(byChance)),
    aboveHalf: share(0.5),
    median: quantile(
      [...rs].sort((a, b) => a - b),
      0.5,
    ),
  };
}
