// The verb "evaluate": the figures of a circuit file, measured again, on its own task or on another.
import type { CircuitResults, RecordedFigures } from "../circuit/circuit-schema.ts";
import { evaluateCircuit } from "../session/evaluate-circuit.ts";
import { readAside } from "../session/read-aside.ts";
import { taskName } from "./task-name.ts";
import { stage, type Verb } from "./verb.ts";

export const evaluate: Verb<"evaluate"> = {
  name: "evaluate",
  version: 1,
  says: "Measures the circuit of a file: its faithfulness, accuracy and KL, beside random circuits and its complement.",
  examples: ["tasks/ioi.yaml --circuit ioi.circuit.json"],
  about: ({ task, model }, result) => {
    const { heldOut, discovery } = result?.task.examples ?? {};
    return { task: taskName(task), model: model ?? result?.model.name, n: heldOut || discovery };
  },
  stages: ({ ablation, examples, random, parts }) => {
    const isJudged = examples?.heldOut !== 0;
    return [
      ...(ablation === "optimal" ? [stage("constants", 20)] : []),
      stage("discovery", 1),
      ...(isJudged ? [stage("held-out", 0.8)] : []),
      ...(isJudged && random !== 0 ? [stage("random", 1)] : []),
      ...(isJudged && parts !== false ? [stage("completeness", 0.7), stage("minimality", 0.2)] : []),
    ];
  },
  run: async ({ circuit, ...settings }, { execution, signal, report }) => {
    const source = await readAside("circuit or graph", circuit, signal);
    return evaluateCircuit(source, settings, { execution, signal, onStage: report });
  },
  headline: ({ results: { heldOut, discovery } }) => {
    const { faithfulness, kl } = heldOut ?? discovery;
    return { code: "evaluate", values: { f: faithfulness, kl }, split: heldOut ? "heldOut" : "discovery" };
  },
  tables: ({ results, recorded }) => [
    {
      title: "figures of the circuit",
      columns: [
        "examples",
        "model",
        "empty",
        "circuit",
        "f",
        "low",
        "high",
        "accuracy",
        "KL",
        "criterion",
        "f in the file",
      ],
      rows: SETS.flatMap(([name, of]) => {
        const now = results[of];
        return now ? [[name, ...figuresRow(now), recorded?.[of]?.faithfulness]] : [];
      }),
    },
    ...againstRows(results),
  ],
};

const SETS = [
  ["discovery", "discovery"],
  ["validation", "validation"],
  ["held out", "heldOut"],
] as const;

function figuresRow({ full, empty, circuit, faithfulness, interval, accuracy, kl, criterionHolds }: RecordedFigures) {
  const [low, high] = interval ?? [];
  return [full, empty, circuit, faithfulness, low, high, accuracy?.circuit, kl, criterionHolds ? "yes" : "no"];
}

/** What the circuit is held against. */
function againstRows({ random, complement }: CircuitResults) {
  const rows = [
    ...Object.entries(random?.quantiles ?? {}).map(([q, f]) => [
      `${Number(q) * 100} % of ${random!.count} random circuits`,
      f,
    ]),
    ...(complement ? [["the complement", complement.faithfulness]] : []),
  ];
  return rows.length > 0 ? [{ title: "f of other circuits", columns: ["circuit", "f"], rows }] : [];
}
