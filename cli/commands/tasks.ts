// `secateur tasks`: the tasks that ship, and every example of a task on a model.
import { readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { openModel } from "../../engine/model/open.ts";
import { expandTask, type Expansion } from "../../engine/task/expand.ts";
import { loadTask } from "../../engine/task/load.ts";
import type { Task } from "../../engine/task/task.ts";
import type { BosChoice } from "../../engine/tokens/bos.ts";
import { columns } from "../circuit-table.ts";
import { bosOption, parseCount, parsePositive } from "../options.ts";
import { printData, printJson, printJsonLine, printMessage } from "../output.ts";

const TASKS = fileURLToPath(new URL("../../tasks", import.meta.url));

interface ShowFlags {
  readonly model: string;
  readonly seed?: number;
  readonly examples?: number;
  readonly heldOut?: number;
  readonly corruption?: string;
  readonly bos?: BosChoice;
  readonly jsonl?: boolean;
}

export function addTasks(program: Command): void {
  const tasks = program.command("tasks").description("list and show tasks");
  tasks
    .command("list")
    .description("the tasks that ship")
    .option("--json", "print it as JSON")
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
  tasks
    .command("show")
    .argument("<task>", "task file")
    .description("a task's examples on a model, clean and corrupt")
    .option("--model <name>", "whose tokenizer writes the examples", "sprig")
    .option("--seed <n>", "of the examples", parseCount)
    .option("--examples <n>", "discovery examples", parsePositive)
    .option("--held-out <n>", "held-out examples", parseCount)
    .option("--corruption <name>", "one of the task's corruptions")
    .addOption(bosOption())
    .option("--jsonl", "print every example as a line of JSON")
    .addHelpText("after", "\nExample:\n  secateur tasks show tasks/ioi.yaml --model sprig --jsonl")
    .action((file: string, flags: ShowFlags) => showTask(file, flags));
}

function shippedTasks(): string[] {
  const inFolder = (folder: string) =>
    readdirSync(folder)
      .filter((name) => /\.(yaml|json)$/.test(name) && name !== "task.schema.json")
      .sort()
      .map((name) => join(folder, name));
  return [...inFolder(TASKS), ...inFolder(join(TASKS, "relations"))];
}

function showTask(file: string, flags: ShowFlags): void {
  const task = loadTask(file);
  const model = openModel(flags.model);
  const counts = { discovery: flags.examples, heldOut: flags.heldOut };
  const given = Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== undefined));
  const expansion = expandTask(task, model.tokenizer, {
    ...(Object.keys(given).length > 0 && { examples: given }),
    seed: flags.seed,
    corruption: flags.corruption,
    bos: flags.bos,
  });
  model.close();
  for (const note of expansion.notes) printMessage(`note: ${note}`);
  if (flags.jsonl) {
    for (const { index, split, clean, corrupt, answers, wrongAnswers, positions } of expansion.examples) {
      printJsonLine({ index, split, clean, corrupt, answers, wrongAnswers, positions });
    }
    return;
  }
  printData(
    taskText(task, expansion, flags.bos ?? task.bos, (ids) =>
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
