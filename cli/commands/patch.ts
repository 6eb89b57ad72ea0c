// `secateur patch`: the effect of single heads, layers, positions or neurons.
import type { Command } from "commander";
import { csvText } from "../../engine/circuit/exports/csv-text.ts";
import type { Execution } from "../../engine/choices/execution.ts";
import { patchSettings, type PatchSettings } from "../../engine/choices/patch.ts";
import type { PatchingEffects } from "../../engine/score/activation-patching.ts";
import { type PatchOutcome, patchTask } from "../../engine/session/patch-task.ts";
import { metricUnit } from "../../engine/metric/metric.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";
import { printData, printJson, printMessage } from "../output.ts";
import { progressBar } from "../progress.ts";

interface PatchFlags {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly quiet?: boolean;
}

export function addPatch(program: Command): void {
  const command = program
    .command("patch")
    .description("Measures what the metric changes by when one place's activation of one run is put into the other.");
  addSettings(command, patchSettings)
    .option("--json", "Prints the effects as JSON.")
    .option("--csv", "Prints the effects as CSV.")
    .option("--quiet", "Prints no messages.")
    .addHelpText("after", "\nExample:\n  secateur patch tasks/ioi.yaml --site residPre --by position")
    .action((task: string, flags: PatchFlags, own: Command) =>
      patch(typedSettings(patchSettings, own, task), typedExecution(own), flags),
    );
}

export async function patch(settings: PatchSettings, execution: Execution, flags: PatchFlags = {}): Promise<void> {
  const bar = progressBar(flags);
  const onProgress = (done: number, total: number) => bar.on("effects", done, total);
  const outcome = await interruptible(
    (signal) => patchTask(settings, { execution, signal, onProgress }).finally(() => bar.stop()),
    "Stopped.",
  );
  if (!flags.quiet) for (const note of outcome.prepared.notes) printMessage(`note: ${note}`);
  if (flags.json) printJson(jsonOf(outcome, settings));
  else if (flags.csv) printData(csvOf(outcome.effects));
  else printData(effectsTable(outcome, settings));
}

function jsonOf({ effects, prepared, modelName }: PatchOutcome, { site, by, direction }: PatchSettings): object {
  const { clean, corrupt, layers, units, positions, effect, normalised } = effects;
  const plain = (tensor: typeof effect) => ({
    axes: tensor.axes.split(" "),
    shape: tensor.shape,
    data: [...tensor.data],
  });
  return {
    task: prepared.task.name,
    model: modelName,
    site,
    by,
    direction,
    ablation: prepared.ablation,
    metric: prepared.task.metric,
    clean,
    corrupt,
    layers,
    units,
    positions,
    effect: plain(effect),
    ...(normalised && { normalised: plain(normalised) }),
  };
}

/** One entry of the effects: where it is, and its values. */
interface Entry {
  readonly place: readonly (string | number)[];
  readonly effect: number;
  readonly normalised: number | undefined;
}

function entriesOf({ layers, units, positions, effect, normalised }: PatchingEffects): Entry[] {
  const axes = [layers, ...(units ? [units] : []), ...(positions ? [positions] : [])] as (readonly (
    string | number
  )[])[];
  return Array.from(effect.data, (value, flat) => {
    let rest = flat;
    const place = axes.map((axis, a) => {
      const stride = axes.slice(a + 1).reduce((product, other) => product * other.length, 1);
      const at = axis[Math.floor(rest / stride)];
      rest %= stride;
      return at;
    });
    return { place, effect: value, normalised: normalised?.data[flat] };
  });
}

function csvOf(effects: PatchingEffects): string {
  const head = [...effects.effect.axes.split(" "), "effect", "normalised"];
  return csvText([head, ...entriesOf(effects).map(({ place, effect, normalised }) => [...place, effect, normalised])]);
}

/** What the clean value is worth: it is lost in noising and put back in denoising; files hold patched − unpatched. */
const worth = (effect: number, direction: PatchSettings["direction"]): number =>
  direction === "denoising" ? effect : 0 - effect;

/** Entries of a table; the rest is counted. */
const listed = 20;

function effectsTable({ effects, prepared, modelName }: PatchOutcome, { site, by, direction }: PatchSettings): string {
  const unit = metricUnit[prepared.task.metric];
  const entries = entriesOf(effects).sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  const names = effects.effect.axes.split(" ");
  const rows = entries.slice(0, listed).map(({ place, effect, normalised }) => {
    const helps = worth(effect, direction).toFixed(4);
    return [...place.map(String), helps, normalised?.toFixed(4) ?? ""];
  });
  const more =
    entries.length > listed ? `\nand ${entries.length - listed} smaller ones (--csv or --json prints all)` : "";
  return (
    `${direction} ${site} by ${by}, ${prepared.task.name} on ${modelName}, ${prepared.discovery.length} examples, ${prepared.ablation.kind} ablation\n` +
    `metric of the clean run ${effects.clean.toFixed(3)}, of the corrupt run ${effects.corrupt.toFixed(3)} ${unit}\n\n` +
    columns([[...names, `helps by (${unit})`, "normalised"], ...rows]) +
    more
  );
}
