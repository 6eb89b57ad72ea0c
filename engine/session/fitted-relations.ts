// Linear relations from their files to fitted maps, each written beside its figures.
import { type Note, say } from "../base/sentence.ts";
import type { Executor } from "../activations/executor.ts";
import { append } from "../base/append.ts";
import { EngineError } from "../base/errors.ts";
import { without } from "../base/without.ts";
import type { Execution } from "../choices/execution.ts";
import type { EstimatorName } from "../choices/lists.ts";
import type { RelationSettings } from "../choices/relation.ts";
import type { RelationFit, RelationResult } from "../contract/relations.ts";
import { relationPath, writeRelation } from "../relation/relation-file.ts";
import type { RelationTask } from "../task/task.ts";
import { relateTask, type RelationOutcome } from "./fit-relation-task.ts";
import { readAside } from "./read-aside.ts";
import { withModel } from "./open-model.ts";

export interface RelationOptions {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  /** Where fitted relations are written. */
  readonly folder: string;
  readonly onProgress?: (stage: "jacobians" | "maps", done: number, total: number) => void;
}

/**
 * Of several relations, one that the model does not know is left out, and a note says so.
 *
 * @throws EngineError as `relateTask`; "usage" where two would be written to one file
 */
export async function relationTask(settings: RelationSettings, options: RelationOptions): Promise<RelationResult> {
  const tasks: RelationTask[] = [];
  for (const file of settings.files) tasks.push(await readAside("relation", file, options.signal));
  requirePaths(tasks, settings, options.folder);
  return withModel(settings.model ?? "sprig", options, async (executor) => {
    const { model } = executor;
    const relations: RelationFit[] = [];
    const notes: Note[] = [];
    for (const task of tasks) {
      const found = await fitted(executor, task, settings, options, notes);
      append(
        relations,
        found.map((outcome) => written(outcome, settings, options.folder)),
      );
    }
    const [first, ...others] = relations;
    if (!first)
      throw new EngineError("degenerate-task", say`${model.name} answers too little of any of these relations.`);
    return { modelName: model.name, relations: [first, ...others], notes };
  });
}

async function fitted(
  executor: Executor,
  task: RelationTask,
  settings: RelationSettings,
  { signal, onProgress }: RelationOptions,
  notes: Note[],
): Promise<RelationOutcome[]> {
  const { beta, rank, estimators } = settings;
  const fit = { ...without(settings, "files", "model", "beta", "rank"), given: { beta, rank } };
  try {
    const found = await relateTask(executor, task, fit, {
      signal,
      onProgress: (done, total) => onProgress?.("jacobians", done, total),
      onFitted: (done) => onProgress?.("maps", done, estimators.length),
    });
    append(
      notes,
      found.flatMap((outcome) => outcome.notes.map((note) => say`${task.name}: ${note}`)),
    );
    return found;
  } catch (error) {
    const isUnknown = error instanceof EngineError && error.code === "degenerate-task";
    if (settings.files.length === 1 || !isUnknown) throw error;
    notes.push(say`left out: ${error.sentence}`);
    return [];
  }
}

function written({ content, fitted, notes }: RelationOutcome, settings: RelationSettings, folder: string): RelationFit {
  const { record, controls, editRank } = fitted;
  const file = pathOf(record.relation, record.estimator, settings, folder);
  writeRelation(file, content, fitted.map);
  const { sweeps, subjects } = content;
  return { file, figures: record, controls, editRank, sweeps: { layers: sweeps.layers }, subjects, notes };
}

/** Where one relation by one estimator is written. */
function pathOf(relation: string, estimator: EstimatorName, { estimators }: RelationSettings, folder: string): string {
  return relationPath(folder, estimators.length > 1 ? `${relation} ${estimator}` : relation);
}

/** @throws EngineError "usage" where two relations would be written to one file */
function requirePaths(tasks: readonly RelationTask[], settings: RelationSettings, folder: string): void {
  const owners = new Map<string, string>();
  for (const { name, file } of tasks) {
    for (const estimator of settings.estimators) {
      const path = pathOf(name, estimator, settings, folder);
      const other = owners.get(path);
      if (other !== undefined) {
        throw new EngineError(
          "usage",
          say`${other} and ${file} would both be written to ${path}; give one of them another "name", or fit them one by one.`,
          { place: { file } },
        );
      }
      owners.set(path, file);
    }
  }
}
