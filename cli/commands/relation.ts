// `secateur relation`: fits W and b of relations, says how faithful they are, writes them, applies them, edits with them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { Executor } from "../../engine/activations/executor.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { say } from "../../engine/base/sentence.ts";
import { relationSettings, type RelationSettings } from "../../engine/choices/relation.ts";
import type { RelationApplication, RelationEdit } from "../../engine/contract/relations.ts";
import { openModel } from "../../engine/model/open.ts";
import { isRelationFile, readRelation } from "../../engine/relation/relation-file.ts";
import { applyRelation, editRelation, requireFittedOn } from "../../engine/session/fit-relation-task.ts";
import { relation } from "../../engine/verbs/relation.ts";
import { interruptible } from "../interrupt.ts";
import { parsePositive } from "../options.ts";
import { printData, printJson, printMessage } from "../output.ts";
import { runVerb } from "../run-verb.ts";
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

/** What is fitted, and what else was asked for. */
interface Asked {
  readonly settings: RelationSettings;
  readonly command: Command;
  readonly flags: RelationFlags;
}

export function addRelation(program: Command): void {
  const command = program.command("relation").description(relation.says);
  addSettings(command, relationSettings)
    .option("--apply <subject>", "Prints what the map and the model say about a subject.")
    .option("--edit <subject=object>", "Moves the subject's state, and prints the model's answers before and after.")
    .addOption(new Option("--edit-rank <n>", "Edits by a map of this rank (default: chosen).").argParser(parsePositive))
    .option("--out <folder>", "Writes *.relation.json with W and b into this folder.", "relations")
    .option("--no-write", "Writes no files.")
    .option("--json", "Prints the figures as JSON.")
    .addHelpText("after", `\nExamples:\n${relation.examples.map((own) => `  secateur relation ${own}`).join("\n")}`)
    .action((files: string[], flags: RelationFlags, own: Command) =>
      runRelation({ settings: typedSettings(relationSettings, own, files), command: own, flags }),
    );
}

async function runRelation(all: Asked): Promise<void> {
  const { settings, command, flags } = all;
  const { files } = settings;
  const asked = flags.apply !== undefined || flags.edit !== undefined;
  const stored = files.find(isRelationFile);
  if (asked && files.length > 1)
    throw new EngineError("usage", say`--apply and --edit take one file; name the relation that they are about.`);
  if (stored !== undefined && !asked)
    throw new EngineError(
      "usage",
      say`${stored}: is fitted already; give --apply or --edit, or the relation's task file.`,
    );
  if (stored === undefined) return fitAll(all);
  await interruptible(() => answer(stored, settings.model, command, flags), "Stopped.");
}

async function fitAll({ settings, command, flags }: Asked): Promise<void> {
  const temporary = flags.write ? undefined : mkdtempSync(join(tmpdir(), "secateur-"));
  const folder = temporary ?? flags.out;
  try {
    const { relations } = await runVerb(relation, settings, command, { folder });
    if (flags.write)
      printMessage(
        writtenText(
          relations.map(({ file }) => file),
          folder,
        ),
      );
    if (flags.apply !== undefined || flags.edit !== undefined) {
      return await answer(relations[0].file, settings.model, command, flags);
    }
    if (flags.json) printJson(relations.map(({ figures }) => figures));
    else printData(relationTable(relations));
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

function writtenText(paths: readonly string[], folder: string): string {
  return paths.length === 1
    ? `wrote ${paths[0]}, with W and b beside it`
    : `wrote ${paths.length} relations into ${folder}, each with W and b beside it`;
}

/** @param path of a fitted relation */
async function answer(path: string, model: string | undefined, command: Command, flags: RelationFlags): Promise<void> {
  const relation = readRelation(path);
  const opened = openModel(model ?? relation.file.model.source);
  const executor = new Executor(opened, typedExecution(command));
  try {
    requireFittedOn(relation.file, opened, path);
    const results: { apply?: RelationApplication; edit?: RelationEdit } = {};
    if (flags.apply !== undefined) results.apply = await applyRelation(executor, relation, flags.apply);
    if (flags.edit !== undefined) {
      const [subject, object] = subjectAndObject(flags.edit);
      results.edit = await editRelation(executor, relation, subject, object, flags.editRank);
    }
    if (flags.json) return printJson(results);
    if (results.apply) printData(applicationText(results.apply));
    if (results.edit) printData(editText(results.edit));
  } finally {
    await executor.dispose();
    opened.close();
  }
}

function subjectAndObject(text: string): [subject: string, object: string] {
  const at = text.indexOf("=");
  if (at > 0 && at < text.length - 1) return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  throw new EngineError("usage", say`--edit "${text}": write SUBJECT=OBJECT, such as "France=Rome".`);
}
