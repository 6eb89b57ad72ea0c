// `secateur prune`: finds the circuit of a task.
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { stemOf } from "../../engine/base/file-name.ts";
import { isStandardInput } from "../../engine/base/standard-input.ts";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import type { UnitKind } from "../../engine/circuit/unit.ts";
import { SEARCH_STARTS, type SearchStartName } from "../../engine/contract.ts";
import { ORDERS } from "../../engine/prune/search.ts";
import { trainingSteps } from "../../engine/session/learned-start.ts";
import { type PruneSettings, pruneTask } from "../../engine/session/prune-task.ts";
import { giveBack, newJournalPath, runName } from "../../engine/session/run-store.ts";
import { circuitTable } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { typed } from "../invocation.ts";
import {
  addCriterionOptions,
  addTaskOptions,
  parseCount,
  parseIds,
  parsePositive,
  parseUnits,
  type TaskFlags,
  taskSettings,
} from "../options.ts";
import { printData, printJsonLine, printJsonText, printMessage, requireWritable } from "../output.ts";
import { pruneProgress } from "../progress.ts";
import { goOn, quoted, requireAlone, stoppedRun } from "../resume.ts";

export interface PruneFlags extends TaskFlags {
  readonly units: readonly UnitKind[];
  readonly order?: PruneSettings["order"];
  readonly orders?: number;
  readonly swaps?: number;
  readonly passes?: number;
  readonly budget?: number;
  readonly keep?: readonly string[];
  readonly without?: readonly string[];
  readonly start?: SearchStartName;
  readonly random?: number;
  readonly parts?: boolean;
  readonly roles: boolean;
  readonly connections: boolean;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly quiet?: boolean;
}

export function addPrune(program: Command): void {
  const command = program
    .command("prune")
    .argument("[task]", "task file; left out with --resume")
    .description("remove units while the circuit stays faithful, until no single one can go");
  addCriterionOptions(addTaskOptions(command))
    .option("--units <kinds>", "heads, mlps, neurons, or several with commas", parseUnits, ["head"] as UnitKind[])
    .addOption(new Option("--order <name>", "in which order units are tried").choices([...ORDERS]))
    .option(
      "--orders <n>",
      "seeded orders to try, the smallest circuit wins (default: 2 up to 64 units, else 1)",
      parsePositive,
    )
    .option("--swaps <n>", "removed units to try putting back (default: 4 up to 64 units, else 0)", parseCount)
    .option("--passes <n>", "stop after so many passes (default: until one removes nothing)", parsePositive)
    .option(
      "--budget <trials>",
      "stop after so many trials, 0 for no limit (default: 15 % of the neurons where they are more than 4096)",
      parseCount,
    )
    .option("--keep <units>", "units that must stay, such as a1.h4,m0", parseIds)
    .option("--without <units>", "units that are ablated before the search begins", parseIds)
    .addOption(
      new Option("--start <name>", "from the full model, or from gates learned together and cut down exactly")
        .choices([...SEARCH_STARTS])
        .default("full"),
    )
    .option("--random <n>", "random circuits to compare with (default: 100)", parseCount)
    .option("--no-parts", "leave out completeness and minimality")
    .option("--no-roles", "leave out the roles of the heads")
    .option("--no-connections", "leave out the connections between the kept nodes")
    .option("--out <file>", "circuit file to write (default: TASK.circuit.json here)")
    .option("--resume <run>", "go on with a stopped run, by its name or journal file")
    .option("--json", "print the circuit file instead of the table")
    .option("--jsonl", "print every event as a line of JSON")
    .option("--quiet", "no progress, no table")
    .addHelpText("after", "\nExample:\n  secateur prune tasks/ioi.yaml --units heads,mlps --threshold 0.9")
    .action((task: string | undefined, flags: PruneFlags, own: Command) => {
      if (flags.resume !== undefined) requireAlone(own);
      return prune(task, flags);
    });
}

export async function prune(task: string | undefined, flags: PruneFlags): Promise<void> {
  const { settings, journal, resume } = runOf(task, flags);
  const out = flags.out ?? `${stemOf(settings.task)}.circuit.json`;
  requireWritable(out);
  const progress = pruneProgress(flags);
  const { circuit, notes } = await interruptible(
    (signal) =>
      pruneTask(settings, {
        threads: flags.threads,
        journal,
        resume,
        command: commandLine(),
        signal,
        onEvent: (event) => progress.on(event),
        onNote: (note) => printMessage(`note: ${note}`),
      }).finally(() => {
        progress.stop();
        giveBack(journal);
      }),
    `Stopped. Go on with: ${typed(goOn("prune", journal, flags))}`,
  );
  writeFileAtomic(out, formatCircuit(circuit));
  if (!flags.quiet) for (const note of notes) printMessage(`note: ${note}`);
  if (flags.jsonl) printJsonLine({ type: "done", run: runName(journal), out });
  if (flags.json) printJsonText(formatCircuit(circuit));
  else if (!flags.quiet && !flags.jsonl) printData(circuitTable(circuit));
  if (!flags.quiet) printMessage(`\nwrote ${out} in ${circuit.environment?.seconds} s`);
}

function runOf(
  task: string | undefined,
  flags: PruneFlags,
): { settings: PruneSettings; journal: string; resume: boolean } {
  if (flags.resume !== undefined) {
    return { ...stoppedRun<PruneSettings>("units", flags.resume, task), resume: true };
  }
  if (task === undefined) {
    throw new EngineError("usage", 'prune needs a task file, such as "secateur prune tasks/ioi.yaml".');
  }
  if (!existsSync(task) && !isStandardInput(task)) {
    throw new EngineError(
      "missing-file",
      `${task}: there is no such task file. "secateur tasks list" shows those that ship.`,
      {
        place: { file: task },
      },
    );
  }
  const { units, order, orders, swaps, passes, budget, keep, without, start, random } = flags;
  const { parts, connections, roles } = flags;
  const settings = {
    ...taskSettings(task, flags),
    units,
    order,
    orders,
    swaps,
    maxPasses: passes,
    budget,
    keep,
    without,
    start: start === "learned-masks" ? { steps: trainingSteps } : undefined,
    random,
    parts,
    connections,
    roles,
  };
  return {
    settings,
    journal: newJournalPath(stemOf(task), basename(settings.model)),
    resume: false,
  };
}

/** The command line that repeats the run. */
function commandLine(): string {
  return ["secateur", ...process.argv.slice(2)].map(quoted).join(" ");
}
