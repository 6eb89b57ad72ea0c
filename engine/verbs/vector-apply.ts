// The verb "vector apply": a text written side by side, without and with directions.
import { vectorApplyTask } from "../session/vector-apply-task.ts";
import { stage, type Verb } from "./verb.ts";

export const vectorApply: Verb<"vector apply"> = {
  name: "vector apply",
  version: 2,
  says: "Writes a text twice, without and with directions, and says how much they moved the chance of every token.",
  examples: ['--vectors gender.safetensors --scales 2 --text "Yesterday John left the museum because" --max-tokens 8'],
  about: ({ model, vectors }) => ({ model, n: vectors.length }),
  stages: ({ doses }) => [stage("writing", 2), ...(doses ? [stage("doses", 1), stage("neutral text", 1)] : [])],
  run: (settings, { execution, signal, report, part }) =>
    vectorApplyTask(settings, { execution, signal, onProgress: report, onToken: part }),
  headline: ({ steered, applied }) => ({
    code: "vector-apply",
    values: { text: beginning(steered.text), vector: applied[0].vector, scale: applied[0].inVectors },
  }),
  tables: ({ clean, steered, applied, doses, sane }) => [
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
      title: "tokens; moved: log p under the directions − log p without them, behind the same text",
      columns: ["side", "step", "token", "log p", "moved"],
      rows: [["clean", clean] as const, ["steered", steered] as const].flatMap(([side, { tokens }]) =>
        tokens.map(({ text, logProbability, moved }, step) => [side, step, text, logProbability, moved]),
      ),
    },
    ...(doses.length === 0
      ? []
      : [
          {
            title: `KL at the prompt's end, beside ${doses[0].atPrompt.null.draws.length} random directions, and on neutral text, nats per token${sane ? `; small on neutral text from ${sane[0]} to ${sane[1]}` : ""}`,
            columns: ["coefficient", "KL at the end", "null 0.05", "null 0.95", "rank", "KL neutral"],
            rows: doses.map(
              ({
                coefficient,
                kl,
                atPrompt: {
                  value,
                  null: { quantiles },
                  rank,
                },
              }) => [coefficient, value, quantiles["0.05"], quantiles["0.95"], rank, kl],
            ),
          },
        ]),
  ],
};

function beginning(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
