// `secateur patch`: the effect of single heads, layers, positions or neurons, the strongest of them in a terminal.
import type { Command } from "commander";
import { type PatchResult, patchSettings, type PatchSettings } from "../../engine/choices/patch.ts";
import { csvText } from "../../engine/circuit/exports/csv-text.ts";
import { patch, strongestFirst } from "../../engine/verbs/patch.ts";
import { columns } from "../circuit-table.ts";
import { printData, printJson } from "../output.ts";
import { runVerb } from "../run-verb.ts";
import { addSettings, typedSettings } from "../settings-options.ts";

interface PatchFlags {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly quiet?: boolean;
}

export function addPatch(program: Command): void {
  const command = program.command("patch").description(patch.says);
  addSettings(command, patchSettings)
    .option("--json", "Prints the effects as JSON.")
    .option("--csv", "Prints the effects as CSV.")
    .option("--quiet", "Prints no messages.")
    .addHelpText("after", `\nExample:\n  secateur patch ${patch.examples[0]}`)
    .action((task: string, flags: PatchFlags, own: Command) =>
      runPatch(typedSettings(patchSettings, own, task), own, flags),
    );
}

/** @param command whose execution was typed */
export async function runPatch(settings: PatchSettings, command: Command, flags: PatchFlags = {}): Promise<void> {
  const result = await runVerb(patch, settings, command, flags);
  if (flags.json) return printJson(jsonOf(result, settings));
  const [table] = patch.tables(result, settings);
  printData(flags.csv ? csvText([table.columns, ...table.rows]) : effectsTable(result, settings));
}

function jsonOf(result: PatchResult, { site, by, direction }: PatchSettings): object {
  const { taskName, modelName, ablation, metric, clean, corrupt, layers, units, positions, effect, normalised } =
    result;
  const plain = ({ axes, shape, data }: typeof effect) => ({ axes: axes.split(" "), shape, data: [...data] });
  return {
    task: taskName,
    model: modelName,
    site,
    by,
    direction,
    ablation,
    metric,
    clean,
    corrupt,
    layers,
    units,
    positions,
    effect: plain(effect),
    ...(normalised && { normalised: plain(normalised) }),
  };
}

/** What the clean value is worth: it is lost in noising and put back in denoising; files hold patched − unpatched. */
const worth = (effect: number, direction: PatchSettings["direction"]): number =>
  direction === "denoising" ? effect : 0 - effect;

/** Entries of a table; the rest is counted. */
const listed = 20;

function effectsTable(result: PatchResult, { site, by, direction }: PatchSettings): string {
  const { taskName, modelName, examples, ablation, unit, clean, corrupt, effect: effects } = result;
  const entries = strongestFirst(result);
  const names = effects.axes.split(" ");
  const rows = entries.slice(0, listed).map(({ place, effect, normalised }) => {
    const helps = worth(effect, direction).toFixed(4);
    return [...place.map(String), helps, normalised?.toFixed(4) ?? ""];
  });
  const more =
    entries.length > listed ? `\nand ${entries.length - listed} smaller ones (--csv or --json prints all)` : "";
  return (
    `${direction} ${site} by ${by}, ${taskName} on ${modelName}, ${examples} examples, ${ablation.kind} ablation\n` +
    `metric of the clean run ${clean.toFixed(3)}, of the corrupt run ${corrupt.toFixed(3)} ${unit}\n\n` +
    columns([[...names, `helps by (${unit})`, "normalised"], ...rows]) +
    more
  );
}
