// The program: every command of the command line.
import { Command } from "commander";
import type { VerbName } from "../engine/contract/verbs.ts";
import { version } from "../engine/session/version.ts";
import type { Verb } from "../engine/verbs/verb.ts";
import { print } from "./output.ts";

interface CommandFile {
  /** That it adds. */
  readonly names: readonly string[];
  readonly load: () => Promise<(program: Command) => void>;
}

/** In the order of the help. Each is loaded when it is asked for: the engine behind all of them takes longer than many a command. */
export const COMMAND_FILES: readonly CommandFile[] = [
  { names: ["curves"], load: async () => (await import("./commands/curves.ts")).addCurves },
  { names: ["demo"], load: async () => (await import("./commands/demo.ts")).addDemo },
  { names: ["prune"], load: async () => (await import("./commands/prune.ts")).addPrune },
  { names: ["patch"], load: async () => (await import("./commands/patch.ts")).addPatch },
  { names: ["score"], load: async () => (await import("./commands/score.ts")).addScore },
  { names: ["edges"], load: async () => (await import("./commands/edges.ts")).addEdges },
  { names: ["relation"], load: async () => (await import("./commands/relation.ts")).addRelation },
  { names: ["evaluate"], load: async () => (await import("./commands/evaluate.ts")).addEvaluate },
  { names: ["stability"], load: async () => (await import("./commands/stability.ts")).addStability },
  { names: ["transfer"], load: async () => (await import("./commands/transfer.ts")).addTransfer },
  { names: ["sweep"], load: async () => (await import("./commands/sweep.ts")).addSweep },
  { names: ["worker", "worker-job"], load: async () => (await import("./commands/worker.ts")).addWorker },
  {
    names: ["inspect", "compare", "export"],
    load: async () => (await import("./commands/circuits.ts")).addCircuitCommands,
  },
  { names: ["generate"], load: async () => (await import("./commands/generate.ts")).addGenerate },
  { names: ["lens"], load: async () => (await import("./commands/lens.ts")).addLens },
  { names: ["models"], load: async () => (await import("./commands/models.ts")).addModels },
  { names: ["tasks"], load: async () => (await import("./commands/tasks.ts")).addTasks },
  { names: ["validate"], load: async () => (await import("./commands/validate.ts")).addValidate },
  { names: ["train"], load: async () => (await import("./commands/train.ts")).addTrain },
  { names: ["serve"], load: async () => (await import("./commands/serve.ts")).addServe },
  { names: ["doctor"], load: async () => (await import("./commands/doctor.ts")).addDoctor },
];

/** @param asked a command, so that only its file is loaded; anything else: all, for the help and for what sounds like it */
export async function buildProgram(asked?: string): Promise<Command> {
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
  const file = COMMAND_FILES.find(({ names }) => names.some((name) => name === asked));
  for (const { load } of file ? [file] : COMMAND_FILES) (await load())(program);
  if (!file) await addOtherVerbs(program);
  program.helpCommand("help [command]", "Shows the help of a command.");
  for (const command of [program, ...program.commands, ...program.commands.flatMap((group) => group.commands)]) {
    command.exitOverride().helpOption("-h, --help", "Shows this help.");
  }
  return program;
}

/** A verb that has no command of its own above has the one that its description makes. */
async function addOtherVerbs(program: Command): Promise<void> {
  const { VERB_NAMES } = await import("../engine/contract/verbs.ts");
  const { EVERY_VERB } = await import("../engine/sweep/every-verb.ts");
  const { addVerb } = await import("./commands/verb.ts");
  const isThere = (name: VerbName) => program.commands.some((command) => command.name() === name);
  for (const name of VERB_NAMES) if (!isThere(name)) addVerb(program, EVERY_VERB[name] as unknown as Verb<VerbName>);
}
