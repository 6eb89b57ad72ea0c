// Where a plan points: positions of a prompt, and the entries of a site's array that belong to one position and some units.
import { say, type Sentence } from "../base/sentence.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Site } from "../transformer/sites.ts";
import type { Packing, Reals } from "./packing.ts";
import type { At, Step } from "./plan.ts";
import type { Prompt } from "../task/prompt.ts";

/** Index of the first generated token; the number of tokens where there is none. */
export const generatedFrom = (prompt: Prompt): number => prompt.ids.length - (prompt.generated ?? 0);

/** What `at` names by index or name, whether such positions exist or not; undefined: no such name. */
export function listedPositions(prompt: Prompt, at: Exclude<At, "all" | "end">): readonly number[] | undefined {
  const listed = typeof at === "string" ? prompt.positions?.[at] : at;
  return typeof listed === "number" ? [listed] : listed;
}

/**
 * Positions that are meant, in the order in which they are named.
 *
 * @param end the first position that there is not; where tokens are still to come, listed ones may lie beyond the prompt
 */
export function positionsAt(prompt: Prompt, at: At, step: Step = "every", end: number = prompt.ids.length): number[] {
  return namedAmong(prompt, at).filter((position) => position < end && isInStep(prompt, position, step));
}

/** Whether a change holds at one position. */
export function holdsAt(prompt: Prompt, at: At, step: Step = "every", position: number): boolean {
  if (!isInStep(prompt, position, step)) return false;
  if (at === "all") return true;
  if (at === "end") return position >= generatedFrom(prompt) - 1;
  return listedPositions(prompt, at)?.includes(position) ?? false;
}

function namedAmong(prompt: Prompt, at: At): readonly number[] {
  if (at !== "all" && at !== "end") return listedPositions(prompt, at) ?? [];
  // While tokens are generated each of them is the last one of its step.
  const first = at === "all" ? 0 : generatedFrom(prompt) - 1;
  return Array.from({ length: prompt.ids.length - first }, (_, i) => first + i);
}

const isInStep = (prompt: Prompt, position: number, step: Step): boolean =>
  step === "every" || (step === "prompt") === position < generatedFrom(prompt);

/** How many units a site has, and how many entries each (undefined: one for each key). */
export function unitsOf(config: ModelConfig, site: Site): { readonly count: number; readonly span?: number } {
  const { nHeads, nKeyValueHeads, dHead, dMlp, dModel } = config;
  switch (site) {
    case "q":
    case "z":
      return { count: nHeads, span: dHead };
    case "k":
    case "v":
      return { count: nKeyValueHeads, span: dHead };
    case "pattern":
      return { count: nHeads };
    case "hidden":
      return { count: dMlp, span: 1 };
    case "residPre":
    case "attnOut":
    case "residMid":
    case "mlpOut":
    case "residPost":
      return { count: dModel, span: 1 };
    default:
      return site satisfies never;
  }
}

interface UnitWords {
  readonly one: Sentence;
  readonly many: Sentence;
}
const DIMENSION: UnitWords = { one: say`dimension`, many: say`dimensions` };
const HEAD: UnitWords = { one: say`head`, many: say`heads` };
const KEY_VALUE_HEAD: UnitWords = { one: say`key-value head`, many: say`key-value heads` };
const NEURON: UnitWords = { one: say`neuron`, many: say`neurons` };

/** The words for a unit of a site. */
export const UNIT_WORDS: Readonly<Record<Site, UnitWords>> = {
  residPre: DIMENSION,
  q: HEAD,
  k: KEY_VALUE_HEAD,
  v: KEY_VALUE_HEAD,
  pattern: HEAD,
  z: HEAD,
  attnOut: DIMENSION,
  residMid: DIMENSION,
  hidden: NEURON,
  mlpOut: DIMENSION,
  residPost: DIMENSION,
};

/** Entries of one position's row of a site. */
export function rowWidth(config: ModelConfig, site: Site, position: number, units?: readonly number[]): number {
  const { count, span } = unitsOf(config, site);
  return (units?.length ?? count) * (span ?? position + 1);
}

/** One run's part of a site's array, as the site is captured for a packing. */
export class SiteView {
  constructor(
    private readonly config: ModelConfig,
    readonly site: Site,
    readonly data: Reals,
    readonly packing: Packing,
    readonly run: number,
    /** Where rows of positions are that this run does not compute. */
    private readonly before?: SiteView,
  ) {}

  read(position: number, units?: readonly number[]): Float64Array {
    if (this.before && position < this.packing.runs[this.run].first) return this.before.read(position, units);
    const row = new Float64Array(rowWidth(this.config, this.site, position, units));
    this.visit(position, units, (index, i) => (row[i] = this.data[index]));
    return row;
  }

  write(position: number, units: readonly number[] | undefined, row: ArrayLike<number>): void {
    this.visit(position, units, (index, i) => (this.data[index] = row[i]));
  }

  add(position: number, units: readonly number[] | undefined, row: ArrayLike<number>): void {
    this.visit(position, units, (index, i) => (this.data[index] += row[i]));
  }

  /** Calls back with the index of every entry in the array, and its number in the row. */
  private visit(
    position: number,
    units: readonly number[] | undefined,
    use: (index: number, entry: number) => void,
  ): void {
    const { count, span } = unitsOf(this.config, this.site);
    const query = position - this.packing.runs[this.run].first;
    // All units of a row stand one after another, but for the heads of a pattern.
    const whole = units === undefined && span !== undefined;
    const size = whole ? count * span : (span ?? position + 1);
    const blocks = whole ? 1 : (units?.length ?? count);
    for (let u = 0, entry = 0; u < blocks; u++) {
      const start = this.start(units?.[u] ?? u, query, count, span);
      for (let i = 0; i < size; i++) use(start + i, entry++);
    }
  }

  private start(unit: number, query: number, count: number, span: number | undefined): number {
    if (span !== undefined) return ((this.packing.rowStart[this.run] + query) * count + unit) * span;
    // "run head query key", queries and keys padded to the longest run.
    return ((this.run * count + unit) * this.packing.maxQueries + query) * this.packing.maxKeys;
  }
}
