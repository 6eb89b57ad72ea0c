// A search that goes down once more from a circuit on the way back: on fresh examples, and as sure in each step as its result has to be.
import type { UnitSet } from "../circuit/unit-set.ts";
import { criterionConfidence } from "../evaluate/confidence.ts";
import type { Evaluator, Measurement } from "../evaluate/evaluator.ts";
import type { Anchors } from "../evaluate/report.ts";
import type { Ledger } from "../prune/journal.ts";
import { type SearchEvent, type SearchOptions, type SearchResult, UnitSearch } from "../prune/unit-search.ts";
import { firstOnTheWay, wayBack } from "../prune/way-back.ts";
import { cleanPrompts } from "../task/clean-prompts.ts";
import type { OnExamples } from "./on-examples.ts";
import type { Prepared } from "./prepare.ts";
import type { Forecasts } from "./search-forecasts.ts";

/** What a search found, with what it knew of its units. */
export type Searched = Pick<SearchResult, "kept" | "trajectory" | "oneMinimal" | "effects" | "estimates">;

/** What the user holds every search of a run to. */
export type Held = Pick<SearchOptions, "keep" | "maxPasses" | "budget">;

export interface OnceMore {
  /** Where it may begin, the smallest first. */
  readonly from: readonly UnitSet[];
  readonly confidence: number;
  readonly held?: Held | undefined;
  readonly forecasts: Forecasts;
  readonly ledger: Ledger;
  /** How many units went of those that would bring it down to the first search's end. */
  readonly onRemoved?: (gone: number, atMost: number) => void;
}

/**
 * From the first circuit that is sure enough on these examples, which are fresh ones, a guided search goes down, and takes a step only where the criterion
 * then holds with the confidence asked for, in draws as large as those of validation. The first search could not fit itself to
 * these examples; this one does, so that its circuits have to be looked at on others.
 *
 * @returns the circuits on its way, its end first; none where nothing is sure enough
 */
export async function searchOnceMore(
  { evaluator, anchors }: OnExamples,
  prepared: Prepared,
  searched: Searched,
  { from, confidence, held, forecasts, ledger, onRemoved }: OnceMore,
): Promise<readonly UnitSet[]> {
  const sureness = surenessOn(evaluator, anchors, prepared);
  const first = await firstOnTheWay(
    from.length,
    async (at) => sureness(await evaluator.measure(from[at])) >= confidence,
  );
  if (first === undefined) return [];
  const { keep, maxPasses } = held ?? {};
  const own = { ...optionsFrom(from[first], searched, prepared), forecast: forecasts.removal };
  const options = { ...own, keep, maxPasses };
  const surely = (measured: Measurement) => sureness(measured) >= confidence;
  const above = from[first].size - searched.kept.size;
  const onEvent = (event: SearchEvent) =>
    event.type === "trial" && onRemoved?.(Math.min(from[first].size - event.kept, above), above);
  onRemoved?.(0, above);
  const search = new UnitSearch(evaluator, anchors.ends, { ...options, surely }, ledger, onEvent);
  const { kept, trajectory } = await search.run();
  // What is gone from the start is the first step, where anything is.
  return [...wayBack(kept.space, trajectory, { to: options.without.length > 0 ? 1 : 0 })];
}

/** In what share of draws, each of as many prompts as a draw of validation has, the criterion holds. */
function surenessOn(evaluator: Evaluator, anchors: Anchors, { criterion, seed, validation }: Prepared) {
  const count = Math.ceil(cleanPrompts(validation).length / 2);
  return (measured: Measurement): number =>
    criterionConfidence(measured, anchors, criterion, { seed, of: evaluator.prompts, count });
}

/** What the first search knew of its units stands for a forecast at the full model. */
function optionsFrom(start: UnitSet, { effects, estimates }: Searched, { criterion, seed }: Prepared) {
  const strengths = new Map([...estimates, ...effects]);
  return {
    criterion,
    order: "effect",
    method: "guided",
    seed,
    orders: 1,
    swaps: 0,
    without: start.complement().ids(),
    effects: strengths,
    estimates: () => Promise.resolve(strengths),
  } satisfies SearchOptions;
}
