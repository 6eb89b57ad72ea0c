// The verb "transplant": up to which layer a subject's state brings its answer into another subject's prompt.
import { transplantTables } from "../choices/transplant-tables.ts";
import { transplantTask } from "../session/transplant-task.ts";
import { taskName } from "./task-name.ts";
import type { Verb } from "./verb.ts";

export const transplant: Verb<"transplant"> = {
  name: "transplant",
  version: 1,
  says: "Puts the states of subjects into a relation's prompt about another one, and says up to which layer their answers come.",
  examples: [
    "tasks/relations/country-capital.json",
    'tasks/relations/country-capital.json --model smollm2 --text "Many people visit {}"',
  ],
  about: ({ model, task }, result) => ({ model, task: taskName(task), n: result?.subjects.length }),
  stages: () => [
    { name: "states", share: 1 },
    { name: "patching", share: 3 },
  ],
  run: (settings, { execution, signal, report }) => transplantTask(settings, { execution, signal, onProgress: report }),
  headline: ({ last, layers }) => ({
    code: "transplant",
    values: { layer: last ?? -1, share: layers.find(({ from }) => from === last)?.heldOut ?? 0 },
    split: "heldOut",
  }),
  tables: transplantTables,
};
