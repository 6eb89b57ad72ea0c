// A task file taken for the kind of task that is wanted.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { loadTask } from "../task/load.ts";
import { relationAsContrast } from "../task/relation-task.ts";
import type { ContrastTask, RelationTask } from "../task/task.ts";

/** A relation is a contrast between its subjects. @throws EngineError as `loadTask` */
export function loadContrast(path: string): ContrastTask {
  const task = loadTask(path);
  return task.kind === "relation" ? relationAsContrast(task) : task;
}

/** @throws EngineError "invalid-task" where the file is no relation; as `loadTask` */
export function loadRelation(path: string): RelationTask {
  const task = loadTask(path);
  if (task.kind === "relation") return task;
  throw new EngineError(
    "invalid-task",
    say`${path}: is no relation; it needs prompt_templates with {} for the subject, and samples of subject and object.`,
    { place: { file: path } },
  );
}
