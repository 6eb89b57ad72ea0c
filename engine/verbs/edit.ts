// The verb "edit": a fact rewritten in the value vectors of its neurons, and what else that changes.
import { editSettings } from "../choices/edit.ts";
import { editTask } from "../session/edit-task.ts";
import { taskName } from "./task-name.ts";
import type { Verb } from "./verb.ts";

export const edit: Verb<"edit"> = {
  name: "edit",
  settings: editSettings,
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
  tables: ({ facts, success }) => [
    {
      title: "edits, each of one fact",
      columns: [
        "fact",
        "old",
        "new",
        "neurons",
        "seen wordings",
        "held-out wording",
        "others kept",
        "KL on neutral text",
      ],
      rows: facts.map(({ prompt, old, new: to, neurons, seen, heldOut, othersKept, others, neutral }) => [
        prompt,
        old,
        to,
        neurons.map(({ layer, neuron }) => `m${layer}.n${neuron}`).join(" "),
        `${seen.success} of ${seen.of}`,
        heldOut.success ? "new" : heldOut.changed ? "changed" : "old",
        `${othersKept} of ${others}`,
        neutral.kl.mean,
      ]),
    },
    {
      title: `share of facts whose held-out wording gives the new answer, beside ${success.null.draws.length} draws of random neurons`,
      columns: ["share", "from 95 %", "to 95 %", "random mean", "random 95 %", "rank"],
      rows: [
        [
          success.value,
          success.interval?.[0],
          success.interval?.[1],
          success.null.mean,
          success.null.quantiles["0.95"],
          success.rank,
        ],
      ],
    },
  ],
};
