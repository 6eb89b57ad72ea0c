// `secateur curves`: size against faithfulness for several ways of choosing units, beside what the searches find.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { UnitKind } from "../../engine/circuit/unit.ts";
import { type Curves, type OrderingName, ORDERINGS } from "../../engine/contract.ts";
import { curvesTask } from "../../engine/session/curves-task.ts";
import { trainingSteps } from "../../engine/session/learned-start.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import {
  addCriterionOptions,
  addTaskOptions,
  parsePositive,
  parseUnits,
  type TaskFlags,
  taskSettings,
} from "../options.ts";
import { printData, printJson, printMessage } from "../output.ts";
import { progressBar } from "../progress.ts";

interface CurvesFlags extends TaskFlags {
  readonly units: readonly UnitKind[];
  readonly orderings: readonly OrderingName[];
  readonly steps: number;
  readonly maskSteps: number;
  readonly json?: boolean;
}

export function addCurves(program: Command): void {
  const command = program
    .command("curves")
    .argument("<task>", "task file")
    .description("faithfulness by size for several orders of heads and MLPs, beside greedy pruning and learned masks");
  addCriterionOptions(addTaskOptions(command))
    .addOption(new Option("--units <kinds>", "heads, mlps").argParser(parseUnits).default(["head"], "heads"))
    .addOption(
      new Option("--orderings <list>", `some of ${ORDERINGS.join(", ")}`)
        .argParser(parseOrderings)
        .default([...ORDERINGS], "all"),
    )
    .option("--steps <n>", "points of integrated gradients", parsePositive, 5)
    .option("--mask-steps <n>", "steps of training of learned masks", parsePositive, trainingSteps)
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  secateur curves tasks/ioi.yaml --orderings effects,learned-masks")
    .action((task: string, flags: CurvesFlags) => curves(task, flags));
}

function parseOrderings(text: string): OrderingName[] {
  return text.split(",").map((word) => {
    const ordering = ORDERINGS.find((name) => name === word.trim());
    if (!ordering) throw new InvalidArgumentError(`"${word}" is no ordering; choose among ${ORDERINGS.join(", ")}.`);
    return ordering;
  });
}

async function curves(task: string, flags: CurvesFlags): Promise<void> {
  const { units, orderings, steps, maskSteps, threads } = flags;
  const settings = { ...taskSettings(task, flags), units, orderings, steps, maskSteps };
  const bar = progressBar();
  const onProgress = (done: number, total: number) => bar.on("curves", done, total);
  const outcome = await interruptible(
    (signal) => curvesTask(settings, { threads, signal, onProgress }).finally(() => bar.stop()),
    "Stopped.",
  );
  for (const note of outcome.notes) printMessage(`note: ${note}`);
  if (flags.json) return printJson(outcome);
  printData(`f on held-out examples of the first units of each order, of ${outcome.units}; sizes in the first line\n`);
  printData(curveTable(outcome));
  printData(`\n${searchTable(outcome)}`);
}

/** More columns than these do not fit a terminal. */
const listedSizes = 12;

function curveTable({ curves }: Curves): string {
  const points = curves[0]?.points ?? [];
  const every = Math.ceil(points.length / listedSizes);
  const shown = points.flatMap((_, i) => (i % every === 0 || i === points.length - 1 ? [i] : []));
  const rows = curves.map(({ ordering, points, smallest }) => [
    ordering,
    ...shown.map((i) => (points[i].heldOut ?? points[i].faithfulness).toFixed(2)),
    smallest === undefined ? "never" : String(smallest),
  ]);
  return columns([["order", ...shown.map((i) => String(points[i].kept)), "criterion from"], ...rows]);
}

const SEARCHES = { greedy: "greedy", masks: "learned masks, then exact" } as const;

function searchTable({ searches }: Curves): string {
  const rows = searches.map(({ search, kept, faithfulness, heldOut, trials, seconds }) => [
    SEARCHES[search],
    String(kept),
    faithfulness.toFixed(3),
    heldOut?.toFixed(3) ?? "",
    String(trials),
    seconds.toFixed(1),
  ]);
  return columns([["search", "kept", "f", "f held out", "trials", "seconds"], ...rows]);
}
