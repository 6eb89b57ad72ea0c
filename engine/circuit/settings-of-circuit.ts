// The settings of the search that made a circuit, out of its file: for the window, for figures measured again, for searches made again.
import { without } from "../base/without.ts";
import type { LearnedOrder } from "../choices/lists.ts";
import type { PruneSettings } from "../choices/prune.ts";
import type { TaskChoice } from "../choices/task-choice.ts";
import { ablationChoice } from "./ablation-words.ts";
import type { Circuit } from "./circuit-schema.ts";

type SearchStart = NonNullable<Circuit["search"]["start"]>;

/** Everything that decides a search, and nothing of what is said of its circuit afterwards. */
export type SearchSettings = Omit<PruneSettings, "random" | "parts" | "roles" | "connections" | "alternatives">;

/** Which examples, ablation and criterion. */
export function taskSettingsOf({ task, search }: Circuit): Omit<TaskChoice, "task" | "model"> {
  return {
    seed: task.seed,
    examples: task.examples,
    ...(task.corruption !== undefined && { corruption: task.corruption }),
    ...(task.bos !== undefined && { bos: task.bos }),
    ...ablationChoice(task.ablation),
    criterion: search.criterion,
    threshold: search.threshold,
  };
}

/** Everything that decided the search; the task and the model by the names that the file has for them. */
export function pruneSettingsOf(circuit: Circuit): PruneSettings {
  const { task, model, search } = circuit;
  const { start, without: ablated, keep, units, budget, confidence, asked = {} } = search;
  return {
    task: task.file,
    model: model.name,
    ...taskSettingsOf(circuit),
    units,
    ...(model.dictionaries && { dictionary: model.dictionaries.map(({ path }) => path) }),
    confidence,
    ...without(asked, "validation"),
    ...(keep && { keep }),
    ...(budget !== undefined && { budget }),
    // What a start leaves out it would leave out again.
    ...(start ? startSettings(start) : ablated && { without: ablated }),
  };
}

function startSettings(start: SearchStart): Pick<PruneSettings, "start" | "maskSteps" | "maskTarget"> {
  const asked = { start: startNamed(start), maskSteps: start.steps };
  return start.method === "learned masks" ? { ...asked, maskTarget: start.target } : asked;
}

/** What is set for a start that a file names. */
export function startNamed({ method }: SearchStart): LearnedOrder {
  return method === "learned masks" ? "learned-masks" : method;
}

/**
 * The settings of a circuit's search made again: as its file has them, with the seeds that follow its own, so that no
 * search is the one that it came from.
 *
 * @param given what the user sets instead
 */
export function searchAgain(
  circuit: Circuit,
  given: Partial<PruneSettings> & Pick<PruneSettings, "task" | "model">,
): SearchSettings {
  // What is said of a circuit after the search is no part of it.
  const own = without(pruneSettingsOf(circuit), "random", "parts", "roles", "connections", "alternatives");
  const { discovery, heldOut } = circuit.task.examples;
  // Other seeds have fewer or more examples for validation, where nobody said how many.
  const { validation } = circuit.search.asked ?? {};
  return {
    ...own,
    seed: circuit.task.seed + 1,
    budget: own.budget ?? 0,
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as typeof given),
    examples: { discovery, heldOut, ...(validation !== undefined && { validation }), ...given.examples },
  };
}
