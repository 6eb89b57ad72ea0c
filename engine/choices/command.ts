// The command line that repeats a piece of work: the one function behind the circuit file, the window and the command line itself.
import type { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { type Execution, executionSchema } from "./execution.ts";
import { flagOf, isArgument, type Leaf, leavesOf } from "./option.ts";
import { written } from "./spelling.ts";

/** What is done and what decides it. */
export interface Command<Schema extends z.ZodType = z.ZodType> {
  /** Such as "prune", or "sae train" in a group. */
  readonly name: string;
  readonly settings: Schema;
}

/** "secateur prune tasks/ioi.yaml --model sprig --units heads", every word as a shell takes it. */
export function commandLine<Schema extends z.ZodType>(
  command: Command<Schema>,
  settings: Frozen<z.input<Schema>>,
  execution: Execution = {},
): string {
  return ["secateur", ...commandWords(command, settings, execution)].map(quoted).join(" ");
}

/** The arguments of the program. */
export function commandWords<Schema extends z.ZodType>(
  { name, settings: schema }: Command<Schema>,
  settings: Frozen<z.input<Schema>>,
  execution: Execution = {},
): string[] {
  const own = leavesOf(schema).map((leaf) => ({ leaf, value: valueAt(settings, leaf.path) }));
  const where = leavesOf(executionSchema).map((leaf) => ({ leaf, value: valueAt(execution, leaf.path) }));
  const given = [...own, ...where].filter(({ value }) => value !== undefined);
  const placed = given.filter(({ leaf }) => isArgument(leaf.words));
  const optional = given.filter(({ leaf }) => !isArgument(leaf.words));
  const first = placed.flatMap(({ leaf, value }) =>
    Array.isArray(value) ? value.map(String) : [written(leaf, value)],
  );
  const options = optional.flatMap(({ leaf, value }) => optionWords(leaf, value));
  // After a lone "--" nothing is taken for an option.
  const named = name.split(" ");
  const needsDashes = first.some((word) => word.startsWith("-"));
  return needsDashes ? [...named, ...options, "--", ...first] : [...named, ...first, ...options];
}

function optionWords(leaf: Leaf, value: unknown): string[] {
  const flag = flagOf(leaf.words);
  if (typeof value !== "boolean") return oneWord(flag, written(leaf, value));
  const { says } = leaf.words;
  if (value ? says === "no" : says === "yes") return [];
  return [value ? flag : flag.replace(/^--(no-)?/, "--no-")];
}

/** A value that begins with a dash would be taken for an option. */
function oneWord(flag: string, text: string): string[] {
  return text.startsWith("-") ? [`${flag}=${text}`] : [flag, text];
}

function valueAt(settings: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], settings);
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w./:=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
