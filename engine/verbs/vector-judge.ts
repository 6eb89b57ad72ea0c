// The verb "vector judge": several directions by several scores, each beside random directions, with their texts.
import { vectorJudgeTask } from "../session/vector-judge-task.ts";
import { taskName } from "./task-name.ts";
import type { Verb } from "./verb.ts";

export const vectorJudge: Verb<"vector judge"> = {
  name: "vector judge",
  version: 1,
  says: "Judges directions by the scores of contrast sets, a matrix of what each changes, and by neutral text and written texts.",
  examples: [
    "tasks/contrast-sets/gender.yaml tasks/contrast-sets/number.yaml --vectors gender.safetensors,number.safetensors",
  ],
  about: ({ model, sets }) => ({ model, task: taskName(sets[0]), n: sets.length }),
  stages: () => [{ name: "scores", share: 1 }],
  run: (settings, { execution, signal, report }) =>
    vectorJudgeTask(settings, { execution, signal, onProgress: report }),
  headline: ({ vectors: [first], sets }) => ({
    code: "vector-judge",
    values: {
      set: sets[0].name,
      change: first.changes[0].value,
      rank: first.changes[0].rank,
      draws: first.changes[0].null.draws.length,
    },
    split: "heldOut",
  }),
  tables: ({ vectors, sets }) => [
    {
      title:
        "mean change of each score on its test prompts (in brackets: quantiles 0.05 and 0.95 of random directions)",
      columns: ["vector", ...sets.map(({ name }) => name), "KL", "cross entropy +"],
      rows: vectors.flatMap(({ vector, changes, neutral, summands }) => [
        [
          vector,
          ...changes.map(
            ({ value, null: { quantiles } }) =>
              `${value.toFixed(2)} [${quantiles["0.05"].toFixed(2)}, ${quantiles["0.95"].toFixed(2)}]`,
          ),
          neutral.kl.mean,
          neutral.crossEntropy.increase.mean,
        ],
        ...summands.map((summand) => [
          `  ${summand.vector} alone`,
          ...summand.changes.map((value) => value.toFixed(2)),
          undefined,
          undefined,
        ]),
      ]),
    },
    {
      title: "texts",
      columns: [
        "vector",
        "prompts of",
        "n",
        "match clean",
        "match steered",
        "repetition clean",
        "repetition steered",
        "tokens clean",
        "tokens steered",
      ],
      rows: vectors.flatMap(({ vector, texts }) =>
        texts.flatMap((figures, s) =>
          figures
            ? [
                [
                  vector,
                  sets[s].name,
                  figures.count,
                  figures.matches?.clean,
                  figures.matches?.steered,
                  figures.repetition.clean,
                  figures.repetition.steered,
                  figures.length.clean,
                  figures.length.steered,
                ],
              ]
            : [],
        ),
      ),
    },
  ],
};
