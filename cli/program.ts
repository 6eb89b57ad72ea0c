// The program: every command of the command line.
import { Command } from "commander";
import { VERB_NAMES, type VerbName } from "../engine/contract/verbs.ts";
import { version } from "../engine/session/version.ts";
import { EVERY_VERB } from "../engine/sweep/every-verb.ts";
import type { Verb } from "../engine/verbs/verb.ts";
import { addCircuitCommands } from "./commands/circuits.ts";
import { addCurves } from "./commands/curves.ts";
import { addDemo } from "./commands/demo.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEdges } from "./commands/edges.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addGenerate } from "./commands/generate.ts";
import { addLens } from "./commands/lens.ts";
import { addModels } from "./commands/models.ts";
import { addPatch } from "./commands/patch.ts";
import { addPrune } from "./commands/prune.ts";
import { addRelation } from "./commands/relation.ts";
import { addScore } from "./commands/score.ts";
import { addSweep } from "./commands/sweep.ts";
import { addWorker } from "./commands/worker.ts";
import { addStability } from "./commands/stability.ts";
import { addTasks } from "./commands/tasks.ts";
import { addServe } from "./commands/serve.ts";
import { addTrain } from "./commands/train.ts";
import { addTransfer } from "./commands/transfer.ts";
import { addValidate } from "./commands/validate.ts";
import { addVerb } from "./commands/verb.ts";
import { print } from "./output.ts";

const COMMANDS = [
  addCurves,
  addDemo,
  addPrune,
  addPatch,
  addScore,
  addEdges,
  addRelation,
  addEvaluate,
  addStability,
  addTransfer,
  addSweep,
  addWorker,
  addCircuitCommands,
  addGenerate,
  addLens,
  addModels,
  addTasks,
  addValidate,
  addTrain,
  addServe,
  addDoctor,
] as const;

export function buildProgram(): Command {
  const program = new Command("secateur")
    .description(
      "Shows what happens inside a language model: circuits, effects, relations, the lens, and what it says.",
    )
    .version(version, "-V, --version", "Prints the version.")
    .configureOutput({
      writeOut: (text) => print(process.stdout, text),
      writeErr: (text) => print(process.stderr, text),
    })
    .showSuggestionAfterError()
    .showHelpAfterError("(add --help for the options)");
  for (const add of COMMANDS) add(program);
  // A verb that has no command of its own above has the one that its description makes.
  const isThere = (name: VerbName) => program.commands.some((command) => command.name() === name);
  for (const name of VERB_NAMES) if (!isThere(name)) addVerb(program, EVERY_VERB[name] as unknown as Verb<VerbName>);
  program.helpCommand("help [command]", "Shows the help of a command.");
  for (const command of [program, ...program.commands, ...program.commands.flatMap((group) => group.commands)]) {
    command.exitOverride().helpOption("-h, --help", "Shows this help.");
  }
  return program;
}
