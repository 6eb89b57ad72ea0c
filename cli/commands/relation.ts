// `secateur relation`: fits W and b of relations, says how faithful they are, writes them, applies them, edits with them.
import { append } from "../../engine/base/append.ts";
import { type Command, Option } from "commander";
import { Executor } from "../../engine/activations/executor.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { without } from "../../engine/base/without.ts";
import { openModel } from "../../engine/model/open.ts";
import type { EstimatorName } from "../../engine/choices/lists.ts";
import type { RelationTask } from "../../engine/task/task.ts";
import type { Execution } from "../../engine/choices/execution.ts";
import { relationSettings, type RelationSettings } from "../../engine/choices/relation.ts";
import { isRelationFile, readRelation, relationPath, writeRelation } from "../../engine/relation/relation-file.ts";
import {
  type Application,
  applyRelation,
  type Edit,
  editRelation,
  type OpenRelation,
  relateTask,
  type RelationOutcome,
  type FitSettings,
  requireFittedOn,
} from "../../engine/session/fit-relation-task.ts";
import { loadRelation } from "../../engine/session/task-files.ts";
import { interruptible } from "../interrupt.ts";
import { parsePositive } from "../options.ts";
import { printData, printJson, printMessage, requireWritable } from "../output.ts";
import { progressBar } from "../progress.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";
import { applicationText, editText, relationTable } from "../relation-table.ts";

interface RelationFlags {
  readonly apply?: string;
  readonly edit?: string;
  readonly editRank?: number;
  readonly out: string;
  readonly write: boolean;
  readonly json?: boolean;
}

/** What is fitted, on what, and what else was asked for. */
interface Asked {
  readonly settings: RelationSettings;
  readonly execution: Execution;
  readonly flags: RelationFlags;
}

export function addRelation(program: Command): void {
  const command = program
    .command("relation")
    .description("Fits a linear map from the subject's state to the object's, and tests it on other subjects.");
  addSettings(command, relationSettings)
    .option("--apply <subject>", "Prints what the map and the model say about a subject.")
    .option("--edit <subject=object>", "Moves the subject's state, and prints the model's answers before and after.")
    .addOption(new Option("--edit-rank <n>", "Edits by a map of this rank (default: chosen).").argParser(parsePositive))
    .option("--out <folder>", "Writes *.relation.json with W and b into this folder.", "relations")
    .option("--no-write", "Writes no files.")
    .option("--json", "Prints the figures as JSON.")
    .addHelpText(
      "after",
      "\nExamples:\n  secateur relation tasks/relations/*.json\n" +
        '  secateur relation relations/country-capital.relation.json --edit "France=Rome"',
    )
    .action((files: string[], flags: RelationFlags, own: Command) =>
      relation({
        settings: typedSettings(relationSettings, own, files),
        execution: typedExecution(own),
        flags,
      }),
    );
}

async function relation(all: Asked): Promise<void> {
  const { flags } = all;
  const { files } = all.settings;
  const asked = flags.apply !== undefined || flags.edit !== undefined;
  const stored = files.find(isRelationFile);
  if (asked && files.length > 1)
    throw new EngineError("usage", "--apply and --edit take one file; name the relation that they are about.");
  if (stored !== undefined && !asked)
    throw new EngineError(
      "usage",
      `${stored}: is fitted already; give --apply or --edit, or the relation's task file.`,
    );
  await interruptible((signal) => (stored ? answerStored(stored, all) : fitAll(all, signal)), "Stopped.");
}

async function answerStored(path: string, { settings, execution, flags }: Asked): Promise<void> {
  const { file, map } = readRelation(path);
  await withExecutor(settings.model ?? file.model.source, execution, (executor) => {
    requireFittedOn(file, executor.model, path);
    return answer(executor, { file, map }, flags);
  });
}

async function fitAll({ settings, execution, flags }: Asked, signal: AbortSignal): Promise<void> {
  const tasks = settings.files.map(loadRelation);
  if (flags.write) requireWritablePaths(tasks, settings, flags);
  await withExecutor(settings.model ?? "sprig", execution, async (executor) => {
    const outcomes: RelationOutcome[] = [];
    const written: string[] = [];
    for (const task of tasks) {
      const bar = progressBar();
      const onProgress = (done: number, total: number) => bar.on(task.name, done, total, "Jacobians");
      const found = await unlessUnknown(tasks.length === 1, () =>
        relateTask(executor, task, fitOf(settings), { signal, onProgress }).finally(() => bar.stop()),
      );
      found.forEach(({ notes }) => notes.forEach((note) => printMessage(`note: ${task.name}: ${note}`)));
      for (const outcome of flags.write ? found : []) written.push(write(outcome, settings, flags));
      append(outcomes, found);
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
function pathOf(relation: string, estimator: EstimatorName, { estimators }: RelationSettings, out: string): string {
  return relationPath(out, estimators.length > 1 ? `${relation} ${estimator}` : relation);
}

/** @throws EngineError "usage" where two relations would be written to one file; as `requireWritable` */
function requireWritablePaths(
  tasks: readonly RelationTask[],
  settings: RelationSettings,
  { out }: RelationFlags,
): void {
  const owners = new Map<string, string>();
  for (const { name, file } of tasks) {
    for (const estimator of settings.estimators) {
      const path = pathOf(name, estimator, settings, out);
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
function write({ content, fitted }: RelationOutcome, settings: RelationSettings, { out }: RelationFlags): string {
  const { relation, estimator } = fitted.record;
  const path = pathOf(relation, estimator, settings, out);
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
  execution: Execution,
  use: (executor: Executor) => Promise<void>,
): Promise<void> {
  const opened = openModel(model);
  const executor = new Executor(opened, execution);
  try {
    await use(executor);
  } finally {
    await executor.dispose();
    opened.close();
  }
}

function fitOf(settings: RelationSettings): FitSettings {
  const { beta, rank } = settings;
  return { ...without(settings, "files", "model", "beta", "rank"), given: { beta, rank } };
}
