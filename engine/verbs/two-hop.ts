// The verb "two-hop": questions in two steps, where their entities are decoded, and back-patching.
import { twoHopTables } from "../choices/two-hop-tables.ts";
import { twoHopTask } from "../session/two-hop-task.ts";
import { taskName } from "./task-name.ts";
import type { Verb } from "./verb.ts";

export const twoHop: Verb<"two-hop"> = {
  name: "two-hop",
  version: 1,
  says: "Asks questions in two hops, says where the entities are decoded, and what back-patching mends and breaks.",
  examples: ["tasks/two-hops/sprig-cities.yaml", "tasks/two-hops/cities.yaml --model smollm2 --items 10"],
  about: ({ model, task }, result) => ({ model, task: taskName(task), n: result?.answers.length }),
  stages: () => [
    { name: "asking", share: 1 },
    { name: "patching", share: 9 },
  ],
  run: (settings, { execution, signal, report }) => twoHopTask(settings, { execution, signal, onProgress: report }),
  headline: ({ answers, backPatching: [{ chosen }] }) => ({
    code: "two-hop",
    values: {
      right: answers.filter(({ class: name }) => name === "right").length,
      n: answers.length,
      mended: chosen?.heldOut.mended ?? 0,
      of: chosen?.heldOut.of ?? 0,
    },
    split: "heldOut",
  }),
  tables: twoHopTables,
};
