// The plain run of plans: what is read in the runs of their worlds, and what every change did there.
import type { Note } from "../base/sentence.ts";
import { append } from "../base/append.ts";
import { least } from "../base/greatest.ts";
import type { Site } from "../transformer/sites.ts";
import { rowBudget } from "./chunk.ts";
import type { Resources } from "./dictionary.ts";
import type { Executor } from "./executor.ts";
import { type Reals, takeRows, zeros } from "./packing.ts";
import type { Plan, Reading } from "./plan.ts";
import { checkPlan } from "./plan-checks.ts";
import { notesOn } from "./plan-notes.ts";
import { positionsAt } from "./plan-places.ts";
import { type Fired, PlanRunner } from "./plan-runner.ts";

/** What one reading gave. */
export interface ReadRows {
  readonly positions: readonly number[];
  /** One for each position: the site's units one after another, or the logits. */
  readonly rows: readonly Reals[];
}

export interface PlanOutcome {
  /** In the order of `plan.read`. */
  readonly read: readonly ReadRows[];
  /** In the order of `plan.changes`. */
  readonly fired: readonly Fired[];
  /** What may not have been meant: changes that did nothing, or that nothing reads. */
  readonly notes: readonly Note[];
}

export interface PlanOptions {
  /** Vectors and dictionaries that the plans name. */
  readonly resources?: Resources;
  readonly signal?: AbortSignal;
}

/**
 * Runs plans together, as rows of one batch as far as it holds them. Plans that begin alike share their runs as far as these
 * are the same, so plans over the same prompts should stand one after another.
 *
 * @throws EngineError "usage" before anything runs, with the place in the plan; "cancelled"
 */
export async function runPlans(
  executor: Executor,
  plans: readonly Plan[],
  options: PlanOptions = {},
): Promise<PlanOutcome[]> {
  const { resources } = options;
  for (const plan of plans) checkPlan(plan, executor.model, { resources });
  const outcomes: PlanOutcome[] = [];
  for (const group of inBatches(plans, rowBudget(executor.model.config), { areShared: true })) {
    const runner = new PlanRunner(executor, group, options);
    await runner.run();
    append(outcomes, await outcomesOf(executor, group, runner));
  }
  return outcomes;
}

/** The plain run of one plan. */
export async function runPlan(executor: Executor, plan: Plan, options: PlanOptions = {}): Promise<PlanOutcome> {
  return (await runPlans(executor, [plan], options))[0];
}

/** What was read and done, when the runs are at their end. */
export async function outcomesOf(
  executor: Executor,
  plans: readonly Plan[],
  runner: PlanRunner,
): Promise<PlanOutcome[]> {
  const outcomes: PlanOutcome[] = [];
  for (const [p, plan] of plans.entries()) {
    const fired = runner.firedOf(p);
    const read: ReadRows[] = [];
    for (const reading of plan.read) read.push(await readRows(executor, runner, p, plan, reading));
    outcomes.push({ read, fired, notes: notesOn(plan, executor.model.config, fired) });
  }
  return outcomes;
}

async function readRows(
  executor: Executor,
  runner: PlanRunner,
  p: number,
  plan: Plan,
  reading: Reading,
): Promise<ReadRows> {
  const positions = positionsAt(plan.worlds[reading.world], reading.at);
  if (reading.site === "logits") return { positions, rows: await logitRows(executor, runner, p, reading, positions) };
  const view = runner.view(p, reading.world, reading.site, reading.layer);
  const rows = positions.map((position) => inPrecision(executor, view.read(position, reading.units)));
  return { positions, rows };
}

type LogitReading = Extract<Reading, { site: "logits" }>;

async function logitRows(
  executor: Executor,
  runner: PlanRunner,
  p: number,
  reading: LogitReading,
  positions: readonly number[],
): Promise<Reals[]> {
  const { dVocab } = executor.model.config;
  const logits = await executor.logits(await executor.finalNorm(lastStream(executor, runner, p, reading, positions)));
  return positions.map((_, r) => {
    const row = logits.subarray(r * dVocab, (r + 1) * dVocab);
    return reading.units ? takeRows(row, 1, reading.units) : row;
  });
}

/** The residual stream behind the last layer, "row dModel". */
export function lastStream(
  executor: Executor,
  runner: PlanRunner,
  p: number,
  reading: LogitReading,
  positions: readonly number[],
): Reals {
  const { dModel, nLayers } = executor.model.config;
  const view = runner.view(p, reading.world, "residPost" satisfies Site, nLayers - 1);
  const stream = zeros(executor.precision, positions.length * dModel);
  positions.forEach((position, r) => stream.set(view.read(position), r * dModel));
  return stream;
}

function inPrecision(executor: Executor, row: Float64Array): Reals {
  return executor.precision === "float64" ? row : Float32Array.from(row);
}

/**
 * Plans one after another, as many as a batch holds.
 *
 * @param areShared whether of a prompt that the batch has already only the rows count that a change can reach
 */
export function inBatches(
  plans: readonly Plan[],
  budget: number,
  { areShared }: { readonly areShared: boolean },
): Plan[][] {
  const batches: Plan[][] = [];
  const prompts = new Set<string>();
  const rowsOf = (plan: Plan) =>
    plan.worlds.reduce((sum, { ids }, world) => {
      const first = areShared && prompts.has(`${ids}`) ? firstReached(plan, world) : 0;
      return sum + ids.length - first;
    }, 0);
  let rows = Infinity;
  for (const plan of plans) {
    if (rows + rowsOf(plan) > budget) {
      batches.push([]);
      prompts.clear();
      rows = 0;
    }
    batches[batches.length - 1].push(plan);
    rows += rowsOf(plan);
    for (const { ids } of plan.worlds) prompts.add(`${ids}`);
  }
  return batches;
}

/** The first position of a world that a change may reach; the number of its tokens where there is none. */
function firstReached({ worlds, changes }: Plan, world: number): number {
  const prompt = worlds[world];
  const changed = changes.filter((change) => change.world === world);
  const positions = changed.flatMap(({ where: { at, step } }) => positionsAt(prompt, at, step));
  return least(positions, prompt.ids.length);
}
