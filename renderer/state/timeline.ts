// The steps of a run as something to move along: one list for a run in progress and for a finished one, and what is removed after each.
import type { RunRecord } from "../../engine/contract.ts";
import type { RunStep } from "../../engine/contract/prune.ts";

export interface TimelineStep {
  /** Number that the run gave it. */
  readonly step: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
  readonly kept: number;
  readonly faithfulness: number;
  /** Accuracy or KL, where it was measured. */
  readonly second: number | null;
  readonly accepted: boolean;
  /** Which of the seeded orders; each begins again at the full model. */
  readonly order: number;
}

/** A finished run shows the way to its circuit, one in progress every trial so far. */
export function timelineOf({ circuit, steps }: Pick<RunRecord, "circuit" | "steps">): readonly TimelineStep[] {
  if (!circuit) return steps.map(liveStep);
  return circuit.search.trajectory.map((entry) => ({
    step: entry.step,
    removed: entry.removed,
    added: entry.added ?? [],
    kept: entry.kept,
    faithfulness: entry.faithfulness,
    second: entry.accuracy ?? entry.kl ?? null,
    accepted: true,
    order: 0,
  }));
}

function liveStep({ step, removed, kept, faithfulness, second, accepted, order }: RunStep): TimelineStep {
  return { step, removed, added: [], kept, faithfulness, second, accepted, order };
}

/** Steps between two sets that are kept whole, so that a jump replays few. */
const keyframeEvery = 100;

/** What is removed after each step of a timeline. */
export class RemovedHistory {
  private readonly keyframes: ReadonlySet<string>[] = [];

  constructor(
    private readonly steps: readonly TimelineStep[],
    private readonly start: readonly string[] = [],
  ) {
    let removed = new Set(start);
    for (const [index, step] of steps.entries()) {
      if (index % keyframeEvery === 0) this.keyframes.push(new Set(removed));
      removed = this.apply(removed, index, step);
    }
  }

  /** Ids that are gone once the step at this index has been taken; −1 is before the first. */
  after(index: number): ReadonlySet<string> {
    if (index < 0 || this.steps.length === 0) return new Set(this.start);
    const last = Math.min(index, this.steps.length - 1);
    const keyframe = Math.floor(last / keyframeEvery);
    let removed = new Set(this.keyframes[keyframe]);
    for (let i = keyframe * keyframeEvery; i <= last; i++) removed = this.apply(removed, i, this.steps[i]);
    return removed;
  }

  private apply(removed: Set<string>, index: number, step: TimelineStep): Set<string> {
    const begins = index > 0 && step.order !== this.steps[index - 1].order;
    const next = begins ? new Set(this.start) : removed;
    if (!step.accepted) return next;
    for (const id of step.removed) next.add(id);
    for (const id of step.added) next.delete(id);
    return next;
  }
}
