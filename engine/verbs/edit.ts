// The verb "edit": a fact rewritten in the value vectors of its neurons, and what else that changes.
import { editTables } from "../choices/edit-tables.ts";
import { editTask } from "../session/edit-task.ts";
import { taskName } from "./task-name.ts";
import type { Verb } from "./verb.ts";

export const edit: Verb<"edit"> = {
  name: "edit",
  version: 1,
  says: "Rewrites facts in the value vectors of their neurons, and says what that changes beside them.",
  examples: ["tasks/facts/capitals.yaml --towards 2 --patch france.safetensors"],
  about: ({ model, facts }, result) => ({ model, task: taskName(facts), n: result?.facts.length }),
  stages: () => [
    { name: "neurons", share: 4 },
    { name: "edits", share: 2 },
  ],
  run: (settings, { execution, signal, report }) => editTask(settings, { execution, signal, onProgress: report }),
  headline: ({ success }) => ({
    code: "edit",
    values: { share: success.value, null: success.null.mean },
    split: "heldOut",
  }),
  tables: editTables,
};
