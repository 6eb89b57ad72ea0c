// A task from the text of its file, for tests: written into a folder of its own, loaded, removed.
import { Sentence, textOf } from "../engine/base/sentence.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FILE_KINDS } from "../engine/base/read-file.ts";
import { readJsonFile } from "../engine/formats/json-file.ts";
import { loadTask } from "../engine/task/load.ts";
import type { Task } from "../engine/task/task.ts";
import { jsonTokenizer } from "../engine/tokens/json-tokenizer.ts";
import type { Tokenizer } from "../engine/tokens/tokenizer.ts";

/** The task; its `file` is the name alone. */
export function writtenTask(name: string, content: string): Task {
  const folder = mkdtempSync(join(tmpdir(), "secateur-task-"));
  try {
    const path = join(folder, name);
    writeFileSync(path, content);
    const task = loadTask(path);
    const notes = task.notes.map((note) => Sentence.changed(note, (text) => text.replaceAll(path, name)));
    return { ...task, file: name, notes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The embedded model's: a token for each of its words and two-digit numbers, others letter by letter, BOS in front. */
export function wordTokenizer(): Tokenizer {
  const file = "models/sprig/tokenizer.json";
  return jsonTokenizer(readJsonFile(file, FILE_KINDS.tokenizer), file, "<|endoftext|>");
}

/** A task with its notes in English. */
export function inEnglish(task: Task): object {
  return { ...task, notes: task.notes.map(textOf) };
}
