// The verb "memories": what the hidden neurons of a layer write, as words.
import { memoriesTables } from "../choices/memories-tables.ts";
import { memoriesTask } from "../session/memories-task.ts";
import type { Verb } from "./verb.ts";

export const memories: Verb<"memories"> = {
  name: "memories",
  version: 1,
  says: "Reads hidden neurons as memories: the words that their value vectors raise, and what they write at the end of a text.",
  examples: ['--text "The capital of Poland is"', "--model smollm2 --layers 22,28"],
  about: ({ model }, result) => ({ model, n: result?.memories.length }),
  stages: () => [{ name: "layers", share: 1 }],
  run: (settings, { execution, signal, report }) => memoriesTask(settings, { execution, signal, onProgress: report }),
  headline: ({ layers: [{ topShare }], memories: [{ tokens, layer, neuron }] }) => ({
    code: "memories",
    values: { share: topShare, unit: `m${layer}.n${neuron}`, token: tokens[0].text },
  }),
  tables: memoriesTables,
};
