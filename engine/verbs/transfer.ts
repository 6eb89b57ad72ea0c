// The verb "transfer": circuits measured on other tasks than their own.
import { transferSettings } from "../choices/evaluate.ts";
import { withTransfer } from "../circuit/statistics.ts";
import type { CircuitSource } from "../session/circuit-source.ts";
import { readAside } from "../session/read-aside.ts";
import { transferTask } from "../session/transfer-task.ts";
import { putIntoRun } from "./run-figures.ts";
import { taskName } from "./task-name.ts";
import type { Verb } from "./verb.ts";

export const transfer: Verb<"transfer"> = {
  name: "transfer",
  settings: transferSettings,
  version: 1,
  says: "Measures circuits on other tasks: f, accuracy and criterion of each on every task's held-out examples.",
  examples: ["ioi.circuit.json --tasks tasks/ioi.yaml,tasks/pronoun.yaml"],
  about: ({ tasks, model }) => ({ model, task: tasks.map(taskName).join(", ") }),
  stages: () => [{ name: "measuring", share: 1 }],
  run: async ({ circuits, ...settings }, { execution, signal, report, part }) => {
    const sources: CircuitSource[] = [];
    for (const circuit of circuits) sources.push(await readAside("circuit or graph", circuit, signal));
    const cells = await transferTask(
      { ...settings, circuits: sources },
      {
        execution,
        signal,
        onProgress: (done, total, { row }) => {
          report("measuring", done, total);
          part(row);
        },
      },
    );
    const { length } = settings.tasks;
    for (const [i, circuit] of circuits.entries()) {
      const rows = cells.slice(i * length, (i + 1) * length).map(({ row }) => row);
      putIntoRun(circuit, (own) => withTransfer(own, rows));
    }
    return { cells, notes: [...new Set(cells.flatMap(({ notes }) => notes))] };
  },
  headline: ({ cells }) => {
    const able = cells.filter(({ row }) => row.figures);
    const holding = able.filter(({ row }) => row.figures!.criterionHolds).length;
    const isHeldOut = able.every(({ row }) => row.split === "heldOut");
    const values = { holding, measured: able.length, of: cells.length };
    return { code: "transfer", values, split: isHeldOut ? "heldOut" : "discovery" };
  },
  tables: ({ cells }) => [
    {
      title: "circuits on tasks",
      columns: ["circuit", "task", "split", "f", "low", "high", "criterion", "why not"],
      rows: cells.map(({ circuit, row: { task, split, figures, failure } }) => [
        circuit,
        task,
        split,
        figures?.faithfulness,
        figures?.interval?.[0],
        figures?.interval?.[1],
        figures && (figures.criterionHolds ? "yes" : "no"),
        failure,
      ]),
    },
  ],
};
