// `secateur edges`: circuits of edges by size, exactly measured, and the smallest faithful one pruned edge by edge.
import type { EdgeSelection, ScoreSign } from "../../engine/choices/lists.ts";
import { edgeSettings, type EdgeSettings } from "../../engine/choices/edges.ts";
import { basename } from "node:path";
import type { Command } from "commander";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { say, textOf } from "../../engine/base/sentence.ts";
import { absolutePath, stemOf } from "../../engine/base/file-name.ts";
import { edgesToEapIg, formatEapIg } from "../../engine/circuit/exports/eap-ig.ts";
import type { Interval } from "../../engine/base/interval.ts";
import type { EdgeScore } from "../../engine/score/edge-attribution.ts";
import { edgesInShare, type EdgeOutcome, edgeTask, type GivenEdges } from "../../engine/session/edge-task.ts";
import { giveBack, newJournalPath } from "../../engine/session/run-store.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { intervalText } from "../interval-text.ts";
import { typed } from "../invocation.ts";
import { printData, printJson, printMessage } from "../output.ts";
import { progressBar } from "../progress.ts";
import { goOn, requireAlone, stoppedRun } from "../resume.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";

interface EdgeFlags {
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
}

export function addEdges(program: Command): void {
  const command = program
    .command("edges")
    .description(
      "Measures the faithfulness of the best edges by size, with CPR and CMD as in MIB; with --prune it removes edges one by one.",
    );
  addSettings(command, edgeSettings, { argument: "[task]" })
    .option("--out <file>", "Writes scores and circuit as a graph that EAP-IG and MIB read.")
    .option("--resume <run>", "Goes on with a stopped pruning, by its name or journal file; the task is left out then.")
    .option("--json", "Prints the figures as JSON.")
    .addHelpText("after", "\nExample:\n  secateur edges tasks/ioi.yaml --method integrated-gradients --prune")
    .action((task: string | undefined, flags: EdgeFlags, own: Command) => {
      if (flags.resume !== undefined) requireAlone(own);
      return edges(task, flags, own);
    });
}

async function edges(task: string | undefined, flags: EdgeFlags, command: Command): Promise<void> {
  const { settings, journal, resume } = runOf(task, flags, command);
  const execution = typedExecution(command);
  const { method, order, selection, prune, graph } = settings;
  const bar = progressBar();
  const onNote = (note: string) => printMessage(`note: ${note}`);
  const outcome = await interruptible(
    (signal) =>
      edgeTask(settings, { execution, journal, resume, signal, onProgress: bar.on, onNote }).finally(() => {
        bar.stop();
        if (journal !== undefined) giveBack(journal);
      }),
    journal === undefined
      ? "Stopped."
      : `Stopped. Go on with: ${typed(goOn("edges", journal, { ...execution, out: flags.out }))}`,
  );
  for (const note of outcome.notes) printMessage(`note: ${textOf(note)}`);
  if (flags.out !== undefined) writeGraph(flags.out, outcome, settings.signs);
  if (flags.json) return printJson(jsonOf(outcome));
  const scores = graph === undefined ? method : `scores of ${graph}`;
  if (outcome.given) printData(`${givenIn(outcome.given)}\n`);
  const chosen = `${order}${CHOSEN[selection]}`;
  printData(`${scores}, edges by ${chosen}; each circuit run exactly, cut edges give the ablated output\n`);
  printData(tableOf(outcome));
  const { cpr, cmd, cappedCpr, logCpr, logCmd, logCappedCpr } = outcome.areas;
  printData(
    `\nCPR ${cpr.toFixed(3)}, CMD ${cmd.toFixed(3)}, capped CPR ${cappedCpr.toFixed(3)}; ` +
      `on a logarithmic axis ${logCpr.toFixed(3)}, ${logCmd.toFixed(3)}, ${logCappedCpr.toFixed(3)}`,
  );
  if (prune) printData(`\n${foundIn(outcome)}`);
}

const CHOSEN = {
  "top-n": "",
  greedy: ", from the logits outwards",
  ilp: ", as a whole, those of a sure sign first",
} as const satisfies Readonly<Record<EdgeSelection, string>>;

interface EdgeRun {
  readonly settings: EdgeSettings;
  /** Only what is pruned takes long enough to be gone on with. */
  readonly journal: string | undefined;
  readonly resume: boolean;
}

function runOf(task: string | undefined, { resume }: EdgeFlags, command: Command): EdgeRun {
  if (resume !== undefined) return { ...stoppedRun("edges", resume, task), resume: true };
  if (task === undefined) {
    throw new EngineError("usage", say`edges needs a task file, such as "secateur edges tasks/ioi.yaml".`);
  }
  const typed = typedSettings(edgeSettings, command, task);
  const { among, graph } = typed;
  // Found again from any folder.
  const settings = {
    ...typed,
    ...(among !== undefined && { among: absolutePath(among) }),
    ...(graph !== undefined && { graph: absolutePath(graph) }),
  };
  const name = `${stemOf(task)}-edges`;
  const journal = settings.prune ? newJournalPath(name, basename(settings.model)) : undefined;
  return { settings, journal, resume: false };
}

function tableOf({ curve, total }: EdgeOutcome): string {
  const rows = curve.map(({ fraction, edges, faithfulness, holds, heldOut }) => [
    `${fraction * 100} %`,
    String(edgesInShare(fraction, total)),
    String(edges),
    faithfulness.toFixed(3),
    heldOut?.toFixed(3) ?? "",
    holds ? "holds" : "",
  ]);
  return columns([["share", "edges", "connected", "f", "f held out", "criterion"], ...rows]);
}

/** Of the circuit that was pruned, else of the smallest one of the curve for which the criterion holds. */
function writeGraph(file: string, outcome: EdgeOutcome, sign: ScoreSign): void {
  const kept = new Set((outcome.circuit?.edges ?? outcome.smallest ?? []).map(formatEdge));
  writeFileAtomic(file, formatEapIg(edgesToEapIg(outcome.config, outcome.scores, kept), sign));
  printMessage(`wrote ${file}: ${outcome.total} scores, ${kept.size} edges in the circuit`);
}

/** f, with its interval where there is one. */
function shareText(f: number, interval: Interval | undefined): string {
  return `${f.toFixed(3)}${interval ? ` ${intervalText(interval, 3)}` : ""}`;
}

function givenIn({ edges, connected, faithfulness, interval, holds, heldOut }: GivenEdges): string {
  const unseen = heldOut ? `, held out ${shareText(heldOut.faithfulness, heldOut.interval)}` : "";
  return (
    `the circuit in the file: ${edges.length} edges, ${connected} connected, ` +
    `f ${shareText(faithfulness, interval)}${unseen}, the criterion ${holds ? "holds" : "does not hold"}`
  );
}

function foundIn({ circuit }: EdgeOutcome): string {
  if (!circuit) return "The criterion does not hold where the pruning would begin, so nothing was pruned.";
  const { edges, from, trials, faithfulness, heldOut, oneMinimal, tested } = circuit;
  const unseen = heldOut
    ? `, held out ${shareText(heldOut.faithfulness, heldOut.interval)}, where the criterion ${heldOut.holds ? "holds" : "does not hold"}`
    : "";
  const claim = oneMinimal
    ? "no single one can go"
    : `${(100 * tested).toFixed(0)} % of them tested one by one within the budget`;
  const head = `pruned from ${from} to ${edges.length} edges in ${trials} trials, ${claim}: f ${faithfulness.toFixed(3)}${unseen}`;
  return [head, ...edges.map((edge) => `  ${formatEdge(edge)}`)].join("\n");
}

function jsonOf({ total, curve, areas, circuit, given, examples, notes }: EdgeOutcome): object {
  const named = <T extends { readonly edges: readonly EdgeScore[] }>(found: T) => ({
    ...found,
    edges: found.edges.map(formatEdge),
  });
  return {
    total,
    curve,
    areas,
    ...(circuit && { circuit: named(circuit) }),
    ...(given && { given: named(given) }),
    examples,
    notes,
  };
}
