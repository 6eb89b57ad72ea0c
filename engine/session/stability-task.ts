// Whether a circuit is the task's or the prompts': the search again on other examples, and on fewer and more of them.
import { EngineError } from "../base/errors.ts";
import { keptUnits } from "../circuit/kept.ts";
import { type Agreement, agreementOf } from "../evaluate/agreement.ts";
import { mean } from "../evaluate/evaluator.ts";
import { loadContrast } from "./prepare.ts";
import { pruneTask, type PruneSettings } from "./prune-task.ts";

export interface StabilitySettings extends PruneSettings {
  /** Searches for each number of examples, each with examples of a seed of its own. */
  readonly runs: number;
  /** Numbers of discovery examples, rising. */
  readonly sizes: readonly number[];
}

/** The searches on one number of discovery examples. */
export interface StabilityRow extends Agreement {
  readonly discovery: number;
  /** Of each search. */
  readonly kept: readonly number[];
  /** f on held-out examples, of each search. */
  readonly heldOut: readonly number[];
  /** Share of the searches whose criterion holds on held-out examples too. */
  readonly holds: number;
}

export interface StabilityOutcome {
  readonly rows: readonly StabilityRow[];
  /** Fewest discovery examples from which on every search's criterion holds on held-out examples. */
  readonly enough: number | undefined;
}

export interface StabilityHooks {
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** @throws EngineError "usage" without held-out examples; as `pruneTask` */
export async function stabilityTask(
  { runs, sizes, ...settings }: StabilitySettings,
  hooks: StabilityHooks = {},
): Promise<StabilityOutcome> {
  const task = loadContrast(settings.task);
  if ((settings.examples?.heldOut ?? task.split.heldOut) === 0) {
    throw new EngineError(
      "usage",
      `${task.file}: stability is judged on held-out examples; ask for some with --held-out.`,
    );
  }
  const seed = settings.seed ?? task.seed;
  const rows: StabilityRow[] = [];
  for (const [s, discovery] of sizes.entries()) {
    const circuits = [];
    for (let run = 0; run < runs; run++) {
      const { circuit } = await pruneTask(
        {
          ...settings,
          seed: seed + run,
          examples: { ...settings.examples, discovery },
          random: 0,
          connections: false,
          roles: false,
        },
        { threads: hooks.threads, signal: hooks.signal },
      );
      circuits.push(circuit);
      hooks.onProgress?.(s * runs + run + 1, sizes.length * runs);
    }
    const sets = circuits.map((circuit) => new Set(keptUnits(circuit).ids()));
    const unseen = circuits.flatMap(({ results }) => results?.heldOut ?? []);
    rows.push({
      discovery,
      ...agreementOf(sets),
      kept: sets.map((set) => set.size),
      heldOut: unseen.map((figures) => figures.faithfulness),
      holds: mean(unseen.map((figures) => Number(figures.criterionHolds))),
    });
  }
  const enough = rows.find((_, i) => rows.slice(i).every(({ holds }) => holds === 1))?.discovery;
  return { rows, enough };
}
