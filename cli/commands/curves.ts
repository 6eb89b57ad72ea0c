// `secateur curves`: size against faithfulness for several ways of choosing units, as many sizes as a terminal has room for.
import type { Command } from "commander";
import { type Curves, curvesSettings } from "../../engine/choices/curves.ts";
import { curves } from "../../engine/verbs/curves.ts";
import { columns } from "../circuit-table.ts";
import { printData, printJson } from "../output.ts";
import { runVerb } from "../run-verb.ts";
import { addSettings, typedSettings } from "../settings-options.ts";

export function addCurves(program: Command): void {
  const command = program.command("curves").description(curves.says);
  addSettings(command, curvesSettings)
    .option("--json", "Prints the figures as JSON.")
    .addHelpText("after", `\nExamples:\n${curves.examples.map((given) => `  secateur curves ${given}`).join("\n")}`)
    .action((task: string, flags: { json?: boolean }, own: Command) => runCurves(task, flags, own));
}

async function runCurves(task: string, flags: { readonly json?: boolean }, command: Command): Promise<void> {
  const outcome = await runVerb(curves, typedSettings(curvesSettings, command, task), command);
  if (flags.json) return printJson(outcome);
  printData(`f on held-out examples of the first units of each order, of ${outcome.units}; sizes in the first line\n`);
  printData(curveTable(outcome));
  if (outcome.searches.length > 0) printData(`\n${searchTable(outcome)}`);
}

const AREAS = ["cpr", "cmd", "cappedCpr"] as const;

/** More columns than these do not fit a terminal. */
const listedSizes = 12;

function curveTable({ curves }: Curves): string {
  const points = curves[0]?.points ?? [];
  const every = Math.ceil(points.length / listedSizes);
  const shown = points.flatMap((_, i) => (i % every === 0 || i === points.length - 1 ? [i] : []));
  const rows = curves.map(({ ordering, points, areas, smallest }) => [
    ordering,
    ...shown.map((i) => (points[i].heldOut ?? points[i].faithfulness).toFixed(2)),
    smallest === undefined ? "never" : String(smallest),
    ...AREAS.map((area) => areas?.[area].toFixed(3) ?? ""),
  ]);
  const sizes = shown.map((i) => String(points[i].kept));
  return columns([["order", ...sizes, "criterion from", "CPR", "CMD", "capped CPR"], ...rows]);
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
