// The verb "vector make": a direction out of contrast sets, a task's examples, or the weights, with the layer to act at.
import { stemOf } from "../base/file-name.ts";
import { vectorMakeTask } from "../session/vector-make-task.ts";
import { taskName } from "./task-name.ts";
import type { Table } from "../choices/result-table.ts";
import { stage, type Verb } from "./verb.ts";

export const vectorMake: Verb<"vector make"> = {
  name: "vector make",
  version: 1,
  says: "Makes a direction of the residual stream, chooses its layer on a validation split, and writes it to a file.",
  examples: [
    "tasks/contrast-sets/gender.yaml --out gender.safetensors",
    "tasks/contrast-sets/formal.yaml --model smollm2 --method probe --out formal.gguf",
    "tasks/relations/noun-plural.json --model smollm2 --method task --out plural.safetensors",
  ],
  about: ({ model, source }, result) => ({ model, task: taskName(source), n: result?.task?.queries }),
  stages: ({ method }) =>
    method === "task" || method === "function"
      ? [
          stage("states", 1),
          ...(method === "function" ? [stage("heads", 8)] : []),
          stage("layers", 2),
          stage("test", 2),
          stage("null", 1),
        ]
      : [stage("states", 2), stage("layers", 3)],
  run: (settings, { execution, signal, report, folder }) =>
    vectorMakeTask(settings, { execution, signal, folder, onProgress: report }),
  headline: ({ method, layer, layers, task, file }) => {
    const at = layers.find((one) => one.layer === layer);
    const values = { method, layer: layer ?? "none", file: stemOf(file) };
    if (task) return { code: "vector-task", values: { ...values, right: task.chosen.value }, split: "heldOut" };
    return { code: "vector", values: { ...values, norm: at?.norm ?? layers[0].norm } };
  },
  tables: ({ layers, task }) => [
    {
      title: "layers",
      columns: [
        "layer",
        "norm",
        "share of the stream",
        "cosine with the layer before",
        "AUROC test",
        "change on validation",
        "KL",
      ],
      rows: layers.map(({ layer, norm, share, cosine, auroc, validation }) => [
        layer,
        norm,
        share,
        cosine,
        auroc?.test,
        validation?.change,
        validation?.kl,
      ]),
    },
    ...(task
      ? taskTables(
          layers.map(({ layer }) => layer),
          task,
        )
      : []),
  ],
};

type TaskFigures = NonNullable<Awaited<ReturnType<typeof vectorMakeTask>>["task"]>;

function taskTables(
  layers: readonly number[],
  { queries, zeroShot, fewShot, byLayer, chosen, heads, layerMean }: TaskFigures,
): Table[] {
  const { quantiles } = chosen.null;
  return [
    {
      title: `share of ${queries} test queries that are answered right`,
      columns: ["0 examples", "with examples", "vector", "interval from", "to", "null 0.05", "null 0.5", "null 0.95"],
      rows: [
        [
          zeroShot,
          fewShot,
          chosen.value,
          chosen.interval?.[0],
          chosen.interval?.[1],
          quantiles["0.05"],
          quantiles["0.5"],
          quantiles["0.95"],
        ],
      ],
    },
    {
      title: "the same by the layer that the vector acts behind",
      columns: ["layer", "vector", ...(layerMean ? ["mean state in its place"] : [])],
      rows: layers.map((layer, i) => [layer, byLayer[i], ...(layerMean ? [layerMean[i]] : [])]),
    },
    ...(heads.length === 0
      ? []
      : [
          {
            title: "heads",
            columns: ["layer", "head", "indirect effect"],
            rows: heads.map(({ layer, head, effect }) => [layer, head, effect]),
          },
        ]),
  ];
}
