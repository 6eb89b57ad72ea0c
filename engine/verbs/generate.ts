// The verb "generate": the model goes on with a text, or answers a chat, token by token.
import { generateTask } from "../session/generate-task.ts";
import type { Verb } from "./verb.ts";

export const generate: Verb<"generate"> = {
  name: "generate",
  version: 1,
  says: "Goes on with a text or answers a chat, token by token, under changes of the run where there are any.",
  examples: [
    '--text "The capital of Poland is"',
    '--model smollm2 --chat "Name three colours." --temperature 0.7 --top-p 0.9 --seed 3',
  ],
  about: ({ model, samples }) => ({ model, n: samples }),
  stages: () => [{ name: "writing", share: 1 }],
  run: (settings, { execution, signal, report, part }) => {
    const total = settings.maxTokens * settings.samples;
    let done = 0;
    return generateTask(settings, {
      execution,
      signal,
      onToken: (chosen) => {
        part(chosen);
        report("writing", ++done, total);
      },
    });
  },
  headline: ({ samples: [{ text, tokens }] }) => ({
    code: "generate",
    values: { text: beginning(text), n: tokens.length },
  }),
  tables: ({ samples }) => [
    {
      title: "tokens",
      columns: ["sample", "step", "id", "token", "log-probability"],
      rows: samples.flatMap(({ tokens }, sample) =>
        tokens.map(({ id, text, logProbability }, step) => [sample, step, id, text, logProbability]),
      ),
    },
  ],
};

/** As much of a text as a card has room for. */
function beginning(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
