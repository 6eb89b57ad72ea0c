// The verb "neurons": the hidden neurons of a circuit, each with where it is strongest and the words that it writes.
import type { NeuronRow } from "../contract/neurons.ts";
import { neuronTask } from "../session/neuron-task.ts";
import { taskName } from "./task-name.ts";
import { stage, type Verb } from "./verb.ts";

export const neurons: Verb<"neurons"> = {
  name: "neurons",
  version: 1,
  says: "Lists a circuit's hidden neurons: the effect of each, the tokens at which it is strongest, and the words that it writes.",
  examples: ["tasks/ioi.yaml --circuit ioi.circuit.json --top 10"],
  about: ({ task, model }, result) => ({
    task: taskName(task),
    model: model ?? result?.modelName,
    n: result?.rows.length,
  }),
  stages: () => [stage("neurons", 1)],
  run: async (settings, { execution, signal, report }) => {
    report("neurons", 0, 1);
    const found = await neuronTask(settings, { execution, signal });
    report("neurons", 1, 1);
    return found;
  },
  headline: ({ rows, total }) => ({ code: "neurons", values: { id: rows[0]?.id ?? "", total } }),
  tables: ({ rows, total }) => [
    {
      title: `the ${rows.length} strongest of ${total} kept neurons`,
      columns: ["neuron", "effect", "estimate", "strongest at", "value", "mean", "raises", "lowers"],
      rows: rows.map(({ id, effect, estimate, strongest: [first], mean, promoted, suppressed }) => [
        id,
        effect,
        estimate,
        first?.tokens.join(""),
        first?.value,
        mean,
        words(promoted),
        words(suppressed),
      ]),
    },
  ],
};

const listedWords = 4;

function words(list: NeuronRow["promoted"]): string {
  return list
    .slice(0, listedWords)
    .map(({ token }) => token)
    .join(" · ");
}
