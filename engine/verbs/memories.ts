// The verb "memories": what the hidden neurons of a layer write, as words.
import { memoriesSettings } from "../choices/memories.ts";
import { memoriesTask } from "../session/memories-task.ts";
import type { Verb } from "./verb.ts";

export const memories: Verb<"memories"> = {
  name: "memories",
  settings: memoriesSettings,
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
  tables: ({ layers, memories, written, null: random, scores }) => [
    {
      title: `share of lists more coherent than 99 % of ${random.draws} random directions (${scores} scores)`,
      columns: ["layer", "top lists", "bottom lists", "random mean", "random 99 %", "random most"],
      rows: layers.map(({ layer, topShare, bottomShare }) => [
        layer,
        topShare,
        bottomShare,
        random.mean,
        random.quantile99,
        random.most,
      ]),
    },
    {
      title: "most coherent",
      columns: ["neuron", "end", "coherence", "norm", "tokens"],
      rows: memories.map(({ layer, neuron, end, coherence, norm, tokens }) => [
        `m${layer}.n${neuron}`,
        end,
        coherence,
        norm,
        tokens.map(({ text }) => text).join(" ·"),
      ]),
    },
    ...(written
      ? [
          {
            title: `towards "${written.token}" after "${written.text}" (final norm frozen; logit ${written.logit.toFixed(3)})`,
            columns: ["layer", "attention adds", "MLP adds"],
            rows: [
              ["embedding", written.embedding, undefined],
              ...written.attention.map((adds, layer) => [layer, adds, written.mlp[layer]]),
              ["biases", written.bias, undefined],
            ],
          },
          {
            title: "neurons that write most towards it",
            columns: ["neuron", "coefficient", "adds"],
            rows: written.neurons.map(({ layer, neuron, coefficient, adds }) => [
              `m${layer}.n${neuron}`,
              coefficient,
              adds,
            ]),
          },
        ]
      : []),
  ],
};
