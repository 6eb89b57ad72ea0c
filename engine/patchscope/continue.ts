// Greedy texts that go on from prompts with a state of another run in them; the state is put in once, at the prompt.
import type { Executor } from "../activations/executor.ts";
import type { Plan, PlannedChange } from "../activations/plan.ts";
import type { Fired } from "../activations/plan-runner.ts";
import { PlanSession } from "../activations/plan-session.ts";
import { append } from "../base/append.ts";
import { argMax } from "../readout/ranking.ts";

interface Place {
  readonly ids: readonly number[];
  readonly position: number;
}

export interface Continuation {
  readonly ids: readonly number[];
  readonly fired: Fired;
}

/** A point of the stream as a site: behind the last layer there is no next one. */
const siteOf = (point: number, nLayers: number) =>
  point < nLayers
    ? ({ site: "residPre", layer: point } as const)
    : ({ site: "residPost", layer: nLayers - 1 } as const);

/** The patch as a plan: world 0 is the target, world 1 the source. */
export function patchPlan(source: Place, target: Place, from: number, into: number, nLayers: number): Plan {
  const change: PlannedChange = {
    world: 0,
    where: { ...siteOf(into, nLayers), at: target.position, step: "prompt" },
    change: { op: "set", to: { world: 1, at: source.position, ...siteOf(from, nLayers) } },
  };
  return {
    worlds: [{ ids: target.ids }, { ids: source.ids }],
    changes: [change],
    read: [{ world: 0, site: "logits", at: "end" }],
  };
}

/** Rows whose keys and values are held at once. */
const rowsAtOnce = 32;

/** @returns greedy tokens of each plan, fewer where the context is full or the text ends with one of `endIds` */
export async function continueGreedily(
  executor: Executor,
  plans: readonly Plan[],
  tokens: number,
  endIds: readonly number[],
  signal?: AbortSignal,
): Promise<Continuation[]> {
  const written: Continuation[] = [];
  for (let from = 0; from < plans.length; from += rowsAtOnce) {
    const some = plans.slice(from, from + rowsAtOnce);
    const session = await PlanSession.open(executor, some, { signal });
    const texts = some.map((): number[] => []);
    for (let growing = texts.map((_, row) => row); growing.length > 0;) {
      for (const row of growing) texts[row].push(argMax(session.logits(row)));
      growing = growing.filter(
        (row) => texts[row].length < tokens && session.room(row) > 0 && !endIds.includes(texts[row].at(-1)!),
      );
      if (growing.length > 0) await session.next(growing.map((row) => ({ row, id: texts[row].at(-1)! })));
    }
    append(
      written,
      texts.map((ids, row) => ({ ids, fired: session.fired(row)[0] })),
    );
  }
  return written;
}
