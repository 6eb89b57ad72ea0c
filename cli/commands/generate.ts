// `secateur generate`: the model goes on with a text, or answers a chat.
import { textOf } from "../../engine/base/sentence.ts";
import type { Command } from "commander";
import { type GenerateResult, type GenerateSettings, generateSettings } from "../../engine/choices/generate.ts";
import { generateTask } from "../../engine/session/generate-task.ts";
import { generate } from "../../engine/verbs/generate.ts";
import { interruptible } from "../interrupt.ts";
import { print, printJson, printMessage } from "../output.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";

interface GenerateFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addGenerate(program: Command): void {
  const command = program.command("generate").description(generate.says);
  addSettings(command, generateSettings)
    .option("--json", "Prints token ids, log-probabilities and alternatives as JSON.")
    .option("--quiet", "Prints no messages.")
    .addHelpText(
      "after",
      '\nExamples:\n  secateur generate --text "The capital of Poland is"\n  secateur generate --model smollm2 --chat "Name three colours." --temperature 0.7 --top-p 0.9 --seed 3',
    )
    .action((flags: GenerateFlags, own: Command) => run(typedSettings(generateSettings, own, undefined), own, flags));
}

async function run(settings: GenerateSettings, own: Command, flags: GenerateFlags): Promise<void> {
  // Several samples grow side by side, so that they are printed when they are done.
  const streams = settings.samples === 1 && !flags.json;
  const outcome = await interruptible(
    (signal) =>
      generateTask(settings, {
        execution: typedExecution(own),
        signal,
        onToken: ({ shown }) => streams && print(process.stdout, shown),
      }),
    "Stopped.",
  );
  if (flags.json) printJson(jsonOf(outcome, settings));
  else if (streams) print(process.stdout, "\n");
  else outcome.samples.forEach(({ text }, i) => print(process.stdout, `[${i}]${text}\n`));
  if (!flags.quiet) {
    outcome.fired.forEach(({ entries, moved }, i) =>
      printMessage(`changes[${i}] touched ${entries} entries and moved them by ${moved.toPrecision(3)} (norm).`),
    );
    for (const note of outcome.notes) printMessage(`note: ${textOf(note)}`);
    for (const { ended } of outcome.samples)
      if (ended === "context") printMessage("The model's context is full; the text ends there.");
  }
}

function jsonOf({ modelName, prompt, samples, fired, notes }: GenerateResult, { seed }: GenerateSettings): object {
  return { model: modelName, prompt, seed, samples, fired, notes };
}
