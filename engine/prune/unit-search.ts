// Pruning of units by exact tests: the orders that single effects give, and blocks of hidden neurons before single units.
import { assertInternal } from "../base/errors.ts";
import { greatest } from "../base/greatest.ts";
import { groupBy } from "../base/group.ts";
import { Random } from "../base/random.ts";
import type { SearchMethod, SearchOrder } from "../choices/lists.ts";
import { formatUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Evaluator, Measurement } from "../evaluate/evaluator.ts";
import { type Criterion, type Ends, firstHalfHolds } from "../evaluate/faithfulness.ts";
import type { Forecast } from "../score/unit-forecast.ts";
import { descendGuided, type Foreseen } from "./guided-descent.ts";
import { foreignEntry, type JournalEntry, type Ledger, noLedger, recallOf } from "./journal.ts";
import { type Descent, Removal, type Step, type Trial } from "./removal.ts";
import { type Found, GreedySearch, type StageAt } from "./search.ts";
import { SearchState } from "./search-state.ts";
import { UnitPosition } from "./unit-position.ts";

export interface SearchOptions {
  readonly criterion: Criterion;
  /**
   * Thresholds that are kept first, one after the other, each looser than the one before and all stricter than the criterion's: so that
   * the way leads through small circuits that leave room, and not along the criterion's edge. Without effect within a budget.
   */
  readonly aims?: readonly number[];
  /** What has to hold of the examples beside the criterion. */
  readonly surely?: (measured: Measurement) => boolean;
  /**
   * How the first order visits the units; further orders shake it with seeded noise. "effect": ascending |single effect| over
   * all layers; "layerwise": last layer first, ascending within a layer.
   */
  readonly order: SearchOrder;
  /** How heads and MLPs are tried before the passes over single units. */
  readonly method?: SearchMethod;
  readonly seed: number;
  /** The first order is shaken with seeded noise too: a search for another circuit than the first. */
  readonly shaken?: boolean;
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
  /** What taking each kept head and MLP out of a circuit would do, in metric units by unit id: for the guided method. */
  readonly forecast?: (kept: UnitSet) => Promise<ReadonlyMap<string, Forecast>>;
  /** Stop after so many trials; blocks of neurons are then no smaller than the budget allows. */
  readonly budget?: number;
}

export interface SearchResult extends Omit<Found<UnitPosition>, "position" | "steps"> {
  readonly kept: UnitSet;
  readonly trajectory: readonly Step[];
  /** Single effects on the mean metric, ablated − full, by unit id. */
  readonly effects: ReadonlyMap<string, number>;
  /** Work of all measurements, see `Evaluator.cost`. */
  readonly forwardTokens: number;
  /** Estimates by unit id that the order came from; empty where every unit's effect was measured. */
  readonly estimates: ReadonlyMap<string, number>;
}

export type SearchEvent =
  | { readonly type: "effects"; readonly done: number; readonly total: number }
  | { readonly type: "order"; readonly index: number; readonly count: number }
  /** The passes that follow try a circuit with this unit put back. */
  | { readonly type: "swap"; readonly added: string }
  | { readonly type: "pass"; readonly pass: number; readonly candidates: number }
  | ({ readonly type: "trial" } & Trial);

type ForecastEntry = Extract<JournalEntry, { kind: "forecast" }>;
type UnitDescent = Descent<Unit, UnitPosition>;

/** Those that are many, and the others, each in the order of the search. */
interface Split {
  readonly others: readonly Unit[];
  readonly small: readonly Unit[];
}

export class UnitSearch {
  private readonly removal: Removal<Unit>;
  /** That has to hold at the stage that the search is in. */
  private criterion: Criterion;
  /** Work of all measurements, see `Evaluator.cost`. */
  private tokens = 0;
  /** The last one that was made, and of which circuit. */
  private forecast: { readonly kept: UnitSet; readonly units: ReadonlyMap<string, Forecast> } | undefined;

  constructor(
    private readonly evaluator: Evaluator,
    private readonly ends: Ends,
    private readonly options: SearchOptions,
    private readonly ledger: Ledger = noLedger,
    private readonly onEvent: (event: SearchEvent) => void = () => undefined,
  ) {
    this.criterion = options.criterion;
    this.removal = new Removal({
      nameOf: formatUnit,
      ledger,
      budget: options.budget,
      skipsFar: options.method === "guided",
      onPass: (pass, candidates) => onEvent({ type: "pass", pass, candidates }),
      onTrial: (trial) => onEvent({ type: "trial", ...trial }),
    });
  }

  async run(): Promise<SearchResult> {
    const given = await this.estimates();
    const estimates = new Map([...given, ...(await this.estimatesOfForecast(given))]);
    const effects = this.options.effects ?? (await this.measureEffects(estimates));
    const strengths = new Map([...estimates, ...effects]);
    const search = new GreedySearch<Unit, UnitPosition>(this.removal, {
      begin: () => this.begin(),
      stages: this.stages(),
      blocks: (descent, order, at) => this.removeBlocks(descent, order, at),
      maxPasses: this.options.maxPasses,
      mayGo: ({ kept }) => this.mayGo(kept),
      onOrder: (index, count) => this.onEvent({ type: "order", index, count }),
      swaps: {
        tried: ({ kept }) => this.putBack(kept, strengths),
        fork: (position) => position.fork(),
        onSwap: (unit) => this.onEvent({ type: "swap", added: formatUnit(unit) }),
      },
    });
    const { position, steps, ...found } = await search.run(this.makeOrders(strengths));
    return {
      ...found,
      kept: position.kept,
      trajectory: steps,
      effects,
      forwardTokens: Math.round(this.tokens),
      estimates,
    };
  }

  /** Of the stages of a way down, in turn. */
  private get thresholds(): readonly number[] {
    const { criterion, aims = [], budget } = this.options;
    return [...(budget === undefined ? aims : []), criterion.threshold];
  }

  private stages() {
    const { criterion } = this.options;
    const enter = (stage: number) => (this.criterion = { ...criterion, threshold: this.thresholds[stage] });
    return { count: this.thresholds.length, enter };
  }

  private async estimates(): Promise<ReadonlyMap<string, number>> {
    if (!this.options.estimates) return new Map();
    const entry = recallOf(this.ledger, "estimates");
    if (entry) return new Map(entry.units.map((id, i) => [id, entry.values[i]]));
    const made = await this.options.estimates();
    this.ledger.record({ kind: "estimates", units: [...made.keys()], values: [...made.values()] });
    return made;
  }

  /** Of the full model, for those that nothing else estimates; none where the method is another. */
  private async estimatesOfForecast(given: ReadonlyMap<string, number>): Promise<Map<string, number>> {
    const full = this.evaluator.space.full();
    const isGiven = full.units().every((unit) => isOfMany(unit) || given.has(formatUnit(unit)));
    if (this.options.method !== "guided" || isGiven) return new Map();
    return new Map([...(await this.forecastAt(full))].map(([id, { change }]) => [id, change]));
  }

  private async forecastAt(kept: UnitSet): Promise<ReadonlyMap<string, Forecast>> {
    if (this.forecast?.kept.equals(kept)) return this.forecast.units;
    const { forecast } = this.options;
    assertInternal(forecast, "a guided search without forecasts");
    const entry = recallOf(this.ledger, "forecast");
    const units = entry ? recalledForecast(entry) : await forecast(kept);
    if (!entry) this.ledger.record(forecastEntry(units));
    this.forecast = { kept, units };
    return units;
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
      const shake = this.shakeOf(index);
      const rank = new Map(units.map((unit) => [unit, strength(unit) * shake()]));
      const byRank = (a: Unit, b: Unit) => rank.get(a)! - rank.get(b)!;
      return [...units].sort((a, b) =>
        this.options.order === "layerwise" ? b.layer - a.layer || byRank(a, b) : byRank(a, b),
      );
    });
  }

  /** Factors of an order's seeded noise, one after the other; the first order has none unless it is asked for. */
  private shakeOf(order: number): () => number {
    if (order === 0 && !this.options.shaken) return () => 1;
    const random = Random.seeded(this.options.seed, `order/${order}`);
    return () => Math.exp(random.normal());
  }

  private mayGo(kept: UnitSet): Unit[] {
    const forced = new Set(this.options.keep);
    return kept.units().filter((unit) => !forced.has(formatUnit(unit)));
  }

  /** All units, but for those that are gone before the search begins. */
  private async begin(): Promise<UnitDescent> {
    const full = this.evaluator.space.full();
    const descent = this.removal.begin(this.positionAt(full), this.ends.full, 1);
    const without = full.units().filter((unit) => this.options.without?.includes(formatUnit(unit)));
    if (without.length > 0) await this.removal.try(descent, without, [], { done: 0, total: 0 }, "always");
    return descent;
  }

  private positionAt(kept: UnitSet): UnitPosition {
    const { evaluator, ends } = this;
    const count = (tokens: number) => (this.tokens += tokens);
    const criterion = () => this.criterion;
    const { surely } = this.options;
    return new UnitPosition(new SearchState(evaluator, kept), { evaluator, ends, criterion, surely, count });
  }

  /**
   * Hidden neurons and features, of which there are many: the largest block of the weakest ones that can go, goes; a block
   * that cannot is halved. Every accepted block was measured. Heads, MLPs and errors are tested first, by the method asked for.
   *
   * @returns what is left for passes over single units; undefined where the budget allowed blocks only
   */
  private async removeBlocks(
    descent: UnitDescent,
    order: readonly Unit[],
    at: StageAt,
  ): Promise<readonly Unit[] | undefined> {
    const small = order.filter(isOfMany);
    const others = order.filter((unit) => !isOfMany(unit));
    const left = await this.removeFew(descent, { others, small }, at);
    if (small.length === 0) return left;
    const { budget } = this.options;
    const least = budget === undefined ? 1 : leastBlock(small.length, budget);
    await this.removal.round(descent, [small], least);
    const single = budget === undefined ? 1 : await this.refine(descent, { others, small }, least, budget);
    return single === 1 ? order : undefined;
  }

  /** @returns as `removeBlocks` */
  private async removeFew(
    descent: UnitDescent,
    { others, small }: Split,
    at: StageAt,
  ): Promise<readonly Unit[] | undefined> {
    const { method = "one-by-one" } = this.options;
    switch (method) {
      case "guided": {
        const left = await descendGuided(this.removal, descent, this.guideOf(others, this.shakeOf(at.order)));
        return at.stage === this.thresholds.length - 1 ? left : undefined;
      }
      case "blocks":
        // At later stages too few are left for blocks.
        if (at.stage === 0) await this.removal.split(descent, others);
        else if (small.length > 0) await this.removal.pass(descent, others);
        return others;
      case "one-by-one":
        // Where there is nothing else, the passes over all that is left go over them.
        if (small.length > 0) await this.removal.pass(descent, others);
        return others;
      default:
        return method satisfies never;
    }
  }

  /** Of heads and MLPs; `shake` gives factors of noise for their spreads. */
  private guideOf(units: readonly Unit[], shake: () => number) {
    const { full, empty } = this.ends;
    const factors = new Map(units.map((unit) => [unit, shake()]));
    return {
      foresee: async (position: UnitPosition): Promise<Foreseen<Unit>[]> => {
        const forecast = await this.forecastAt(position.kept);
        const kept = units.filter((unit) => position.has(unit));
        return kept.map((unit) => {
          const { change, spread } = forecast.get(formatUnit(unit))!;
          return { item: unit, change: change / (full - empty), spread: spread * factors.get(unit)! };
        });
      },
      mayHold: (faithfulness: number) => firstHalfHolds(this.withRoom(), faithfulness),
    };
  }

  /** The criterion that has to hold now, a little looser: as far as forecasts are off. */
  private withRoom(): Criterion {
    const { threshold } = this.criterion;
    return { ...this.criterion, threshold: threshold - forecastRoom * (1 - threshold) };
  }

  /**
   * Rounds over all that is left in ever smaller blocks, each of one layer, the last layer first, so that a trial resumes
   * there: half a pass on average. At the smallest size for which the budget lasts, heads and MLPs come with them, round
   * after round, until one removes nothing: then all of it was tested on the circuit as it is. Where less is left of the
   * budget than such a round takes, the blocks are larger again, so that the last round goes over everything.
   *
   * @returns that size
   */
  private async refine(descent: UnitDescent, { others, small }: Split, from: number, budget: number): Promise<number> {
    const { kept } = descent.position;
    const layers = Array.from({ length: kept.space.sizes.nLayers }, (_, i) => kept.space.sizes.nLayers - 1 - i);
    const live = (units: readonly Unit[]) =>
      layers.map((layer) => units.filter((unit) => unit.layer === layer && descent.position.has(unit)));
    for (let size = from; ;) {
      const left = live(small);
      const largest = greatest(left.map(({ length }) => length));
      const singles = live(others);
      const single = singles.reduce((sum, { length }) => sum + length, 0);
      const roundOf = (block: number) => left.reduce((sum, { length }) => sum + Math.ceil(length / block), single);
      const half = Math.ceil(size / 2);
      const isLast = half === size || roundOf(half) * roundsInHand > budget - this.removal.trials;
      if (!isLast) size = half;
      while (size < largest && roundOf(size) > budget - this.removal.trials) size *= 2;
      const before = descent.steps.length;
      const blocks = left.flatMap((units, l) => [...(isLast ? inBlocks(singles[l], 1) : []), ...inBlocks(units, size)]);
      await this.removal.round(descent, blocks, size);
      if (this.removal.exhausted || (isLast && descent.steps.length === before)) return size;
    }
  }

  /** Strong removed units that are worth a try, the strongest first. */
  private putBack(kept: UnitSet, strengths: ReadonlyMap<string, number>): Unit[] {
    return this.evaluator.space
      .full()
      .minus(kept)
      .units()
      .filter((unit) => !isOfMany(unit) && !this.options.without?.includes(formatUnit(unit)))
      .sort((a, b) => Math.abs(strengths.get(formatUnit(b)) ?? 0) - Math.abs(strengths.get(formatUnit(a)) ?? 0))
      .slice(0, this.options.swaps);
  }
}

/** Kinds of which there are too many to be tried one by one from the start. */
export const isOfMany = ({ kind }: Unit): boolean => kind === "neuron" || kind === "feature";

/** A circuit is measured though the criterion is foreseen to break, by so large a share of the room that it leaves. */
const forecastRoom = 0.1;

function recalledForecast({ units, changes, spreads }: ForecastEntry): ReadonlyMap<string, Forecast> {
  return new Map(units.map((id, i) => [id, { change: changes[i], spread: spreads[i] }]));
}

function forecastEntry(forecast: ReadonlyMap<string, Forecast>): ForecastEntry {
  const values = [...forecast.values()];
  return {
    kind: "forecast",
    units: [...forecast.keys()],
    changes: values.map(({ change }) => change),
    spreads: values.map(({ spread }) => spread),
  };
}

/** Blocks over all layers are cut to about so many pieces before those of single layers take over. */
const piecesOverLayers = 64;

/** Smallest block of the first round within a budget, which halves: about two trials a piece, and as many in hand. */
function leastBlock(units: number, budget: number): number {
  return Math.max(Math.ceil(units / piecesOverLayers), Math.ceil((4 * units) / budget));
}

/** A smaller size of block is taken only where the budget would do for as many rounds of it: one may remove, one must not. */
const roundsInHand = 2;

function inBlocks(units: readonly Unit[], size: number): Unit[][] {
  const count = Math.ceil(units.length / size);
  return Array.from({ length: count }, (_, i) => units.slice(i * size, (i + 1) * size));
}
