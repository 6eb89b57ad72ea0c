// The help of the command line is whole sentences.
import type { Command } from "commander";
import { expect, test } from "vitest";
import { buildProgram } from "../cli/program.ts";

const commandsUnder = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(commandsUnder)];

/** It begins with a capital or a number and ends with a full stop; what is taken by default may follow. */
const SENTENCE = /^[A-Z0-9].*\.( \(default: [^)]+\))?$/s;

test("every command, argument and option says in whole sentences what it does", async () => {
  const texts = commandsUnder(await buildProgram()).flatMap((command) => {
    const help = command.createHelp();
    const of = (what: string, text: string) => [`${command.name()} ${what}`.trim(), text] as const;
    return [
      of("", command.description()),
      ...command.registeredArguments.map((argument) => of(argument.name(), argument.description)),
      ...help.visibleOptions(command).map((option) => of(option.flags, option.description)),
    ];
  });
  expect(texts.length).toBeGreaterThan(200);
  expect(texts.filter(([, text]) => !SENTENCE.test(text))).toEqual([]);
});
