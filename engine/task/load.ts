// A task from a file of any form: ours, or another project's by its importer.
import { extname } from "node:path";
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { isFolder } from "../base/read-file.ts";
import { isStandardInput } from "../base/standard-input.ts";
import { eapIgCsv } from "./importers/eap-ig-csv.ts";
import { mibJsonl } from "./importers/mib-jsonl.ts";
import { autoCircuit } from "./importers/auto-circuit.ts";
import { hernandez } from "./importers/hernandez.ts";
import { promptTask } from "./prompt-task.ts";
import { relationTask } from "./relation-task.ts";
import { parseSource, readText, type Source, type SourceText } from "./source.ts";
import type { Task } from "./task.ts";
import { templateTask } from "./template-task.ts";
import { FORM_SCHEMAS, formOf, validate } from "./validate.ts";

/** Files of other projects by their name's ending. */
const BY_EXTENSION: Readonly<Record<string, (source: SourceText) => Task>> = {
  ".csv": eapIgCsv,
  ".tsv": eapIgCsv,
  ".jsonl": mibJsonl,
};

const EXTENSIONS: readonly string[] = [".yaml", ".yml", ".json", ...Object.keys(BY_EXTENSION)];

/** Other projects' forms in YAML or JSON; the first that fits reads the file. */
const FOREIGN_FORMS: readonly { matches(source: Source): boolean; read(source: Source): Task }[] = [
  autoCircuit,
  hernandez,
];

/**
 * @throws EngineError "missing-file", "invalid-file" or "invalid-task", with every problem, its place and its line
 */
export function loadTask(path: string): Task {
  requireTaskName(path);
  const text = readText(path);
  const importer = BY_EXTENSION[text.extension];
  if (importer) return importer(text);
  const source = parseSource(text);
  const foreign = FOREIGN_FORMS.find((form) => form.matches(source));
  return foreign ? foreign.read(source) : ownTask(source);
}

/** Before a byte is read: messages show lines of a file, and whoever names a path need not be the one who may read it. */
function requireTaskName(path: string): void {
  if (isStandardInput(path) || EXTENSIONS.includes(extname(path).toLowerCase()) || isFolder(path)) return;
  const sentence = say`is not a task file by its name; tasks end in ${sayList(EXTENSIONS, ", ")}.`;
  throw new EngineError("invalid-file", say`${path}: ${sentence}`, { place: { file: path } });
}

function ownTask(source: Source): Task {
  const form = formOf(source);
  switch (form) {
    case "templates":
      return templateTask(source, validate(source, FORM_SCHEMAS.templates));
    case "prompts":
      return promptTask(source, validate(source, FORM_SCHEMAS.prompts), []);
    case "relation":
      return relationTask(source, validate(source, FORM_SCHEMAS.relation), []);
  }
}
