// The verb "sae train": learns a dictionary of features from a model's states.
import { saeTrainTask } from "../session/sae-train-task.ts";
import type { Verb } from "./verb.ts";

const gatheringShare = 1;
const trainingShare = 4;

export const saeTrain: Verb<"sae train"> = {
  name: "sae train",
  version: 1,
  says: "Learns a dictionary of sparse features (SAE or transcoder) from a model's states over a corpus.",
  examples: [
    "--layer 1 --kind topk --k 8 --out sprig-sae",
    "--model smollm2 --layer 14 --features 2048 --k 32 --steps 400",
    "--kind l1 --sparsity 1 --also 0,0.3,3 --out sprig-l1",
  ],
  about: ({ model }, result) => ({ model, n: result?.heldOut.states }),
  stages: () => [
    { name: "states", share: gatheringShare },
    { name: "training", share: trainingShare },
  ],
  run: (settings, { execution, signal, report, part, folder }) =>
    saeTrainTask(settings, { execution, signal, folder, onProgress: report, onPoint: part }),
  resumes: () => true,
  headline: ({ heldOut: { ev, l0 } }) => ({ code: "sae-train", values: { ev, l0 }, split: "heldOut" }),
  tables: ({ curve, heldOut, folder, features, compared }) => [
    {
      title: `${features} features, written to ${folder}; on held-out texts`,
      columns: ["states", "L0", "EV", "EV legacy", "dead", "cosine", "relative bias"],
      rows: [
        [heldOut.states, heldOut.l0, heldOut.ev, heldOut.evLegacy, heldOut.dead, heldOut.cosine, heldOut.relativeBias],
      ],
    },
    ...(compared
      ? [
          {
            title: `on held-out texts, by --${compared.by}`,
            columns: [compared.by, "L0", "EV", "dead", "cosine", "folder"],
            rows: compared.dictionaries.map(({ value, folder: own, heldOut: { l0, ev, dead, cosine } }) => [
              value,
              l0,
              ev,
              dead,
              cosine,
              own,
            ]),
          },
        ]
      : []),
    {
      title: "training",
      columns: ["step", "loss", "L0", "EV", "dead"],
      rows: curve.map(({ step, loss, l0, ev, dead }) => [step, loss, l0, ev, dead]),
    },
  ],
};
