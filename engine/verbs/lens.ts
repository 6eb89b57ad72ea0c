// The verb "lens": what the model would say at every layer.
import type { LensResult } from "../choices/lens.ts";
import { lensTable } from "../choices/lens-table.ts";
import { formatPoint } from "../lens/points.ts";
import { lensTask } from "../session/lens-task.ts";
import { taskName } from "./task-name.ts";
import type { Table } from "../choices/result-table.ts";
import type { Verb } from "./verb.ts";

export const lens: Verb<"lens"> = {
  name: "lens",
  version: 1,
  says: "Reads what the model would say at every layer, from a text or the prompts of a task.",
  examples: [
    '--text "The capital of Poland is" --words Poland,Warsaw',
    "tasks/capital.yaml --model smollm2 --lens shifted",
  ],
  about: ({ model, task }, result) => ({ model, task: taskName(task), n: result?.prompts.length }),
  stages: () => [{ name: "reading", share: 1 }],
  run: (settings, { execution, signal, report }) =>
    lensTask(settings, { execution, signal, onProgress: (done, total) => report("reading", done, total) }),
  headline: ({ places, points, texts }) => {
    const { readings } = places.at(-1)!;
    const last = readings.at(-1)!.top[0].id;
    // Where the model's answer comes first for good.
    const from = readings.findLastIndex(({ top }) => top[0].id !== last) + 1;
    return { code: "lens", values: { token: texts[last], point: formatPoint(points[from]) } };
  },
  tables: (result) => [{ title: "readings", ...lensTable([result]) }, ...traceTable(result), ...massTable(result)],
};

function traceTable({ points, traces }: LensResult): Table[] {
  if (traces.length === 0) return [];
  const columns = [
    "point",
    ...traces.flatMap(({ label }) => [label, `${label}, other prompt's`, `${label}, first in`]),
  ];
  const rows = points.map((point, i) => [
    formatPoint(point),
    ...traces.flatMap(({ mean, other, first }) => [mean[i], other[i], first[i]]),
  ]);
  return [{ title: "mean of 1/rank at the ends of the prompts", columns, rows }];
}

function massTable({ points, masses }: LensResult): Table[] {
  if (masses.length === 0) return [];
  const columns = ["point", ...masses.map(({ name }) => `p(${name})`)];
  const rows = points.map((point, i) => [formatPoint(point), ...masses.map(({ mean }) => mean[i])]);
  return [{ title: "probability of the sets of words", columns, rows }];
}
