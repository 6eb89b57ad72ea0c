// `secateur relation`: fits W and b of relations, says how faithful they are, writes them, applies them, edits with them.
import { type Command, InvalidArgumentError, Option } from "commander";
import { Executor } from "../../engine/activations/executor.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { openModel } from "../../engine/model/open.ts";
import type { RelationTask } from "../../engine/task/task.ts";
import { ESTIMATOR_NAMES, type EstimatorName } from "../../engine/relation/estimators/registry.ts";
import { isRelationFile, readRelation, relationPath, writeRelation } from "../../engine/relation/relation-file.ts";
import {
  type Application,
  applyRelation,
  type Edit,
  editRelation,
  loadRelation,
  type OpenRelation,
  relateTask,
  type RelationOutcome,
  type RelationSettings,
  requireFittedOn,
} from "../../engine/session/relation-task.ts";
import type { BosChoice } from "../../engine/tokens/bos.ts";
import { interruptible } from "../interrupt.ts";
import { bosOption, parseCount, parsePositive } from "../options.ts";
import { printData, printJson, printMessage, requireWritable } from "../output.ts";
import { progressBar } from "../progress.ts";
import { applicationText, editText, relationTable } from "../relation-table.ts";

interface RelationFlags {
  readonly model?: string;
  readonly estimator: readonly EstimatorName[];
  readonly samples: number;
  readonly seeds: number;
  readonly seed?: number;
  readonly layers?: readonly number[];
  readonly beta?: number;
  readonly rank?: number;
  readonly template: number;
  readonly shots?: number;
  readonly bos?: BosChoice;
  readonly apply?: string;
  readonly edit?: string;
  readonly editRank?: number;
  readonly out: string;
  readonly write: boolean;
  readonly threads?: number;
  readonly json?: boolean;
}

export function addRelation(program: Command): void {
  program
    .command("relation")
    .argument("<files...>", "relation files, or *.relation.json for --apply and --edit")
    .description("fit a linear map from the subject's state to the object's, and test it on other subjects")
    .option("--model <name>", "embedded model, folder, .gguf file or Hub name (default: sprig, or the fitted file's)")
    .option("--estimator <names>", `${ESTIMATOR_NAMES.join(", ")}, or all`, parseEstimators, ["jacobian"])
    .option("--samples <n>", "subjects to fit on", parsePositive, 8)
    .option("--seeds <n>", "random draws of them", parsePositive, 10)
    .option("--seed <n>", "of the draws and the test subjects (default: the task's)", parseCount)
    .option("--layers <list>", "to choose among, such as -1,5,10; -1 is the embedding", parseLayers)
    .option("--beta <x>", "instead of choosing it", parseNumber)
    .option("--rank <n>", "of W, instead of choosing it", parsePositive)
    .option("--template <n>", "which of the file's prompt templates", parsePositive, 1)
    .option(
      "--shots <n>",
      "samples before each question (default: 0, or 4 where the model answers too little)",
      parseCount,
    )
    .addOption(bosOption())
    .option("--apply <subject>", "print what the map and the model say about a subject")
    .option("--edit <subject=object>", "move the subject's state, print the model's answers before and after")
    .addOption(new Option("--edit-rank <n>", "of the edit (default: chosen)").argParser(parsePositive))
    .option("--out <folder>", "where to write *.relation.json with W and b", "relations")
    .option("--no-write", "write no files")
    .option("--threads <n>", "threads of the executor (default: all cores)", parsePositive)
    .option("--json", "print the figures as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  secateur relation tasks/relations/*.json\n" +
        '  secateur relation relations/country-capital.relation.json --edit "France=Rome"',
    )
    .action((files: string[], flags: RelationFlags) => relation(files, flags));
}

async function relation(files: readonly string[], flags: RelationFlags): Promise<void> {
  const asked = flags.apply !== undefined || flags.edit !== undefined;
  const stored = files.find(isRelationFile);
  if (asked && files.length > 1)
    throw new EngineError("usage", "--apply and --edit take one file; name the relation that they are about.");
  if (stored !== undefined && !asked)
    throw new EngineError(
      "usage",
      `${stored}: is fitted already; give --apply or --edit, or the relation's task file.`,
    );
  await interruptible((signal) => (stored ? answerStored(stored, flags) : fitAll(files, flags, signal)), "Stopped.");
}

async function answerStored(path: string, flags: RelationFlags): Promise<void> {
  const { file, map } = readRelation(path);
  await withExecutor(flags.model ?? file.model.source, flags, (executor) => {
    requireFittedOn(file, executor.model, path);
    return answer(executor, { file, map }, flags);
  });
}

async function fitAll(files: readonly string[], flags: RelationFlags, signal: AbortSignal): Promise<void> {
  const tasks = files.map(loadRelation);
  if (flags.write) requireWritablePaths(tasks, flags);
  await withExecutor(flags.model ?? "sprig", flags, async (executor) => {
    const outcomes: RelationOutcome[] = [];
    const written: string[] = [];
    for (const task of tasks) {
      const bar = progressBar();
      const onProgress = (done: number, total: number) => bar.on(task.name, done, total, "Jacobians");
      const found = await unlessUnknown(tasks.length === 1, () =>
        relateTask(executor, task, settingsOf(flags), { signal, onProgress }).finally(() => bar.stop()),
      );
      found.forEach(({ notes }) => notes.forEach((note) => printMessage(`note: ${task.name}: ${note}`)));
      if (flags.write) written.push(...found.map((outcome) => write(outcome, flags)));
      outcomes.push(...found);
    }
    if (written.length > 0) printMessage(writtenText(written, flags.out));
    if (outcomes.length === 0)
      throw new EngineError("degenerate-task", `${executor.model.name} answers too little of any of these relations.`);
    if (flags.apply !== undefined || flags.edit !== undefined) {
      const [{ content, fitted }] = outcomes;
      return answer(executor, { file: content, map: fitted.map }, flags);
    }
    if (flags.json) printJson(outcomes.map(({ fitted }) => fitted.record));
    else printData(relationTable(outcomes.map(({ fitted }) => fitted)));
  });
}

/** Of several relations, one that the model does not know is said so and left out. */
async function unlessUnknown(single: boolean, fit: () => Promise<RelationOutcome[]>): Promise<RelationOutcome[]> {
  try {
    return await fit();
  } catch (error) {
    if (single || !(error instanceof EngineError) || error.code !== "degenerate-task") throw error;
    printMessage(`left out: ${error.message}`);
    return [];
  }
}

/** Where one relation by one estimator is written. */
function pathOf(relation: string, estimator: EstimatorName, { out, estimator: asked }: RelationFlags): string {
  return relationPath(out, asked.length > 1 ? `${relation} ${estimator}` : relation);
}

/** @throws EngineError "usage" where two relations would be written to one file; as `requireWritable` */
function requireWritablePaths(tasks: readonly RelationTask[], flags: RelationFlags): void {
  const owners = new Map<string, string>();
  for (const { name, file } of tasks) {
    for (const estimator of flags.estimator) {
      const path = pathOf(name, estimator, flags);
      const other = owners.get(path);
      if (other !== undefined) {
        throw new EngineError(
          "usage",
          `${other} and ${file} would both be written to ${path}; give one of them another "name", or fit them one by one.`,
          { place: { file } },
        );
      }
      owners.set(path, file);
      requireWritable(path);
    }
  }
}

/** @returns the path */
function write({ content, fitted }: RelationOutcome, flags: RelationFlags): string {
  const { relation, estimator } = fitted.record;
  const path = pathOf(relation, estimator, flags);
  writeRelation(path, content, fitted.map);
  return path;
}

function writtenText(paths: readonly string[], folder: string): string {
  return paths.length === 1
    ? `wrote ${paths[0]}, with W and b beside it`
    : `wrote ${paths.length} relations into ${folder}, each with W and b beside it`;
}

async function answer(executor: Executor, relation: OpenRelation, flags: RelationFlags): Promise<void> {
  const results: { apply?: Application; edit?: Edit } = {};
  if (flags.apply !== undefined) results.apply = await applyRelation(executor, relation, flags.apply);
  if (flags.edit !== undefined) {
    const [subject, object] = subjectAndObject(flags.edit);
    results.edit = await editRelation(executor, relation, subject, object, flags.editRank);
  }
  if (flags.json) return printJson(results);
  if (results.apply) printData(applicationText(results.apply));
  if (results.edit) printData(editText(results.edit));
}

function subjectAndObject(text: string): [subject: string, object: string] {
  const at = text.indexOf("=");
  if (at > 0 && at < text.length - 1) return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  throw new EngineError("usage", `--edit "${text}": write SUBJECT=OBJECT, such as "France=Rome".`);
}

async function withExecutor(
  model: string,
  { threads }: RelationFlags,
  use: (executor: Executor) => Promise<void>,
): Promise<void> {
  const opened = openModel(model);
  const executor = new Executor(opened, { threads });
  try {
    await use(executor);
  } finally {
    await executor.dispose();
    opened.close();
  }
}

function settingsOf(flags: RelationFlags): RelationSettings {
  const { samples, seeds, seed, layers, template, shots, bos, beta, rank } = flags;
  return { estimators: flags.estimator, samples, seeds, seed, layers, template, shots, bos, given: { beta, rank } };
}

function parseEstimators(text: string): readonly EstimatorName[] {
  if (text === "all") return ESTIMATOR_NAMES;
  return text.split(",").map((word) => {
    const name = ESTIMATOR_NAMES.find((known) => known === word.trim());
    if (!name) throw new InvalidArgumentError(`"${word}" is no estimator; choose among ${ESTIMATOR_NAMES.join(", ")}.`);
    return name;
  });
}

function parseLayers(text: string): number[] {
  if (!/^-?\d{1,4}(,-?\d{1,4})*$/.test(text)) throw new InvalidArgumentError("Give layers such as -1,5,10.");
  return text.split(",").map(Number);
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Give a number, such as 1.5.");
  return value;
}
