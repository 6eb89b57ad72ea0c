// The command line: `secateur COMMAND`, every command over the engine in this process.
import { Command, CommanderError } from "commander";
import { enterCallerFolder } from "../engine/base/caller-folder.ts";
import { allowStandardInput } from "../engine/base/standard-input.ts";
import { version } from "../engine/session/version.ts";
import { addCircuitCommands } from "./commands/circuits.ts";
import { addCurves } from "./commands/curves.ts";
import { addDemo } from "./commands/demo.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEdges } from "./commands/edges.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addModels } from "./commands/models.ts";
import { addNeurons } from "./commands/neurons.ts";
import { addPatch } from "./commands/patch.ts";
import { addPrune } from "./commands/prune.ts";
import { addRelation } from "./commands/relation.ts";
import { addScore } from "./commands/score.ts";
import { addStability } from "./commands/stability.ts";
import { addTasks } from "./commands/tasks.ts";
import { addServe } from "./commands/serve.ts";
import { addTrain } from "./commands/train.ts";
import { addTransfer } from "./commands/transfer.ts";
import { addValidate } from "./commands/validate.ts";
import { EXIT, exitCodeOf, failureText } from "./failure.ts";
import { SCRIPTS } from "./invocation.ts";
import { print, printMessage } from "./output.ts";

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
  addCircuitCommands,
  addNeurons,
  addModels,
  addTasks,
  addValidate,
  addTrain,
  addServe,
  addDoctor,
] as const;

function buildProgram(): Command {
  const program = new Command("secateur")
    .description("Finds the circuit inside a transformer: the few heads, MLPs and neurons that do one task.")
    .version(version)
    .configureOutput({
      writeOut: (text) => print(process.stdout, text),
      writeErr: (text) => print(process.stderr, text),
    })
    .showSuggestionAfterError()
    .showHelpAfterError("(add --help for the options)");
  for (const add of COMMANDS) add(program);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((group) => group.commands)]) {
    command.exitOverride();
  }
  return program;
}

// A reader that has seen enough, such as head, ends the program without a word.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") printMessage(failureText(Object.assign(error, { path: "standard output" })));
  process.exit(EXIT.failed);
});
// Words that nobody reads are no reason to end.
process.stderr.on("error", () => undefined);

try {
  enterCallerFolder(SCRIPTS);
  allowStandardInput();
  await buildProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its own sentence; help and version end well.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    printMessage(failureText(error));
    process.exitCode = exitCodeOf(error);
  }
}
