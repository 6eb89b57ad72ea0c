// The options of a command, out of the schema of its settings: their help, what they take, and the settings that were typed.
import { say } from "../engine/base/sentence.ts";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { z } from "zod";
import { checked } from "../engine/choices/checked.ts";
import { type Execution, executionSchema } from "../engine/choices/execution.ts";
import { choicesOf, defaultOf, flagOf, isArgument, type Leaf, leavesOf } from "../engine/choices/option.ts";
import { understood, written } from "../engine/choices/spelling.ts";

export interface SettingsOptions {
  /** How the argument is written, where it may be left out. */
  readonly argument?: string;
  /** Whether a model is run, and so may be told on what (default: yes). */
  readonly runs?: boolean;
}

/** Adds the arguments and options of the settings, and those of where they are computed. */
export function addSettings(
  command: Command,
  schema: z.ZodType,
  { argument, runs = true }: SettingsOptions = {},
): Command {
  for (const leaf of [...leavesOf(schema), ...(runs ? leavesOf(executionSchema) : [])]) {
    if (isArgument(leaf.words)) command.argument(argument ?? leaf.words.flags, leaf.words.help);
    else for (const option of optionsOf(leaf)) command.addOption(option);
  }
  return command;
}

/** The settings that were typed, what was left out by the schema's defaults. */
export function typedSettings<Schema extends z.ZodType>(
  schema: Schema,
  command: Command,
  argument: string | readonly string[] | undefined,
): z.output<Schema> {
  const given = typed(schema, command);
  const placed = leavesOf(schema).find(({ words }) => isArgument(words));
  if (placed && argument !== undefined) put(given, placed.path, argument);
  return checked(schema, given, say`the command line`);
}

export function typedExecution(command: Command): Execution {
  return checked(executionSchema, typed(executionSchema, command), say`the command line`);
}

/** Whether an option was typed, and does not merely have its default. */
export function isTyped(command: Command, name: string): boolean {
  return command.getOptionValueSource(name) === "cli";
}

function typed(schema: z.ZodType, command: Command): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const leaf of leavesOf(schema)) {
    if (isArgument(leaf.words)) continue;
    const name = new Option(flagOf(leaf.words)).attributeName();
    if (isTyped(command, name)) put(given, leaf.path, command.getOptionValue(name));
  }
  return given;
}

function put(into: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) into[key!] = value;
  else put((into[key!] ??= {}) as Record<string, unknown>, rest, value);
}

function optionsOf(leaf: Leaf): Option[] {
  const { flags, help, says } = leaf.words;
  const first = new Option(flags, `${help}${otherwiseOf(leaf)}`);
  if (says === "both") return [first, new Option(flags.replace(/^--/, "--no-"), "Says the opposite.")];
  if (says !== undefined) return [first];
  const choices = choicesOf(leaf.schema);
  if (choices) first.choices([...choices]);
  first.argParser((text) => valueOf(leaf, text));
  const otherwise = defaultOf(leaf.schema);
  if (otherwise !== undefined) first.default(otherwise, written(leaf, otherwise));
  else if (!leaf.schema.safeParse(undefined).success) first.makeOptionMandatory();
  return [first];
}

function otherwiseOf({ words: { otherwise } }: Leaf): string {
  return otherwise === undefined ? "" : ` (default: ${otherwise})`;
}

function valueOf(leaf: Leaf, text: string): unknown {
  const read = understood(leaf, text);
  if ("sentence" in read) throw new InvalidArgumentError(read.sentence);
  return read.value;
}
