// Task files as the workbench opens them: shipped, named by path, or given as text and kept under a name.
import { readdirSync, statSync } from "node:fs";
import { makeFolder } from "../base/make-folder.ts";
import { basename, join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { sha256 } from "../base/hash.ts";
import { installedPath } from "../base/installation.ts";
import type { OpenedTask, TaskEntry, TaskSource } from "../contract.ts";
import { readAside } from "../session/read-aside.ts";
import { loadTask } from "../task/load.ts";
import { readText } from "../task/source.ts";
import type { Task } from "../task/task.ts";

const SHIPPED = installedPath("tasks");

/** The tasks that ship; schemas are none. */
export function shippedTasks(): TaskEntry[] {
  const filesIn = (folder: string) => readdirSync(folder).map((name) => join(folder, name));
  return [...filesIn(SHIPPED), ...filesIn(join(SHIPPED, "relations"))]
    .filter((file) => /\.(yaml|json)$/.test(file) && !file.endsWith(".schema.json") && statSync(file).isFile())
    .map((file) => entryOf(loadTask(file)));
}

function entryOf({ file, name, title, kind, description }: Task): TaskEntry {
  return { file, name, title, kind, description };
}

/** A task of prompts, or a relation as one. @param folder where texts are kept */
export async function openTask(source: TaskSource, folder: string): Promise<OpenedTask> {
  const file = "file" in source ? source.file : keptText(source, folder);
  const task = await readAside("contrast", file);
  return {
    ...entryOf(task),
    text: readText(file).text,
    description: task.description,
    metric: task.metric,
    threshold: task.threshold,
    criterion: task.criterion,
    ablation: task.ablation.kind,
    corruptions: task.form === "templates" ? Object.keys(task.corruptions) : [],
    bos: task.bos,
    examples: { discovery: task.split.discovery, heldOut: task.split.heldOut },
    seed: task.seed,
    notes: task.notes,
  };
}

/**
 * @param folder where texts are kept
 * @throws EngineError "invalid-task" where the file is no relation
 */
export async function openRelation(source: TaskSource, folder: string): Promise<TaskEntry> {
  return entryOf(await readAside("relation", "file" in source ? source.file : keptText(source, folder)));
}

/** One folder per content, so that the file keeps its own name in messages and a run can be resumed with it. */
export function keptText({ name, text }: { readonly name: string; readonly text: string }, folder: string): string {
  const own = join(folder, sha256(text).slice(0, 16));
  makeFolder(own);
  const file = join(own, basename(name) || "task.yaml");
  writeFileAtomic(file, text);
  return file;
}
