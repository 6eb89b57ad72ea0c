// The verb "transfer": circuits measured on other tasks than their own.
import { eachOnce } from "../base/sentence.ts";
import { withTransfer } from "../circuit/statistics.ts";
import type { CircuitSource } from "../session/circuit-source.ts";
import { readAside } from "../session/read-aside.ts";
import { ownRows, transferTask } from "../session/transfer-task.ts";
import { putIntoRun } from "./run-figures.ts";
import { crossTables, transferCellsTable } from "../contract/transfer-tables.ts";
import { taskName } from "./task-name.ts";
import type { Verb } from "./verb.ts";

export const transfer: Verb<"transfer"> = {
  name: "transfer",
  version: 1,
  says: "Measures circuits on other tasks, other templates and other corruptions: f, accuracy and criterion of each on held-out examples.",
  examples: [
    "ioi.circuit.json --tasks tasks/ioi.yaml,tasks/pronoun.yaml",
    "ioi.circuit.json --tasks tasks/ioi.yaml --across templates,corruptions --alternatives",
  ],
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
        onProgress: (done, total, cell) => {
          report("measuring", done, total);
          part(cell);
        },
      },
    );
    for (const [i, circuit] of circuits.entries()) putIntoRun(circuit, (own) => withTransfer(own, ownRows(cells, i)));
    return { cells, notes: eachOnce(cells.flatMap(({ notes }) => notes)) };
  },
  headline: ({ cells }) => {
    const able = cells.filter(({ row }) => row.figures);
    const holding = able.filter(({ row }) => row.figures!.criterionHolds).length;
    const isHeldOut = able.every(({ row }) => row.split === "heldOut");
    const values = { holding, measured: able.length, of: cells.length };
    return { code: "transfer", values, split: isHeldOut ? "heldOut" : "discovery" };
  },
  tables: ({ cells }) => [transferCellsTable(cells), ...crossTables(cells)],
};
