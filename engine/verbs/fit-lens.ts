// The verb "fit-lens": a tuned or a Jacobian lens, fitted on a corpus and judged on texts that it has not seen.
import { say } from "../base/sentence.ts";
import { fitLensTask } from "../session/fit-lens-task.ts";
import { stage, type Verb } from "./verb.ts";

export const fitLens: Verb<"fit-lens"> = {
  name: "fit-lens",
  version: 1,
  says: "Fits a tuned or a Jacobian lens on a corpus, and judges it on texts that it has not seen.",
  examples: ["tuned --corpus sentences.txt --out sprig.lens.safetensors"],
  about: ({ model }, result) => ({ model, n: result?.texts.discovery }),
  stages: () => [stage("training", 1)],
  run: (settings, { execution, signal, report, folder }) =>
    fitLensTask(settings, { execution, signal, folder, onProgress: (done, total) => report("training", done, total) }),
  headline: ({ divergence }) => {
    const meanOf = (lens: "logit" | "fitted") =>
      divergence.reduce((sum, layer) => sum + layer[lens], 0) / divergence.length;
    return { code: "fit-lens", values: { kl: meanOf("fitted"), logit: meanOf("logit") }, split: "heldOut" };
  },
  tables: ({ modelName, file, texts, divergence }, { kind }) => [
    {
      title:
        say`${modelName}: KL(model ‖ lens) in nats at the ends of ${texts.heldOut} texts that the lens has not seen; fitted on ${texts.discovery} texts, written to ${file}`
          .text,
      columns: [say`state`.text, say`logit lens`.text, say`${kind} lens`.text],
      rows: divergence.map(({ logit, fitted }, layer) => [`residPre ${layer}`, logit, fitted]),
    },
  ],
};
