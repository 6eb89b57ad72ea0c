// `secateur edges`: circuits of edges by size, exactly measured, and the smallest faithful one pruned edge by edge.
import { basename } from "node:path";
import { type Command, Option } from "commander";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { absolutePath, stemOf } from "../../engine/base/file-name.ts";
import { edgesToEapIg, formatEapIg, SCORE_SIGNS, type ScoreSign } from "../../engine/circuit/exports/eap-ig.ts";
import type { Interval } from "../../engine/base/interval.ts";
import type { EdgeScore } from "../../engine/score/edge-attribution.ts";
import { EDGE_ORDERS, EDGE_SELECTIONS, type EdgeOrder, type EdgeSelection } from "../../engine/score/edge-ranking.ts";
import { type EdgeOutcome, type EdgeSettings, edgeTask, type GivenEdges } from "../../engine/session/edge-task.ts";
import { giveBack, newJournalPath } from "../../engine/session/run-store.ts";
import { EDGE_METHODS, type EdgeMethod } from "../../engine/score/edge-methods.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { intervalText } from "../interval-text.ts";
import { typed } from "../invocation.ts";
import { addTaskOptions, parsePositive, type TaskFlags, taskSettings } from "../options.ts";
import { printData, printJson, printMessage } from "../output.ts";
import { progressBar } from "../progress.ts";
import { goOn, requireAlone, stoppedRun } from "../resume.ts";

interface EdgeFlags extends TaskFlags {
  readonly method: EdgeMethod;
  readonly graph?: string;
  readonly signs: ScoreSign;
  readonly out?: string;
  readonly steps: number;
  readonly order: EdgeOrder;
  readonly selection: EdgeSelection;
  readonly prune?: boolean;
  readonly budget?: number;
  readonly among?: string;
  readonly resume?: string;
  readonly json?: boolean;
}

export function addEdges(program: Command): void {
  const command = program
    .command("edges")
    .argument("[task]", "task file; left out with --resume")
    .description(
      "faithfulness of the best edges by size, with CPR and CMD as in MIB; --prune: the smallest edge by edge",
    );
  addTaskOptions(command)
    .addOption(new Option("--method <name>", "how edges are scored").choices([...EDGE_METHODS]).default("attribution"))
    .option("--steps <n>", "points of integrated gradients", parsePositive, 5)
    .addOption(new Option("--order <name>", "which come first").choices([...EDGE_ORDERS]).default("magnitude"))
    .addOption(
      new Option("--selection <name>", "the best edges by score alone, or from the logits outwards")
        .choices([...EDGE_SELECTIONS])
        .default("top-n"),
    )
    .option("--graph <file>", "take the scores of a graph of EAP-IG or MIB instead, and measure its circuit too")
    .addOption(
      new Option("--signs <convention>", "what the scores of such files mean")
        .choices([...SCORE_SIGNS])
        .default("helpful-positive"),
    )
    .option("--out <file>", "write scores and circuit as a graph that EAP-IG and MIB read")
    .option("--prune", "prune the smallest faithful circuit of the curve, every edge tested, until none can go")
    .option("--among <circuit>", "begin the pruning with every edge among the nodes of this circuit file")
    .option("--budget <trials>", "stop the pruning after so many trials (default: as many as it takes)", parsePositive)
    .option("--resume <run>", "go on with a stopped pruning, by its name or journal file")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  secateur edges tasks/ioi.yaml --method integrated-gradients --prune")
    .action((task: string | undefined, flags: EdgeFlags, own: Command) => {
      if (flags.resume !== undefined) requireAlone(own);
      return edges(task, flags);
    });
}

async function edges(task: string | undefined, flags: EdgeFlags): Promise<void> {
  const { settings, journal, resume } = runOf(task, flags);
  const { method, order, selection, prune, graph } = settings;
  const bar = progressBar();
  const onNote = (note: string) => printMessage(`note: ${note}`);
  const { threads } = flags;
  const outcome = await interruptible(
    (signal) =>
      edgeTask(settings, { threads, journal, resume, signal, onProgress: bar.on, onNote }).finally(() => {
        bar.stop();
        if (journal !== undefined) giveBack(journal);
      }),
    journal === undefined ? "Stopped." : `Stopped. Go on with: ${typed(goOn("edges", journal, flags))}`,
  );
  for (const note of outcome.notes) printMessage(`note: ${note}`);
  if (flags.out !== undefined) writeGraph(flags.out, outcome, flags.signs);
  if (flags.json) return printJson(jsonOf(outcome));
  const scores = graph ? `scores of ${graph.file}` : method;
  if (outcome.given) printData(`${givenIn(outcome.given)}\n`);
  const chosen = selection === "greedy" ? `${order}, from the logits outwards` : order;
  printData(`${scores}, edges by ${chosen}; each circuit run exactly, cut edges give the ablated output\n`);
  printData(tableOf(outcome));
  const { cpr, cmd, logCpr, logCmd } = outcome.areas;
  printData(
    `\nCPR ${cpr.toFixed(3)}, CMD ${cmd.toFixed(3)}; on a logarithmic axis ${logCpr.toFixed(3)}, ${logCmd.toFixed(3)}`,
  );
  if (prune) printData(`\n${foundIn(outcome)}`);
}

interface EdgeRun {
  readonly settings: EdgeSettings;
  /** Only what is pruned takes long enough to be gone on with. */
  readonly journal: string | undefined;
  readonly resume: boolean;
}

function runOf(task: string | undefined, flags: EdgeFlags): EdgeRun {
  if (flags.resume !== undefined) {
    return { ...stoppedRun<EdgeSettings>("edges", flags.resume, task), resume: true };
  }
  if (task === undefined) {
    throw new EngineError("usage", 'edges needs a task file, such as "secateur edges tasks/ioi.yaml".');
  }
  const { method, steps, order, selection, prune = false, budget, signs } = flags;
  const settings: EdgeSettings = {
    ...taskSettings(task, flags),
    method,
    steps,
    order,
    selection,
    prune,
    budget,
    among: flags.among && absolutePath(flags.among),
    graph: flags.graph === undefined ? undefined : { file: absolutePath(flags.graph), sign: signs },
  };
  const name = `${stemOf(task)}-edges`;
  const journal = prune ? newJournalPath(name, basename(settings.model)) : undefined;
  return { settings, journal, resume: false };
}

function tableOf({ curve, total }: EdgeOutcome): string {
  const rows = curve.map(({ fraction, edges, faithfulness, holds, heldOut }) => [
    `${fraction * 100} %`,
    String(Math.max(1, Math.round(fraction * total))),
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
