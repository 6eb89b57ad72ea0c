// Value edits as tables: the grid, curve and list that the command line prints and the window saves.
import type { EditResult } from "./edit.ts";
import type { Table } from "./result-table.ts";

export function editTables({ facts, success }: EditResult): Table[] {
  return [
    {
      title: "edits, each of one fact",
      columns: [
        "fact",
        "old",
        "new",
        "changed",
        "seen wordings",
        "held-out wording",
        "others kept",
        "KL on neutral text",
      ],
      rows: facts.map(({ prompt, layer, old, new: to, neurons, seen, heldOut, othersKept, others, neutral }) => [
        prompt,
        old,
        to,
        layer === undefined ? neurons.map((one) => `m${one.layer}.n${one.neuron}`).join(" ") : `m${layer}`,
        `${seen.success} of ${seen.of}`,
        heldOut.success ? "new" : heldOut.changed ? "changed" : "old",
        `${othersKept} of ${others}`,
        neutral.kl.mean,
      ]),
    },
    {
      title: `share of facts whose held-out wording gives the new answer, beside ${success.null.draws.length} draws of random neurons or keys`,
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
  ];
}
