// `secateur VERB`: the command of a verb, wholly out of its description: options, help, progress, and its tables.
import { Sentence } from "../../engine/base/sentence.ts";
import { join } from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { plainJson } from "../../engine/base/plain-json.ts";
import { isArgument, leavesOf } from "../../engine/choices/option.ts";
import { csvText } from "../../engine/circuit/exports/csv-text.ts";
import { type SettingsOf, VERB_ROWS, type VerbName } from "../../engine/contract/verbs.ts";
import type { Table } from "../../engine/choices/result-table.ts";
import type { Verb } from "../../engine/verbs/verb.ts";
import { columns } from "../circuit-table.ts";
import { printData, printJson } from "../output.ts";
import { runVerb } from "../run-verb.ts";
import { addSettings, typedSettings } from "../settings-options.ts";

interface VerbFlags {
  readonly folder?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly quiet?: boolean;
}

export function addVerb(program: Command, verb: Verb<VerbName>): void {
  const { name, says, examples } = verb;
  const { settings } = VERB_ROWS[name];
  const words = name.split(" ");
  const own = words.at(-1)!;
  const command = groupOf(program, words.slice(0, -1)).command(own).description(says);
  const title = examples.length === 1 ? "Example" : "Examples";
  const takesArgument = leavesOf(settings).some(({ words }) => isArgument(words));
  addSettings(command, settings)
    .option("--folder <path>", "Writes the result and the files that belong to it into this folder.")
    .option("--json", "Prints the whole result as JSON.")
    .option("--csv", "Prints the tables as CSV.")
    .option("--quiet", "Prints no messages.")
    .addHelpText("after", `\n${title}:\n${examples.map((given) => `  secateur ${name} ${given}`).join("\n")}`)
    .action((...given: unknown[]) => {
      const argument = takesArgument ? (given[0] as string | undefined) : undefined;
      const typed = typedSettings(settings, command, argument) as SettingsOf<VerbName>;
      return run(verb, typed, command, command.opts<VerbFlags>());
    });
}

/** What the groups of commands are about. */
const GROUPS: Readonly<Record<string, string>> = {
  vector: "Directions of the residual stream: makes them, lets them act, and judges them.",
  sae: "Dictionaries of features (sparse autoencoders): trains, judges and uses them.",
};

/** "sae train" is the command "train" of the group "sae". */
function groupOf(program: Command, [name]: readonly string[]): Command {
  if (name === undefined) return program;
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).description(GROUPS[name]);
}

async function run(
  verb: Verb<VerbName>,
  settings: SettingsOf<VerbName>,
  command: Command,
  flags: VerbFlags,
): Promise<void> {
  const { folder, quiet } = flags;
  const result = await runVerb(verb, settings, command, { quiet, folder });
  if (folder !== undefined) writeFileAtomic(join(folder, "result.json"), plainJson(result));
  if (flags.json) return printJson(listed(result));
  const tables = verb.tables(result, settings);
  printData(flags.csv ? tables.map(csvOf).join("\n") : tables.map(textOf).join("\n\n"));
}

function csvOf({ columns: head, rows }: Table): string {
  return csvText([head, ...rows]);
}

function textOf({ title, columns: head, rows }: Table): string {
  const cells = rows.map((row) => row.map(cellText));
  return `${title}\n\n${columns([head, ...cells])}`;
}

function cellText(cell: string | number | undefined): string {
  if (cell === undefined) return "";
  if (typeof cell === "string") return JSON.stringify(cell).slice(1, -1);
  return Number.isSafeInteger(cell) ? String(cell) : cell.toPrecision(4);
}

/** Typed arrays as lists and sentences as texts, as other programs read them. */
function listed(value: unknown): unknown {
  if (value instanceof Sentence) return value.text;
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  if (Array.isArray(value)) return value.map(listed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, listed(own)]));
}
