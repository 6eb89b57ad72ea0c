// The verb "sae eval": how good a dictionary of features is, and what the model loses by it.
import { saeEvalTask } from "../session/sae-eval-task.ts";
import type { Verb } from "./verb.ts";

export const saeEval: Verb<"sae eval"> = {
  name: "sae eval",
  version: 1,
  says: "Judges a dictionary of features on held-out texts: reconstruction, loss when it is spliced in, random and PCA nulls.",
  examples: ["sprig-sae", "gpt2-small-res-jb/blocks.8.hook_resid_pre --model gpt2 --centre"],
  about: ({ model }, result) => ({ model, n: result?.reconstruction.states }),
  stages: () => [
    { name: "states", share: 1 },
    { name: "splicing", share: 4 },
    { name: "nulls", share: 2 },
  ],
  run: (settings, { execution, signal, report }) => saeEvalTask(settings, { execution, signal, onProgress: report }),
  headline: ({ reconstruction: { ev, l0 }, recovered }) => ({
    code: "sae-eval",
    values: { ev, l0, recovered: recovered.zero },
    split: "heldOut",
  }),
  tables: ({ reconstruction: own, ev, principalComponents: pca, spliced, recovered, dictionary, place }) => [
    {
      title: `${dictionary} at ${place.site} of layer ${place.layer}: reconstruction on held-out texts`,
      columns: ["figure", "value"],
      rows: [
        ["states", own.states],
        ["L0 (features in a state)", own.l0],
        ["EV, pooled", own.ev],
        ["FVU", own.fvu],
        ["EV, legacy (mean of ratios)", own.evLegacy],
        ["dead features, share", own.dead],
        ["cosine", own.cosine],
        ["norm ratio", own.normRatio],
        ["relative bias", own.relativeBias],
        ["EV on the null's states", ev.value],
        ["EV of 20 random dictionaries, mean", ev.null.mean],
        [`EV of ${pca.count} principal components`, pca.ev],
      ],
    },
    {
      title: "nats per token when the states are replaced; clean beside it",
      columns: ["replaced by", "CE", "CE clean", "KL(clean ‖ replaced)"],
      rows: (["dictionary", "zero", "mean"] as const).map((name) => [
        name,
        spliced[name].crossEntropy.changed.mean,
        spliced[name].crossEntropy.clean.mean,
        spliced[name].kl.mean,
      ]),
    },
    {
      title: "share of the lost loss that the dictionary recovers",
      columns: ["against zero", "against the mean"],
      rows: [[recovered.zero, recovered.mean]],
    },
    {
      title: "features by the share of states in which they fire",
      columns: ["log10 from", "features"],
      rows: own.densities.map((count, bin) => [-6 + bin / 2, count]),
    },
  ],
};
