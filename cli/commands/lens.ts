// `secateur lens`: what the model would say at every layer.
import { textOf } from "../../engine/base/sentence.ts";
import type { Command } from "commander";
import { csvText } from "../../engine/circuit/exports/csv-text.ts";
import { type LensResult, type LensSettings, lensSettings } from "../../engine/choices/lens.ts";
import { lensTable } from "../../engine/choices/lens-table.ts";
import { formatPoint } from "../../engine/lens/points.ts";
import { workbenchLens } from "../../engine/lens/workbench-json.ts";
import { lensTask } from "../../engine/session/lens-task.ts";
import { columns } from "../circuit-table.ts";
import { lens } from "../../engine/verbs/lens.ts";
import { interruptible } from "../interrupt.ts";
import { printData, printJson, printMessage } from "../output.ts";
import { progressBar } from "../progress.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";

interface LensFlags {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly workbench?: boolean;
  readonly quiet?: boolean;
}

export function addLens(program: Command): void {
  const command = program.command("lens").description(lens.says);
  addSettings(command, lensSettings, { argument: "[task]" })
    .option("--json", "Prints every reading as JSON.")
    .option("--csv", "Prints every reading as CSV.")
    .option("--workbench", "Prints the lens of a text as NDIF's Workbench reads it (its lens JSON, version 2).")
    .option("--quiet", "Prints no messages.")
    .addHelpText(
      "after",
      '\nExamples:\n  secateur lens --text "The capital of Poland is" --words Poland,Warsaw\n  secateur lens tasks/capital.yaml --model smollm2 --lens shifted',
    )
    .action((task: string | undefined, flags: LensFlags, own: Command) =>
      runLens(typedSettings(lensSettings, own, task), own, flags),
    );
}

async function runLens(settings: LensSettings, own: Command, flags: LensFlags): Promise<void> {
  const bar = progressBar(flags);
  const outcome = await interruptible(
    (signal) =>
      lensTask(settings, {
        execution: typedExecution(own),
        signal,
        followTop: flags.workbench,
        onProgress: (done, total) => bar.on("lens", done, total),
      }).finally(() => bar.stop()),
    "Stopped.",
  );
  if (!flags.quiet) for (const note of outcome.notes) printMessage(`note: ${textOf(note)}`);
  if (flags.json) return printJson(jsonOf(outcome, settings));
  if (flags.csv) return printData(csvOf(outcome));
  if (flags.workbench) return printJson(workbenchOf(outcome));
  if (settings.task === undefined) printData(textTable(outcome));
  if (outcome.traces.length > 0) printData(tracesTable(outcome));
  if (outcome.masses.length > 0) printData(`\n${massesTable(outcome)}`);
}

function jsonOf(
  { modelName, points, prompts, places, words, traces, masses, notes }: LensResult,
  settings: LensSettings,
) {
  const { lens, task } = settings;
  return { model: modelName, task, lens, points, prompts, words, places, traces, masses, notes };
}

const shown = (token: string): string => JSON.stringify(token).slice(1, -1);

function csvOf(result: LensResult): string {
  const { columns: head, rows } = lensTable([result]);
  return csvText([head, ...rows]);
}

function workbenchOf({ modelName, points, prompts, places, texts }: LensResult): object {
  // NDIF's layers are outputs of blocks: the state before the next layer, and the last one.
  const outputs = points.flatMap(({ site, layer }, i) =>
    site === "residPost" || (site === "residPre" && layer > 0) ? [i] : [],
  );
  const readings = places.filter(({ prompt }) => prompt === 0).map(({ readings }) => outputs.map((i) => readings[i]));
  return workbenchLens(modelName, prompts[0].tokens, readings, (id) => texts[id]);
}

/** The last token of a text: the likeliest token at each point, how sure it is, and the words that are followed. */
function textTable({ modelName, points, prompts: [{ tokens }], places, words, texts }: LensResult): string {
  const { readings } = places.at(-1)!;
  const rows = readings.map(({ top, entropy, kl, tokens: followed }, i) => [
    formatPoint(points[i]),
    top.map(({ id }) => shown(texts[id])).join(" · "),
    Math.exp(top[0].logProbability).toFixed(3),
    entropy.toFixed(2),
    kl.to.toFixed(2),
    ...words.map((_, w) => String(followed[w].rank)),
  ]);
  const head = [
    "state",
    "likeliest tokens",
    "p",
    "entropy",
    "KL to output",
    ...words.map(({ word }) => `rank of ${word}`),
  ];
  return `${modelName}, after "${shown(tokens.join(""))}"; entropy and KL in nats (--json and --csv have every token)\n\n${columns([head, ...rows])}`;
}

function tracesTable({ modelName, points, prompts, traces }: LensResult): string {
  const interval = (pair: readonly [number, number] | undefined) =>
    pair ? `[${pair[0].toFixed(3)}, ${pair[1].toFixed(3)}]` : "";
  const head = ["state", ...traces.flatMap(({ label }) => [label, "95 %", "other prompt's", "first in"])];
  const rows = points.map((point, i) => [
    formatPoint(point),
    ...traces.flatMap(({ mean, intervals, other, first }) => [
      mean[i].toFixed(3),
      interval(intervals[i]),
      other[i].toFixed(3),
      String(first[i]),
    ]),
  ]);
  return `${modelName}, ${prompts.length} prompts: mean of 1/rank at their ends\n\n${columns([head, ...rows])}`;
}

function massesTable({ points, masses }: LensResult): string {
  const head = ["state", ...masses.map(({ name }) => `p(${name})`), "rest"];
  const rows = points.map((point, i) => {
    const each = masses.map(({ mean }) => mean[i]);
    const rest = 1 - each.reduce((sum, p) => sum + p, 0);
    return [formatPoint(point), ...[...each, rest].map((p) => p.toFixed(3))];
  });
  return columns([head, ...rows]);
}
