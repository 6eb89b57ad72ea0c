// The verb "sae show": what a dictionary is, and whether it fits the model.
import { textOf } from "../base/sentence.ts";
import { saeShowTask } from "../session/sae-show-task.ts";
import type { Verb } from "./verb.ts";

export const saeShow: Verb<"sae show"> = {
  name: "sae show",
  version: 1,
  says: "Opens a dictionary of features: what its files say, and whether it fits the model's states.",
  examples: ["sprig-sae", "gpt2-small-res-jb/blocks.8.hook_resid_pre --model gpt2 --centre"],
  about: ({ model }, result) => ({ model, n: result?.look?.states }),
  stages: () => [{ name: "states", share: 1 }],
  run: (settings, { execution, signal, report }) =>
    saeShowTask(settings, { execution, signal, onProgress: (done, total) => report("states", done, total) }),
  headline: ({ features, look }) => ({
    code: "sae-show",
    values: { features, ev: look?.ev ?? NaN, l0: look?.l0 ?? NaN },
    split: "heldOut",
  }),
  tables: (result) => [
    {
      title: result.dictionary,
      columns: ["what", "is"],
      rows: [
        ["form", result.form],
        ["features", result.features],
        ["width of the states", result.width],
        ["features are chosen by", result.selection],
        ["states are normalised by", result.normalisation],
        ["belongs at, by its file", result.hook],
        ["trained on, by its file", result.trainedOn],
        ["read at", `${result.place.site} of layer ${result.place.layer} of ${result.modelName}`],
        ["sha256", result.sha256],
      ],
    },
    ...(result.look
      ? [
          {
            title: `does it fit? ${result.implausible.length === 0 ? "Nothing is far off." : result.implausible.map(textOf).join(" ")}`,
            columns: ["states", "L0", "EV", "dead in these texts", "norm ratio"],
            rows: [[result.look.states, result.look.l0, result.look.ev, result.look.dead, result.look.normRatio]],
          },
        ]
      : []),
    ...(result.labels.length > 0
      ? [
          {
            title: "labels",
            columns: ["feature", "label"],
            rows: result.labels.map(({ feature, label }) => [feature, label]),
          },
        ]
      : []),
  ],
};
