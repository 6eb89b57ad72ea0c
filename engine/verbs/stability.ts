// The verb "stability": a circuit's own search made again on other examples, and on fewer and more of them.
import { greatest, least } from "../base/greatest.ts";
import { requireMeasured, withStability } from "../circuit/statistics.ts";
import { readAside } from "../session/read-aside.ts";
import { stabilityTask } from "../session/stability-task.ts";
import { putIntoRun } from "./run-figures.ts";
import { taskName } from "./task-name.ts";
import type { Verb } from "./verb.ts";

export const stability: Verb<"stability"> = {
  name: "stability",
  version: 1,
  says: "Searches again on other examples, and on fewer and more of them: whether the circuit is the task's or the prompts'.",
  examples: ["tasks/ioi.yaml --circuit ioi.circuit.json --runs 5 --sizes 16,32,64,128"],
  about: ({ task, model }, result) => ({ task: taskName(task), model, n: result?.heldOut }),
  stages: () => [{ name: "searching", share: 1 }],
  run: async (settings, { execution, signal, report, part, note, ledger }) => {
    const { circuit: file } = settings;
    const reference =
      file === undefined
        ? undefined
        : { file, circuit: requireMeasured(await readAside("circuit", file, signal), file) };
    const made = await stabilityTask(
      settings,
      {
        execution,
        signal,
        journal: ledger.file,
        resume: ledger.goOn ? "if-same" : false,
        onNote: note,
        onProgress: ({ searches, ofSearches, done, total, row }) => {
          report("searching", done, total);
          part({ searches, ofSearches, ...(row && { row }) });
        },
      },
      reference,
    );
    if (file !== undefined) putIntoRun(file, (circuit) => withStability(circuit, made));
    return made;
  },
  headline: ({ rows, enough }) => {
    const { holds, discovery } = rows.at(-1)!;
    return { code: "stability", values: { holds, n: discovery, enough: enough ?? "never" }, split: "heldOut" };
  },
  tables: ({ rows }) => [
    {
      title: "searches by number of discovery examples",
      columns: ["examples", "searches", "share that holds held out", "fewest kept", "most kept"],
      rows: rows.map(({ discovery, kept, holds }) => [discovery, kept.length, holds, least(kept), greatest(kept)]),
    },
  ],
  resumes: () => true,
};
