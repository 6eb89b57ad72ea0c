// The verb "sae steer": a feature is added, clamped or taken out while the model writes.
import { saeSteerTask } from "../session/sae-steer-task.ts";
import type { Verb } from "./verb.ts";

export const saeSteer: Verb<"sae steer"> = {
  name: "sae steer",
  version: 1,
  says: "Steers a model with a feature of a dictionary while it writes, beside the harm on neutral text and 20 random features.",
  examples: ['sprig-sae --feature 12 --text "the cat" --strengths 0,1,2'],
  about: ({ model, texts }) => ({ model, n: texts }),
  stages: () => [{ name: "doses", share: 1 }],
  run: (settings, { execution, signal, report }) =>
    saeSteerTask(settings, { execution, signal, onProgress: (done, total) => report("doses", done, total) }),
  headline: ({ feature, doses }) => ({
    code: "sae-steer",
    values: { feature, effect: doses.at(-1)!.effect.value, kl: doses.at(-1)!.kl.value },
    split: "heldOut",
  }),
  tables: ({ feature, max, doses, raises }) => [
    {
      title: `feature ${feature} (largest activation ${max.toPrecision(3)}; raises ${raises.slice(0, 5).join(" ")}); KL in nats per token of held-out text`,
      columns: ["strength", "effect", "effect of random", "rank of 21", "KL", "KL of random", "sane", "text"],
      rows: doses.map(({ strength, effect, kl, sane, text }) => [
        strength,
        effect.value,
        effect.null.mean,
        effect.rank,
        kl.value,
        kl.null.mean,
        sane ? "yes" : "no",
        text,
      ]),
    },
  ],
};
