// The verb "vector apply": a text written side by side, without and with directions.
import { vectorApplySettings } from "../choices/vector.ts";
import { vectorApplyTask } from "../session/vector-apply-task.ts";
import type { Verb } from "./verb.ts";

export const vectorApply: Verb<"vector apply"> = {
  name: "vector apply",
  settings: vectorApplySettings,
  version: 1,
  says: "Writes a text twice, without and with directions, and says how much they moved the chance of every token.",
  examples: ['--vectors gender.safetensors --scales 2 --text "Yesterday John left the museum because" --max-tokens 8'],
  about: ({ model, vectors }) => ({ model, n: vectors.length }),
  stages: ({ doses }) => [{ name: "writing", share: 2 }, ...(doses ? [{ name: "doses", share: 1 }] : [])],
  run: (settings, { execution, signal, report, part }) =>
    vectorApplyTask(settings, { execution, signal, onProgress: report, onToken: part }),
  headline: ({ steered, applied }) => ({
    code: "vector-apply",
    values: { text: beginning(steered.text), vector: applied[0].vector, scale: applied[0].inVectors },
  }),
  tables: ({ clean, steered, applied, doses }) => [
    {
      title: "texts",
      columns: ["side", "text"],
      rows: [
        ["clean", clean.text],
        ["steered", steered.text],
      ],
    },
    {
      title: "directions",
      columns: ["vector", "does", "layers", "lengths of the vector", "lengths of the stream", "moved"],
      rows: applied.map(({ vector, action, layers, inVectors, inStream, fired }) => [
        vector,
        action,
        layers.join(" "),
        inVectors,
        inStream,
        Math.hypot(...fired.map(({ moved }) => moved)),
      ]),
    },
    {
      title: "tokens of the steered text; moved: log p under the directions − log p without them",
      columns: ["step", "token", "log p", "moved"],
      rows: steered.tokens.map(({ text, logProbability, moved }, step) => [step, text, logProbability, moved]),
    },
    ...(doses.length === 0
      ? []
      : [
          {
            title: "KL on neutral text, nats per token",
            columns: ["coefficient", "KL"],
            rows: doses.map(({ coefficient, kl }) => [coefficient, kl]),
          },
        ]),
  ],
};

function beginning(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
