// Greedy pruning by exact tests: remove units while the criterion holds, until a whole pass removes none.
import { assertInternal } from "../base/errors.ts";
import { groupBy } from "../base/group.ts";
import { Random } from "../base/random.ts";
import { formatUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Evaluator, Trial } from "../evaluate/evaluator.ts";
import { type Criterion, type Ends, faithfulness, firstHalfHolds, secondHalfHolds } from "../evaluate/faithfulness.ts";
import { foreignEntry, type JournalEntry, type Ledger, noLedger, recallOf } from "./journal.ts";
import { SearchState } from "./search-state.ts";

/** How the first order visits the units; further orders shake it with seeded noise. */
export const ORDERS = ["effect", "layerwise"] as const;
/** "effect": ascending |single effect| over all layers; "layerwise": last layer first, ascending within a layer. */
export type OrderName = (typeof ORDERS)[number];

export interface SearchOptions {
  readonly criterion: Criterion;
  readonly order: OrderName;
  readonly seed: number;
  /** How many seeded orders to try; the smallest circuit wins. */
  readonly orders: number;
  /** How many removed units, the strongest first, to try putting back when that lets two others go. */
  readonly swaps: number;
  /** Units that are never tried. */
  readonly keep?: readonly string[];
  /** Units that are gone before the search begins, whatever the criterion says. */
  readonly without?: readonly string[];
  /** Stop after this many passes even if the last one removed something. */
  readonly maxPasses?: number;
  /** Measured single effects on the metric; where absent the search measures them. */
  readonly effects?: ReadonlyMap<string, number>;
  /**
   * Estimated single effects by unit id, where there are too many units to measure one by one: these units are tried
   * in the order of their estimates. Asked for once; what it gave is in the journal.
   */
  readonly estimates?: () => Promise<ReadonlyMap<string, number>>;
  /** Stop after so many trials; blocks of neurons are then no smaller than the budget allows. */
  readonly budget?: number;
}

export interface Step {
  readonly step: number;
  readonly removed: readonly string[];
  /** Units put back in this step. */
  readonly added?: readonly string[];
  readonly kept: number;
  readonly metric: number;
  readonly faithfulness: number;
}

export interface SearchResult {
  readonly kept: UnitSet;
  readonly trajectory: readonly Step[];
  /** Single effects on the mean metric, ablated − full, by unit id. */
  readonly effects: ReadonlyMap<string, number>;
  readonly passes: number;
  readonly trials: number;
  /** Work of all measurements, see `Evaluator.cost`. */
  readonly forwardTokens: number;
  readonly reAdded: number;
  readonly oneMinimal: boolean;
  readonly verified: Verified;
  /** Estimates by unit id that the order came from; empty where every unit's effect was measured. */
  readonly estimates: ReadonlyMap<string, number>;
  /** The removal that came closest to holding when the search ended. */
  readonly crossing:
    { readonly unit: string; readonly faithfulness: number; readonly second: number | null } | undefined;
  /** Sizes of the circuits that the orders ended at. */
  readonly sizes: readonly number[];
}

/** What was tested on the final circuit and found not to be removable; shares of the kept units that may go. */
export interface Verified {
  /** Units tested one by one: 1 where the circuit is 1-minimal. */
  readonly single: number;
  /** Units in a tested block, single ones among them. */
  readonly inBlocks: number;
  /** Units of the largest of these blocks; 0 where nothing was tested. */
  readonly largestBlock: number;
}

export type SearchEvent =
  | { readonly type: "effects"; readonly done: number; readonly total: number }
  | { readonly type: "order"; readonly index: number; readonly count: number }
  /** The passes that follow try a circuit with this unit put back. */
  | { readonly type: "swap"; readonly added: string }
  | { readonly type: "pass"; readonly pass: number; readonly candidates: number }
  | {
      readonly type: "trial";
      readonly removed: readonly string[];
      readonly faithfulness: number;
      readonly second: number | null;
      readonly accepted: boolean;
      readonly kept: number;
      readonly trials: number;
      /** Position in the current pass. */
      readonly done: number;
      readonly total: number;
    };

interface Verdict {
  readonly accepted: boolean;
  readonly metric: number;
  readonly faithfulness: number;
  readonly second: number | null;
}

/** One order's way from the full model to a circuit. */
interface Path {
  readonly state: SearchState;
  readonly steps: Step[];
  passes: number;
  crossing: SearchResult["crossing"];
  /** Unit id → size of the smallest block with it that was tested on the circuit as it stands and could not go. */
  tested: Map<string, number>;
}

export class GreedySearch {
  private trials = 0;
  private tokens = 0;
  private reAdded = 0;

  constructor(
    private readonly evaluator: Evaluator,
    private readonly ends: Ends,
    private readonly options: SearchOptions,
    private readonly ledger: Ledger = noLedger,
    private readonly onEvent: (event: SearchEvent) => void = () => undefined,
  ) {}

  async run(): Promise<SearchResult> {
    const estimates = await this.estimates();
    const effects = this.options.effects ?? (await this.measureEffects(estimates));
    const strengths = new Map([...estimates, ...effects]);
    const orders = this.makeOrders(strengths);
    let best: Path | undefined;
    const sizes: number[] = [];
    for (const [index, order] of orders.entries()) {
      this.onEvent({ type: "order", index, count: orders.length });
      const path = await this.descend(order);
      sizes.push(path.state.kept.size);
      if (!best || path.state.kept.size < best.state.kept.size) best = path;
    }
    assertInternal(best, "no order");
    const improved = await this.swap(best, orders[0], strengths);
    const { state, steps, passes, crossing } = improved;
    const { trials, reAdded } = this;
    const forwardTokens = Math.round(this.tokens);
    const verified = this.verified(improved);
    return {
      kept: state.kept,
      trajectory: steps,
      effects,
      passes,
      trials,
      forwardTokens,
      reAdded,
      oneMinimal: verified.single === 1,
      verified,
      estimates,
      crossing,
      sizes,
    };
  }

  private async estimates(): Promise<ReadonlyMap<string, number>> {
    if (!this.options.estimates) return new Map();
    const entry = recallOf(this.ledger, "estimates");
    if (entry) return new Map(entry.units.map((id, i) => [id, entry.values[i]]));
    const made = await this.options.estimates();
    this.ledger.record({ kind: "estimates", units: [...made.keys()], values: [...made.values()] });
    return made;
  }

  /** The metric with each unit alone ablated, minus the full model's; units of one layer and kind go together. */
  private async measureEffects(estimates: ReadonlyMap<string, number>): Promise<Map<string, number>> {
    const { space } = this.evaluator;
    const full = space.full();
    const state = new SearchState(this.evaluator, full);
    const units = full.units().filter((unit) => !estimates.has(formatUnit(unit)));
    const groups = groupBy(units, (unit) => `${unit.layer}/${unit.kind}`);
    const effects = new Map<string, number>();
    for (const group of groups.values()) {
      for (const unit of group) this.tokens += this.evaluator.cost(full, full.without([unit]));
      const ids = group.map(formatUnit);
      const entry = recallOf(this.ledger, "effects");
      if (entry && entry.units.join() !== ids.join()) throw foreignEntry();
      const metric =
        entry?.metric ??
        (await this.evaluator.alternatives(
          await state.state(),
          group.map((unit) => full.without([unit])),
        ));
      if (!entry) this.ledger.record({ kind: "effects", units: ids, metric });
      ids.forEach((id, i) => effects.set(id, metric[i] - this.ends.full));
      this.onEvent({ type: "effects", done: effects.size, total: units.length });
    }
    return effects;
  }

  private makeOrders(strengths: ReadonlyMap<string, number>): Unit[][] {
    const without = new Set(this.options.without);
    const units = this.mayGo(this.evaluator.space.full()).filter((unit) => !without.has(formatUnit(unit)));
    const strength = (unit: Unit) => Math.abs(strengths.get(formatUnit(unit)) ?? 0);
    return Array.from({ length: this.options.orders }, (_, index) => {
      const random = Random.seeded(this.options.seed, `order/${index}`);
      const rank = new Map(units.map((unit) => [unit, strength(unit) * (index === 0 ? 1 : Math.exp(random.normal()))]));
      const byRank = (a: Unit, b: Unit) => rank.get(a)! - rank.get(b)!;
      return [...units].sort((a, b) =>
        this.options.order === "layerwise" ? b.layer - a.layer || byRank(a, b) : byRank(a, b),
      );
    });
  }

  private mayGo(kept: UnitSet): Unit[] {
    const forced = new Set(this.options.keep);
    return kept.units().filter((unit) => !forced.has(formatUnit(unit)));
  }

  private async descend(order: readonly Unit[]): Promise<Path> {
    const full = this.evaluator.space.full();
    const start: Step = { step: 0, removed: [], kept: full.size, metric: this.ends.full, faithfulness: 1 };
    const path: Path = {
      state: new SearchState(this.evaluator, full),
      steps: [start],
      passes: 0,
      crossing: undefined,
      tested: new Map(),
    };
    const without = full.units().filter((unit) => this.options.without?.includes(formatUnit(unit)));
    if (without.length > 0) await this.try(path, without, [], { done: 0, total: 0 }, "always");
    const size = await this.removeBlocks(path, order);
    if (size === 1) await this.passes(path, order);
    return path;
  }

  /**
   * Hidden neurons, of which there are many: the largest block of the weakest ones that can go, goes; a block that
   * cannot is halved. Every accepted block was measured. Heads and MLPs are tested first, one by one.
   *
   * @returns the size of the smallest blocks that were tested
   */
  private async removeBlocks(path: Path, order: readonly Unit[]): Promise<number> {
    const neurons = order.filter((unit) => unit.kind === "neuron");
    if (neurons.length === 0) return 1;
    const others = order.filter((unit) => unit.kind !== "neuron");
    await this.pass(path, others);
    const { budget } = this.options;
    const least = budget === undefined ? 1 : leastBlock(neurons.length, budget);
    await this.round(path, [neurons], least);
    return budget === undefined ? 1 : this.refine(path, { others, neurons }, least, budget);
  }

  /**
   * Rounds over all that is left in ever smaller blocks, each of one layer, the last layer first, so that a trial resumes
   * there: half a pass on average. At the smallest size for which the budget lasts, heads and MLPs come with them, round
   * after round, until one removes nothing: then all of it was tested on the circuit as it is. Where less is left of the
   * budget than such a round takes, the blocks are larger again, so that the last round goes over everything.
   *
   * @returns that size
   */
  private async refine(
    path: Path,
    { others, neurons }: { readonly others: readonly Unit[]; readonly neurons: readonly Unit[] },
    from: number,
    budget: number,
  ): Promise<number> {
    const { kept } = path.state;
    const layers = Array.from({ length: kept.space.sizes.nLayers }, (_, i) => kept.space.sizes.nLayers - 1 - i);
    const live = (units: readonly Unit[]) =>
      layers.map((layer) => units.filter((unit) => unit.layer === layer && path.state.kept.has(unit)));
    for (let size = from; ;) {
      const left = live(neurons);
      const singles = live(others);
      const single = singles.reduce((sum, { length }) => sum + length, 0);
      const roundOf = (block: number) => left.reduce((sum, { length }) => sum + Math.ceil(length / block), single);
      const half = Math.ceil(size / 2);
      const isLast = half === size || roundOf(half) * roundsInHand > budget - this.trials;
      if (!isLast) size = half;
      while (size < kept.space.sizes.dMlp && roundOf(size) > budget - this.trials) size *= 2;
      const before = path.steps.length;
      const blocks = left.flatMap((units, l) => [...(isLast ? inBlocks(singles[l], 1) : []), ...inBlocks(units, size)]);
      await this.round(path, blocks, size);
      if (this.exhausted || (isLast && path.steps.length === before)) return size;
    }
  }

  /** Tests blocks in turn; one that cannot go is halved down to `least` units. */
  private async round(path: Path, blocks: Unit[][], least: number): Promise<void> {
    const total = blocks.reduce((sum, block) => sum + block.length, 0);
    let done = 0;
    while (blocks.length > 0 && !this.exhausted) {
      const block = blocks.shift()!;
      if (block.length === 0) continue;
      const verdict = await this.try(path, block, [], { done, total });
      if (verdict.accepted || block.length <= least) {
        done += block.length;
        continue;
      }
      const half = Math.ceil(block.length / 2);
      blocks.unshift(block.slice(0, half), block.slice(half));
    }
  }

  private get exhausted(): boolean {
    return this.options.budget !== undefined && this.trials >= this.options.budget;
  }

  /** Passes over what is kept until one removes nothing: that one proves that the circuit is 1-minimal. */
  private async passes(path: Path, order: readonly Unit[]): Promise<void> {
    const { maxPasses } = this.options;
    while (!this.exhausted) {
      path.passes++;
      const removed = await this.pass(path, order);
      if (removed === 0 || path.passes === maxPasses) return;
    }
  }

  private async pass(path: Path, order: readonly Unit[]): Promise<number> {
    const candidates = order.filter((unit) => path.state.kept.has(unit));
    this.onEvent({ type: "pass", pass: path.passes, candidates: candidates.length });
    path.crossing = undefined;
    let removed = 0;
    for (const [index, unit] of candidates.entries()) {
      if (this.exhausted) return removed;
      if (!path.state.kept.has(unit)) continue;
      const verdict = await this.try(path, [unit], [], { done: index + 1, total: candidates.length });
      if (verdict.accepted) removed++;
      else noteCrossing(path, unit, verdict);
    }
    return removed;
  }

  private verified({ state, tested }: Path): Verified {
    const units = this.mayGo(state.kept);
    const sizes = units.map((unit) => tested.get(formatUnit(unit)) ?? 0);
    const share = (count: number) => (units.length === 0 ? 1 : count / units.length);
    return {
      single: share(sizes.filter((size) => size === 1).length),
      inBlocks: share(sizes.filter((size) => size > 0).length),
      largestBlock: sizes.reduce((a, b) => Math.max(a, b), 0),
    };
  }

  /** Tries to put strong removed units back, one at a time, where that lets at least two others go. */
  private async swap(best: Path, order: readonly Unit[], strengths: ReadonlyMap<string, number>): Promise<Path> {
    let path = best;
    const removed = this.evaluator.space
      .full()
      .minus(path.state.kept)
      .units()
      .filter((unit) => unit.kind !== "neuron" && !this.options.without?.includes(formatUnit(unit)))
      .sort((a, b) => Math.abs(strengths.get(formatUnit(b)) ?? 0) - Math.abs(strengths.get(formatUnit(a)) ?? 0))
      .slice(0, this.options.swaps);
    for (const unit of removed) {
      if (this.exhausted) break;
      const other: Path = { ...path, state: path.state.fork(), steps: [...path.steps], tested: new Map(path.tested) };
      const size = path.state.kept.size;
      const back = await this.try(other, [], [unit], { done: 0, total: 0 });
      if (!back.accepted) continue;
      this.onEvent({ type: "swap", added: formatUnit(unit) });
      await this.passes(other, order);
      if (other.state.kept.size >= size) continue;
      this.reAdded++;
      path = other;
    }
    return path;
  }

  /** Measures one change and makes it where the criterion holds, or in any case. */
  private async try(
    path: Path,
    removed: readonly Unit[],
    added: readonly Unit[],
    progress: { readonly done: number; readonly total: number },
    accept: "criterion" | "always" = "criterion",
  ): Promise<Verdict> {
    const kept = path.state.kept.without(withNeurons(removed, path.state.kept)).with(added);
    const ids = removed.map(formatUnit);
    const addedIds = added.map(formatUnit);
    this.tokens += this.evaluator.cost(path.state.kept, kept);
    const entry = recallOf(this.ledger, "trial");
    if (entry && entry.removed.join() !== ids.join()) throw foreignEntry();
    const trial = entry ? undefined : await path.state.attempt(kept);
    const judged = entry ? this.recalled(entry) : await this.judge(trial!);
    const verdict = accept === "always" ? { ...judged, accepted: true } : judged;
    this.trials++;
    if (!entry) {
      const { metric, second, accepted } = verdict;
      this.ledger.record({ kind: "trial", removed: ids, added: addedIds, metric, second, accepted });
    }
    if (verdict.accepted) {
      path.tested.clear();
      path.state.accept(kept, trial);
      const step = { step: path.steps.length, removed: ids, ...(added.length > 0 ? { added: addedIds } : {}) };
      path.steps.push({ ...step, kept: kept.size, metric: verdict.metric, faithfulness: verdict.faithfulness });
    } else for (const id of ids) path.tested.set(id, Math.min(ids.length, path.tested.get(id) ?? Infinity));
    this.onEvent({
      type: "trial",
      removed: ids,
      faithfulness: verdict.faithfulness,
      second: verdict.second,
      accepted: verdict.accepted,
      kept: path.state.kept.size,
      trials: this.trials,
      ...progress,
    });
    return verdict;
  }

  private async judge(trial: Trial): Promise<Verdict> {
    const { criterion } = this.options;
    const f = faithfulness(trial.metric, this.ends.full, this.ends.empty);
    const base = { metric: trial.metric, faithfulness: f };
    if (!firstHalfHolds(criterion, f)) return { ...base, second: null, accepted: false };
    if (criterion.name === "difference-only") return { ...base, second: null, accepted: true };
    const second = criterion.second === "accuracy" ? await trial.accuracy() : await trial.kl();
    return { ...base, second, accepted: secondHalfHolds(criterion, second, this.ends) };
  }

  private recalled(entry: Extract<JournalEntry, { kind: "trial" }>): Verdict {
    const { metric, second, accepted } = entry;
    return { metric, second, accepted, faithfulness: faithfulness(metric, this.ends.full, this.ends.empty) };
  }
}

/** Blocks over all layers are cut to about so many pieces before those of single layers take over. */
const piecesOverLayers = 64;

/** Smallest block of the first round within a budget, which halves: about two trials a piece, and as many in hand. */
function leastBlock(neurons: number, budget: number): number {
  return Math.max(Math.ceil(neurons / piecesOverLayers), Math.ceil((4 * neurons) / budget));
}

/** A smaller size of block is taken only where the budget would do for as many rounds of it: one may remove, one must not. */
const roundsInHand = 2;

function inBlocks(units: readonly Unit[], size: number): Unit[][] {
  const count = Math.ceil(units.length / size);
  return Array.from({ length: count }, (_, i) => units.slice(i * size, (i + 1) * size));
}

/** Removing an MLP removes its hidden neurons with it. */
function withNeurons(removed: readonly Unit[], kept: UnitSet): Unit[] {
  const layers = removed.filter((unit) => unit.kind === "mlp").map((unit) => unit.layer);
  if (layers.length === 0 || !kept.space.kinds.includes("neuron")) return [...removed];
  return [...removed, ...kept.units("neuron").filter((unit) => layers.includes(unit.layer))];
}

function noteCrossing(path: Path, unit: Unit, verdict: Verdict): void {
  const distance = (f: number) => Math.abs(1 - f);
  if (path.crossing && distance(path.crossing.faithfulness) <= distance(verdict.faithfulness)) return;
  path.crossing = { unit: formatUnit(unit), faithfulness: verdict.faithfulness, second: verdict.second };
}
