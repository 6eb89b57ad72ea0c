// `secateur edges`: circuits of edges by size, exactly measured, and the smallest faithful one pruned edge by edge.
import { type Command, Option } from "commander";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { edgesToEapIg, formatEapIg, SCORE_SIGNS, type ScoreSign } from "../../engine/circuit/exports/eap-ig.ts";
import type { Interval } from "../../engine/evaluate/bootstrap.ts";
import type { EdgeScore } from "../../engine/score/edge-attribution.ts";
import { EDGE_ORDERS, type EdgeOrder } from "../../engine/score/edge-ranking.ts";
import { type EdgeOutcome, edgeTask, type GivenEdges } from "../../engine/session/edge-task.ts";
import { EDGE_METHODS, type EdgeMethod } from "../../engine/score/edge-methods.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { addTaskOptions, parsePositive, type TaskFlags, taskSettings } from "../options.ts";
import { printData, printJson, printMessage } from "../output.ts";
import { progressBar } from "../progress.ts";

interface EdgeFlags extends TaskFlags {
  readonly method: EdgeMethod;
  readonly graph?: string;
  readonly signs: ScoreSign;
  readonly out?: string;
  readonly steps: number;
  readonly order: EdgeOrder;
  readonly prune?: boolean;
  readonly json?: boolean;
}

export function addEdges(program: Command): void {
  const command = program
    .command("edges")
    .argument("<task>", "task file")
    .description(
      "faithfulness of the best edges by size, with CPR and CMD as in MIB; --prune: the smallest edge by edge",
    );
  addTaskOptions(command)
    .addOption(new Option("--method <name>", "how edges are scored").choices([...EDGE_METHODS]).default("attribution"))
    .option("--steps <n>", "points of integrated gradients", parsePositive, 5)
    .addOption(new Option("--order <name>", "which come first").choices([...EDGE_ORDERS]).default("magnitude"))
    .option("--graph <file>", "take the scores of a graph of EAP-IG or MIB instead, and measure its circuit too")
    .addOption(
      new Option("--signs <convention>", "what the scores of such files mean")
        .choices([...SCORE_SIGNS])
        .default("helpful-positive"),
    )
    .option("--out <file>", "write scores and circuit as a graph that EAP-IG and MIB read")
    .option("--prune", "prune the smallest faithful circuit of the curve, every edge tested, until none can go")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  secateur edges tasks/ioi.yaml --method integrated-gradients --prune")
    .action((task: string, flags: EdgeFlags) => edges(task, flags));
}

async function edges(task: string, flags: EdgeFlags): Promise<void> {
  const { method, steps, order, prune = false, threads, signs } = flags;
  const graph = flags.graph === undefined ? undefined : { file: flags.graph, sign: signs };
  const settings = { ...taskSettings(task, flags), method, steps, order, prune, graph };
  const bar = progressBar();
  const outcome = await interruptible(
    (signal) => edgeTask(settings, { threads, signal, onProgress: bar.on }).finally(() => bar.stop()),
    "Stopped.",
  );
  for (const note of outcome.notes) printMessage(`note: ${note}`);
  if (flags.out !== undefined) writeGraph(flags.out, outcome, signs);
  if (flags.json) return printJson(jsonOf(outcome));
  const scores = graph ? `scores of ${graph.file}` : method;
  if (outcome.given) printData(`${givenIn(outcome.given)}\n`);
  printData(`${scores}, edges by ${order}; each circuit run exactly, cut edges give the ablated output\n`);
  printData(tableOf(outcome));
  const { cpr, cmd, logCpr, logCmd } = outcome.areas;
  printData(
    `\nCPR ${cpr.toFixed(3)}, CMD ${cmd.toFixed(3)}; on a logarithmic axis ${logCpr.toFixed(3)}, ${logCmd.toFixed(3)}`,
  );
  if (prune) printData(`\n${foundIn(outcome)}`);
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

function givenIn({ edges, connected, faithfulness, interval, holds, heldOut }: GivenEdges): string {
  const share = (f: number, [low, high]: Interval) => `${f.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const unseen = heldOut ? `, held out ${share(heldOut.faithfulness, heldOut.interval)}` : "";
  return (
    `the circuit in the file: ${edges.length} edges, ${connected} connected, ` +
    `f ${share(faithfulness, interval)}${unseen}, the criterion ${holds ? "holds" : "does not hold"}`
  );
}

function foundIn({ circuit }: EdgeOutcome): string {
  if (!circuit) return "The criterion holds at no size of the curve, so nothing was pruned.";
  const { edges, from, trials, faithfulness, heldOut } = circuit;
  const [low, high] = heldOut?.interval ?? [];
  const unseen = heldOut
    ? `, held out ${heldOut.faithfulness.toFixed(3)} [${low!.toFixed(3)}, ${high!.toFixed(3)}]`
    : "";
  const head = `pruned from ${from} to ${edges.length} edges in ${trials} trials, no single one can go: f ${faithfulness.toFixed(3)}${unseen}`;
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
