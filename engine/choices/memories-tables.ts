// Memories as tables: the grid, curve and list that the command line prints and the window saves.
import type { MemoriesResult } from "./memories.ts";
import type { Table } from "./result-table.ts";

export function memoriesTables({ layers, memories, written, null: random, scores }: MemoriesResult): Table[] {
  return [
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
  ];
}
