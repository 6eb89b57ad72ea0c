// The verb "vector sweep": a direction at every layer and coefficient, the best one reported on other prompts.
import { vectorSweepTask } from "../session/vector-sweep-task.ts";
import { taskName } from "./task-name.ts";
import type { Table } from "../choices/result-table.ts";
import type { Verb } from "./verb.ts";

export const vectorSweep: Verb<"vector sweep"> = {
  name: "vector sweep",
  version: 1,
  says: "Lets a direction act at every layer and coefficient, chooses among them, and reports on prompts that chose nothing.",
  examples: ["tasks/contrast-sets/gender.yaml --vector gender.safetensors --coefficients=-2,-1,1,2"],
  about: ({ model, sets }) => ({ model, task: taskName(sets) }),
  stages: () => [
    { name: "scores", share: 4 },
    { name: "neutral text", share: 4 },
    { name: "null", share: 2 },
  ],
  run: (settings, { execution, signal, report }) =>
    vectorSweepTask(settings, { execution, signal, onProgress: report }),
  headline: ({ chosen, test }) => {
    if (!test || !chosen) return { code: "vector-sweep-none", values: {} };
    const values = { ...chosen, change: test.change.value, kl: test.effect.kl.mean };
    return { code: "vector-sweep", values, split: "heldOut" };
  },
  tables: ({ cells, test, chosen }) => [
    ...(test && chosen ? [testTable(chosen, test)] : []),
    {
      title: "validation prompts",
      columns: ["layer", "coefficient", "score", "change", "KL"],
      rows: cells.map(({ layer, coefficient, score, change, kl }) => [layer, coefficient, score, change, kl]),
    },
  ],
};

type Result = Awaited<ReturnType<typeof vectorSweepTask>>;

function testTable(
  { layer, coefficient }: NonNullable<Result["chosen"]>,
  { clean, steered, change, effect }: NonNullable<Result["test"]>,
): Table {
  const { quantiles, draws } = change.null;
  return {
    title: `test prompts, beside ${draws.length} random directions of the same length; KL and cross entropy in nats per token`,
    columns: [
      "layer",
      "coefficient",
      "clean",
      "steered",
      "change",
      "from",
      "to",
      "null 0.05",
      "null 0.95",
      "rank",
      "KL",
      "cross entropy +",
    ],
    rows: [
      [
        layer,
        coefficient,
        clean,
        steered,
        change.value,
        change.interval?.[0],
        change.interval?.[1],
        quantiles["0.05"],
        quantiles["0.95"],
        change.rank,
        effect.kl.mean,
        effect.crossEntropy.increase.mean,
      ],
    ],
  };
}
