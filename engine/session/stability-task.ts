// Whether a circuit is the task's or the prompts': the search again on other examples, and on fewer and more of them.
import type { Execution } from "../choices/execution.ts";
import type { PruneSettings } from "../choices/prune.ts";
import type { StabilitySettings } from "../choices/stability.ts";
import { searchAgain, type SearchSettings } from "../circuit/settings-of-circuit.ts";
import { without } from "../base/without.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Circuit, NamedCircuit, Stability, StabilityRow } from "../circuit/circuit-schema.ts";
import { keptUnits } from "../circuit/kept.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import { mean } from "../evaluate/evaluator.ts";
import { constantsMemory, type Ledger } from "../prune/journal.ts";
import type { ContrastTask } from "../task/task.ts";
import { unjudged } from "./circuit-record.ts";
import { withTask, type Prepared } from "./prepare.ts";
import { readAside } from "./read-aside.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";
import { recordedModel } from "./recorded-model.ts";
import { judgeTogether } from "./several-circuits.ts";
import { taskEvaluators } from "./task-evaluators.ts";
import { type Identity, identityOf, type JournalOptions, withLedger } from "./run-journal.ts";

export interface StabilityProgress {
  /** Searches that are done, and of how many. */
  readonly searches: number;
  readonly ofSearches: number;
  /** Discovery examples of these searches: what their time goes with. */
  readonly done: number;
  readonly total: number;
  /** Of the last number of examples, where all its searches are done. */
  readonly row?: StabilityRow;
}

export interface StabilityHooks extends JournalOptions {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: StabilityProgress) => void;
}

/** As `searchAgain`, in the model that the circuit was found in where no other is given. */
export function searchedAgain(
  circuit: Circuit,
  given: Partial<PruneSettings> & Pick<PruneSettings, "task">,
): SearchSettings {
  return searchAgain(circuit, { ...given, model: given.model ?? recordedModel(circuit, circuit.task.file) });
}

/**
 * @param reference circuit that the searches are compared with
 * @throws EngineError "usage" without held-out examples, or where the circuit is of another task file or other weights;
 *   as `pruneTask`
 */
export async function stabilityTask(
  asked: StabilitySettings,
  hooks: StabilityHooks = {},
  reference?: NamedCircuit,
): Promise<Stability> {
  const task = await readAside("contrast", asked.task, hooks.signal);
  requireHeldOut(asked, task);
  if (reference) requireTask(reference, task);
  const identity = await identityFor(asked, hooks, reference);
  return withLedger("stability", asked, identity, hooks, (ledger) =>
    searches(asked, asked.seed ?? task.seed, { ...hooks, ledger }, reference),
  );
}

/** All searches have one journal, each going on where the one before it ended. */
async function searches(
  asked: StabilitySettings,
  seed: number,
  hooks: StabilityHooks & { readonly ledger: Ledger },
  reference: NamedCircuit | undefined,
): Promise<Stability> {
  const { runs, sizes } = asked;
  const settings = without(asked, "runs", "sizes", "circuit");
  const seeds = Array.from({ length: runs }, (_, run) => seed + run);
  const all = { ofSearches: sizes.length * runs, total: sizes.reduce((sum, size) => sum + size * runs, 0) };
  const rows: StabilityRow[] = [];
  let [made, done] = [0, 0];
  hooks.onProgress?.({ searches: made, done, ...all });
  let first: Circuit | undefined;
  for (const discovery of sizes) {
    const circuits: Circuit[] = [];
    for (const own of seeds) {
      const search = { ...settings, ...onlySearch, seed: own, examples: { ...settings.examples, discovery } };
      const { execution, signal, ledger } = hooks;
      circuits.push(requireJudged((await pruneTask(search, { execution, signal, ledger })).circuit, own));
      made++;
      done += discovery;
      if (circuits.length < runs) hooks.onProgress?.({ searches: made, done, ...all });
    }
    first ??= circuits[0];
    const judge = { ...settings, seed, examples: { ...settings.examples, discovery } };
    const row = await rowOf(discovery, circuits, judge, hooks, reference);
    rows.push(row);
    hooks.onProgress?.({ searches: made, done, ...all, row });
  }
  const enough = rows.find((_, i) => rows.slice(i).every(({ holds }) => holds === 1))?.discovery;
  const { units, criterion, threshold, confidence } = first!.search;
  return {
    seeds,
    searched: { units, criterion, threshold, confidence, ablation: first!.task.ablation.kind },
    heldOut: first!.task.examples.heldOut,
    rows,
    ...(enough !== undefined && { enough }),
  };
}

/** The circuits as equals: what all keep, what any keeps, and what those do. */
async function rowOf(
  discovery: number,
  circuits: readonly Circuit[],
  judge: Omit<StabilitySettings, "runs" | "sizes" | "circuit">,
  { execution, signal, ledger }: StabilityHooks & { readonly ledger: Ledger },
  reference: NamedCircuit | undefined,
): Promise<StabilityRow> {
  const unseen = circuits.flatMap(({ results }) => results?.heldOut ?? []);
  const options = { execution, signal, validate: judge.confidence !== 0 };
  const { agreement, intersection, union } = await withTask(judge, options, async (prepared) => {
    prepared.constants?.within({ memory: constantsMemory(ledger) });
    const space = new UnitSpace(prepared.sizes, judge.units);
    const setOf = (circuit: Circuit) => space.setOf(keptUnits(circuit).units());
    const evaluatorOn = taskEvaluators(prepared, space, signal);
    return judgeTogether(evaluatorOn, prepared, circuits.map(setOf), reference && keptUnits(reference.circuit));
  });
  const { units, ...alike } = agreement;
  return {
    discovery,
    kept: circuits.map((circuit) => keptUnits(circuit).size),
    heldOut: unseen.map(({ faithfulness }) => faithfulness),
    holds: mean(unseen.map(({ criterionHolds }) => Number(criterionHolds))),
    ...alike,
    units,
    circuits: circuits.map(({ kept }) => kept),
    intersection,
    union,
  };
}

/** Of model, task and the examples of the first seed. @throws EngineError "usage" where the circuit is of other weights */
async function identityFor(
  asked: StabilitySettings,
  { execution }: StabilityHooks,
  reference: NamedCircuit | undefined,
): Promise<Identity> {
  return withTask(asked, { execution, validate: asked.confidence !== 0 }, async (prepared) => {
    if (reference) requireWeights(reference, prepared);
    return identityOf(prepared);
  });
}

/** @throws EngineError "degenerate-task" where f means nothing on the held-out examples of this seed */
function requireJudged(circuit: Circuit, seed: number): Circuit {
  if (circuit.results?.heldOut) return circuit;
  throw new EngineError("degenerate-task", say`Seed ${seed}: ${unjudged(circuit.task.examples.heldOut)}`);
}

function requireHeldOut({ examples }: StabilitySettings, { file, split }: ContrastTask): void {
  if ((examples?.heldOut ?? split.heldOut) > 0) return;
  throw new EngineError("usage", say`${file}: stability is judged on held-out examples; ask for some with --held-out.`);
}

function requireTask({ file, circuit }: NamedCircuit, { file: asked, sha256 }: { file: string; sha256: string }): void {
  if (circuit.task.sha256 === sha256) return;
  throw new EngineError(
    "usage",
    say`${file}: was found with another task file (${circuit.task.file}) than ${asked} is now, so searches on that say nothing of it; name its own task, or find the circuit anew.`,
    { place: { file } },
  );
}

function requireWeights({ file, circuit }: NamedCircuit, { model }: Prepared): void {
  if (circuit.model.sha256 === model.sha256) return;
  throw new EngineError(
    "usage",
    say`${file}: was found in other weights than those of ${model.name}; name the model that it was found in with --model.`,
    { place: { file } },
  );
}
