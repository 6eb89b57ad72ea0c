// Where a search over units stands, and what taking units out of it gives.
import type { Unit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Evaluator, Measurement, Trial } from "../evaluate/evaluator.ts";
import {
  type Criterion,
  criterionSlack,
  type Ends,
  faithfulness,
  firstHalfHolds,
  secondHalfHolds,
} from "../evaluate/faithfulness.ts";
import type { Attempt, Position, TrialEntry, Verdict } from "./removal.ts";
import type { SearchState } from "./search-state.ts";

export interface Judge {
  readonly evaluator: Evaluator;
  readonly ends: Ends;
  /** That has to hold now. */
  readonly criterion: () => Criterion;
  /** What has to hold of the examples beside it. */
  readonly surely?: ((measured: Measurement) => boolean) | undefined;
  /** Told the work of every attempt, see `Evaluator.cost`. */
  readonly count: (tokens: number) => void;
}

export class UnitPosition implements Position<Unit> {
  constructor(
    private readonly state: SearchState,
    private readonly judge: Judge,
  ) {}

  get kept(): UnitSet {
    return this.state.kept;
  }

  get size(): number {
    return this.kept.size;
  }

  has(unit: Unit): boolean {
    return this.kept.has(unit);
  }

  /** A copy that goes its own way. */
  fork(): UnitPosition {
    return new UnitPosition(this.state.fork(), this.judge);
  }

  attempt(removed: readonly Unit[], added: readonly Unit[]): Attempt {
    const { state, judge } = this;
    const kept = state.kept.without(withNeurons(removed, state.kept)).with(added);
    judge.count(judge.evaluator.cost(state.kept, kept));
    let trial: Trial | undefined;
    return {
      measure: async () => {
        trial = await state.attempt(kept);
        return verdictOf(trial, judge);
      },
      recalled: (entry) => recalledVerdict(entry, judge),
      accept: () => state.accept(kept, trial),
    };
  }
}

/** The second half is measured only where the first one holds. */
async function verdictOf(trial: Trial, { ends, ...judge }: Judge): Promise<Verdict> {
  const criterion = judge.criterion();
  const f = faithfulness(trial.metric, ends.full, ends.empty);
  const isMeasured = firstHalfHolds(criterion, f) && criterion.name !== "difference-only";
  const second = !isMeasured ? null : criterion.second === "accuracy" ? await trial.accuracy() : await trial.kl();
  const verdict = { metric: trial.metric, ...judged(f, second, criterion, ends) };
  if (!verdict.accepted || !judge.surely) return verdict;
  return { ...verdict, accepted: judge.surely(await trial.measurement()) };
}

function recalledVerdict({ metric, second, accepted }: TrialEntry, { ends, ...judge }: Judge): Verdict {
  const f = faithfulness(metric, ends.full, ends.empty);
  return { metric, ...judged(f, second, judge.criterion(), ends), accepted };
}

/** @param second null where the first half fails or is the whole criterion */
function judged(f: number, second: number | null, criterion: Criterion, ends: Ends): Omit<Verdict, "metric"> {
  const accepted = firstHalfHolds(criterion, f) && (second === null || secondHalfHolds(criterion, second, ends));
  return {
    faithfulness: f,
    second,
    accepted,
    slack: criterionSlack(criterion, f, second, ends) / (1 - criterion.threshold),
  };
}

/** Removing an MLP removes its hidden neurons with it. */
function withNeurons(removed: readonly Unit[], kept: UnitSet): Unit[] {
  const layers = removed.filter((unit) => unit.kind === "mlp").map((unit) => unit.layer);
  if (layers.length === 0 || !kept.space.kinds.includes("neuron")) return [...removed];
  return [...removed, ...kept.units("neuron").filter((unit) => layers.includes(unit.layer))];
}
