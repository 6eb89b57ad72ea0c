// `secateur tasks`: the tasks that ship, and every example of a task on a model.
import { textOf } from "../../engine/base/sentence.ts";
import { readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { installedPath } from "../../engine/base/installation.ts";
import { modelName, promptChoice, taskPath } from "../../engine/choices/task-choice.ts";
import { openModel } from "../../engine/model/open.ts";
import { expandTask, type Expansion } from "../../engine/task/expand.ts";
import { loadTask } from "../../engine/task/load.ts";
import type { Task } from "../../engine/task/task.ts";
import type { BosChoice } from "../../engine/choices/lists.ts";
import { columns } from "../circuit-table.ts";
import { printData, printJson, printJsonLine, printMessage } from "../output.ts";
import { addSettings, typedSettings } from "../settings-options.ts";

const TASKS = installedPath("tasks");

const showSettings = z.strictObject({
  task: taskPath,
  model: modelName,
  seed: promptChoice.seed,
  examples: promptChoice.examples,
  corruption: promptChoice.corruption,
  bos: promptChoice.bos,
});

export function addTasks(program: Command): void {
  const tasks = program.command("tasks").description("Lists and shows tasks.");
  tasks
    .command("list")
    .description("Lists the tasks that ship.")
    .option("--json", "Prints it as JSON.")
    .action((flags: { json?: boolean }) => {
      const listed = shippedTasks().map((path) => ({ path, task: loadTask(path) }));
      const shown = listed.map(({ path, task }) => ({
        file: relative(process.cwd(), path),
        kind: task.kind,
        title: task.title.en,
      }));
      if (flags.json) return printJson(shown);
      printData(columns([["file", "kind", "title"], ...shown.map(({ file, kind, title }) => [file, kind, title])]));
    });
  const show = tasks.command("show").description("Shows a task's examples on a model, clean and corrupt.");
  addSettings(show, showSettings, { runs: false })
    .option("--jsonl", "Prints every example as a line of JSON.")
    .addHelpText("after", "\nExample:\n  secateur tasks show tasks/ioi.yaml --model sprig --jsonl")
    .action((file: string, flags: { jsonl?: boolean }, own: Command) =>
      showTask(typedSettings(showSettings, own, file), flags),
    );
}

function shippedTasks(): string[] {
  const inFolder = (folder: string) =>
    readdirSync(folder)
      .filter((name) => /\.(yaml|json)$/.test(name) && !name.endsWith(".schema.json"))
      .sort()
      .map((name) => join(folder, name));
  return [...inFolder(TASKS), ...inFolder(join(TASKS, "relations"))];
}

function showTask(choice: z.infer<typeof showSettings>, flags: { readonly jsonl?: boolean }): void {
  const task = loadTask(choice.task);
  const model = openModel(choice.model);
  const { examples, seed, corruption, bos } = choice;
  const expansion = expandTask(task, model.tokenizer, { examples, seed, corruption, bos });
  model.close();
  for (const note of expansion.notes) printMessage(`note: ${textOf(note)}`);
  if (flags.jsonl) {
    for (const { index, split, clean, corrupt, answers, wrongAnswers, positions } of expansion.examples) {
      printJsonLine({ index, split, clean, corrupt, answers, wrongAnswers, positions });
    }
    return;
  }
  printData(
    taskText(task, expansion, bos ?? task.bos, (ids) =>
      ids.map((id) => JSON.stringify(model.tokenizer.decode([id]))).join(" "),
    ),
  );
}

const listedExamples = 10;

function taskText(
  task: Task,
  { examples }: Expansion,
  bos: BosChoice,
  write: (ids: readonly number[]) => string,
): string {
  const held = examples.filter(({ split }) => split === "heldOut").length;
  const head = [
    `${task.title.en} (${basename(task.file)}): ${task.description}`,
    `metric ${task.metric}, ${task.ablation.kind} ablation, criterion ${task.criterion} at ${task.threshold}; ${examples.length - held} discovery and ${held} held-out examples`,
    `beginning of text: ${bos}; the first prompt is ${write(examples[0]?.clean.ids.slice(0, 4) ?? [])} …`,
  ];
  const shown = examples
    .slice(0, listedExamples)
    .flatMap(({ index, clean, corrupt, answers, wrongAnswers }) => [
      `${String(index).padStart(4)}  clean    ${clean.text}`,
      `      corrupt  ${corrupt.text}`,
      `      right ${write(answers.slice(0, 6))}${answers.length > 6 ? " …" : ""}   wrong ${write(wrongAnswers.slice(0, 6))}${wrongAnswers.length > 6 ? " …" : ""}`,
    ]);
  return [...head, "", ...shown].join("\n");
}
