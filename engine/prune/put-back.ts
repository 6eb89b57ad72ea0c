// Units put back one at a time, each the one that makes the criterion surest by exact tests; forecasts only say what is tried.
import { groupBy } from "../base/group.ts";
import { parseUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { criterionMargin } from "../evaluate/confidence.ts";
import { type Evaluator, mean, type Measurement } from "../evaluate/evaluator.ts";
import { type Criterion, faithfulness } from "../evaluate/faithfulness.ts";
import type { Anchors } from "../evaluate/report.ts";
import type { MetricName } from "../metric/metric.ts";
import type { Forecast } from "../score/unit-forecast.ts";
import { type Ledger, recallOf } from "./journal.ts";
import { SearchState } from "./search-state.ts";

/**
 * Units that a step tries: those foreseen to make the right answer likelier, the most first; of all that do so at all, those that bring f
 * nearest to 1; and those that move single prompts most, either way.
 */
const TRIED = { likelier: 6, levelling: 4, moving: 3 } as const;

export interface PutBackRequest {
  readonly evaluator: Evaluator;
  readonly anchors: Anchors;
  readonly criterion: Criterion;
  /** That the evaluator reads. */
  readonly metric: MetricName;
  readonly seed: number;
  /** Ids of units that never come back. */
  readonly barred: ReadonlySet<string>;
  /** Of putting back each unit that is gone, by metric. */
  readonly foresee: (
    kept: UnitSet,
    metrics: readonly MetricName[],
  ) => Promise<readonly ReadonlyMap<string, Forecast>[]>;
  readonly ledger: Ledger;
}

export interface PutBackStep {
  readonly kept: UnitSet;
  readonly added: string;
}

/** A forecast serves so many steps: what one unit changes in it matters less than the time that another takes. */
const STEPS_FORESEEN = 4;

/**
 * Circuits of one unit more each, from `end` on, as long as one of the units that are tried makes the criterion surer.
 *
 * @see criterionMargin
 */
export async function* putBack(end: UnitSet, request: PutBackRequest): AsyncGenerator<PutBackStep, void> {
  const { evaluator, ledger } = request;
  const state = new SearchState(evaluator, end);
  let foreseen = new Foreseen(request, end);
  for (;;) {
    if (state.kept.size - foreseen.at.size === STEPS_FORESEEN) foreseen = new Foreseen(request, state.kept);
    const recalled = recallOf(ledger, "put-back");
    const added = recalled ? recalled.added : await surest(state, foreseen, request);
    if (!recalled) ledger.record({ kind: "put-back", added });
    if (added === null) {
      if (foreseen.at.equals(state.kept)) return;
      // The forecast was of a circuit before this one.
      foreseen = new Foreseen(request, state.kept);
      continue;
    }
    const kept = state.kept.with([unitOf(added)]);
    state.accept(kept, recalled ? undefined : await state.attempt(kept));
    yield { kept, added };
  }
}

/** The candidate with which the criterion's margin is greatest; null where none is greater than without. */
async function surest(
  state: SearchState,
  foreseen: Foreseen,
  { evaluator, anchors, criterion, seed }: PutBackRequest,
): Promise<string | null> {
  const { kept } = state;
  const marginOf = (measured: Measurement) =>
    criterionMargin(measured, anchors, criterion, { seed, of: evaluator.prompts });
  const now = await evaluator.measure(kept);
  let [best, greatest]: [string | null, number] = [null, marginOf(now)];
  const ids = await foreseen.candidates(kept, faithfulness(mean(now.metric), anchors.ends.full, anchors.ends.empty));
  for (const group of groupBy(ids, runOf).values()) {
    const circuits = group.map((id) => kept.with([unitOf(id)]));
    const measured = await evaluator.alternativeMeasurements(await state.state(), circuits);
    for (const [i, id] of group.entries()) {
      const margin = marginOf(measured[i]);
      if (margin > greatest) [best, greatest] = [id, margin];
    }
  }
  return best;
}

/** What is foreseen at one circuit, made when it is first asked for. */
class Foreseen {
  private made: readonly ReadonlyMap<string, Forecast>[] | undefined;

  constructor(
    private readonly request: PutBackRequest,
    readonly at: UnitSet,
  ) {}

  /**
   * @param kept the circuit as it stands, a few units larger
   * @param f its faithfulness
   */
  async candidates(kept: UnitSet, f: number): Promise<string[]> {
    const { anchors, barred, foresee, metric } = this.request;
    this.made ??= await foresee(this.at, [metric, "log-probability"]);
    const [own, answer] = this.made;
    const gone = [...own.keys()].filter((id) => !barred.has(id) && !kept.has(unitOf(id)));
    const likelier = (id: string) => answer.get(id)!.change;
    const level = (id: string) => -Math.abs(1 - f - own.get(id)!.change / (anchors.ends.full - anchors.ends.empty));
    const moving = (id: string) => answer.get(id)!.spread;
    const rising = gone.filter((id) => likelier(id) > 0);
    const all = [
      ...greatestOf(gone, likelier, TRIED.likelier),
      ...greatestOf(rising, level, TRIED.levelling),
      ...greatestOf(gone, moving, TRIED.moving),
    ];
    return [...new Set(all)];
  }
}

function greatestOf(ids: readonly string[], rank: (id: string) => number, count: number): string[] {
  return [...ids].sort((a, b) => rank(b) - rank(a)).slice(0, count);
}

/** Units of one layer and kind go through the model together. */
function runOf(id: string): string {
  const { layer, kind } = unitOf(id);
  return `${layer}/${kind}`;
}

const unitOf = (id: string): Unit => parseUnit(id)!;
