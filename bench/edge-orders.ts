// Circuits of edges in the embedded model: orders by every method of every peer, and circuits that a peer found, each judged by
// the same exact runs.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installedPath } from "../engine/base/installation.ts";
import { edgesToEapIg, formatEapIg } from "../engine/circuit/exports/eap-ig.ts";
import { formatEdge } from "../engine/circuit/edge.ts";
import { topologyOf } from "../engine/circuit/topology.ts";
import { EDGE_METHODS, type EdgeMethod, type ScoreSign } from "../engine/choices/lists.ts";
import { readEdgeGraph } from "../engine/session/circuit-source.ts";
import { type EdgeCurvePoint, type EdgeOutcome, edgeTask } from "../engine/session/edge-task.ts";
import { type Prepared, withTask } from "../engine/session/prepare.ts";
import { EAP_IG_METHODS, runEapIg } from "./eap-ig.ts";
import { type Author, largestDifference, ourScores, sameDefinition, steps } from "./edge-agreement.ts";
import { EMBEDDED } from "./head-circuits.ts";
import type { BenchOptions } from "./options.ts";
import { runPeer } from "./peer-process.ts";
import { examplesOfLength, type PeerPrompts } from "./prompts.ts";
import { inFolder } from "./temporary-folder.ts";
import { timed } from "./timed.ts";

/** Seconds after which AutoCircuit's ACDC begins with no further threshold. */
const acdcLimit = "150";
/** The commonest length of the task's prompts, in tokens. */
const acdcLength = 15;

/** An order of edges. */
export interface EdgeOrderRow {
  readonly method: EdgeMethod;
  readonly by: Author;
  /** Of the scores alone. */
  readonly seconds: number;
  readonly curve: readonly EdgeCurvePoint[];
  readonly cpr: number;
  readonly cmd: number;
  /** Largest difference of our scores of the same definition, over its largest score; undefined where the definition is another. */
  readonly difference: number | undefined;
}

/** A circuit of edges, found by trying edges one by one. */
export interface EdgeCircuitRow {
  readonly method: string;
  readonly by: Author;
  readonly seconds: number;
  readonly edges: number;
  readonly faithfulness: number;
  readonly heldOut: number | undefined;
  /** f of the same edges by EAP-IG's own evaluation, where it ran. */
  readonly byEapIg?: number;
}

export interface EdgeFigures {
  readonly total: number;
  readonly orders: readonly EdgeOrderRow[];
  readonly circuits: readonly EdgeCircuitRow[];
}

export async function measureEdges(options: BenchOptions): Promise<EdgeFigures> {
  return withTask(EMBEDDED, { execution: { threads: options.threads } }, (prepared) =>
    inFolder(async (folder) => {
      const oneLength = examplesOfLength(prepared.model.tokenizer, acdcLength, EMBEDDED.examples.discovery);
      const prompts = { discovery: prepared.discovery, oneLength };
      const ours = await ourCircuit(options, join(folder, "ours.json"));
      const asked = [await eapIg(options, prompts, folder), await autocircuit(options, prompts, folder)];
      const peers = asked.filter((peer) => peer !== undefined);
      const orders: EdgeOrderRow[] = [];
      for (const method of EDGE_METHODS) {
        const { seconds } = await timed(() => ourScores(method, scored(prepared)));
        orders.push({
          method,
          by: "secateur",
          seconds,
          ...judged(await edges(options, method)),
          difference: undefined,
        });
        for (const peer of peers) orders.push(...(await peerOrder(options, prepared, peer, method)));
      }
      const theirs = await acdcCircuits(
        options,
        peers.find(({ by }) => by === "AutoCircuit"),
      );
      return {
        total: topologyOf(prepared.model.config).edges.length,
        orders,
        circuits: [{ ...ours, byEapIg: asked[0]?.faithfulness }, ...theirs],
      };
    }),
  );
}

/** What a peer wrote. */
interface PeerScores {
  readonly by: Author;
  readonly sign: ScoreSign;
  /** Holds METHOD.json for each way of scoring. */
  readonly folder: string;
  readonly seconds: Partial<Record<EdgeMethod, number>>;
  /** f of our circuit by its evaluation. */
  readonly faithfulness?: number;
  readonly acdc?: readonly { readonly tau: string; readonly seconds: number; readonly file: string }[];
}

async function eapIg(options: BenchOptions, prompts: PeerPrompts, parent: string): Promise<PeerScores | undefined> {
  const model = installedPath("models", "sprig");
  const circuit = join(parent, "ours.json");
  const found = await runEapIg(options, { model, prompts, methods: EAP_IG_METHODS, circuit, parent });
  return found && { by: "EAP-IG", sign: "helpful-negative", ...found };
}

async function autocircuit(
  { autocircuit, threads }: BenchOptions,
  prompts: PeerPrompts,
  parent: string,
): Promise<PeerScores | undefined> {
  if (autocircuit === undefined) return undefined;
  const folder = join(parent, "autocircuit");
  mkdirSync(folder);
  const args = [installedPath("models", "sprig"), folder, acdcLimit];
  const call = { python: autocircuit, script: "autocircuit.py", prompts, args, threads };
  const found = await runPeer<Pick<PeerScores, "seconds" | "acdc">>(call);
  return { by: "AutoCircuit", sign: "helpful-positive", folder, ...found };
}

/** The peer's order by a method, where it has that method. */
async function peerOrder(
  options: BenchOptions,
  prepared: Prepared,
  { by, sign, folder, seconds }: PeerScores,
  method: EdgeMethod,
): Promise<EdgeOrderRow[]> {
  const time = seconds[method];
  if (time === undefined) return [];
  const graph = { file: join(folder, `${method}.json`), sign };
  const same = await sameDefinition(by, method, scored(prepared));
  const difference = same && largestDifference(same, readEdgeGraph(graph, prepared.model).scores);
  return [
    {
      method,
      by,
      seconds: time,
      ...judged(await edges(options, method, { graph: graph.file, signs: graph.sign })),
      difference,
    },
  ];
}

const scored = ({ executor, discovery, task: { metric }, ablation }: Prepared) => ({
  executor,
  discovery,
  metric,
  ablation,
});

function edges(
  { threads }: BenchOptions,
  method: EdgeMethod,
  more: { readonly graph?: string; readonly signs?: ScoreSign; readonly prune?: boolean } = {},
): Promise<EdgeOutcome> {
  return edgeTask(
    { ...EMBEDDED, method, steps, order: "magnitude", prune: false, ...more },
    { execution: { threads } },
  );
}

function judged({ curve, areas }: EdgeOutcome): Pick<EdgeOrderRow, "curve" | "cpr" | "cmd"> {
  return { curve, cpr: areas.cpr, cmd: areas.cmd };
}

/** @param file where its graph is written, for others to evaluate */
async function ourCircuit(options: BenchOptions, file: string): Promise<EdgeCircuitRow> {
  const { seconds, value } = await timed(() => edges(options, "integrated-gradients", { prune: true }));
  const { circuit, config, scores } = value;
  if (!circuit) throw new Error("the criterion holds at no size of the curve, so nothing was pruned");
  const { edges: kept, faithfulness, heldOut } = circuit;
  writeFileSync(file, formatEapIg(edgesToEapIg(config, scores, new Set(kept.map(formatEdge))), "helpful-negative"));
  const measured = { edges: kept.length, faithfulness, heldOut: heldOut?.faithfulness };
  return { method: "pruned from integrated gradients", by: "secateur", seconds, ...measured };
}

async function acdcCircuits(options: BenchOptions, peer: PeerScores | undefined): Promise<EdgeCircuitRow[]> {
  const rows: EdgeCircuitRow[] = [];
  for (const { tau, seconds, file } of peer?.acdc ?? []) {
    const { given } = await edges(options, "attribution", { graph: file, signs: "helpful-positive" });
    const { connected, faithfulness, heldOut } = given!;
    const measured = { edges: connected, faithfulness, heldOut: heldOut?.faithfulness };
    rows.push({ method: `ACDC, tau ${tau}`, by: "AutoCircuit", seconds, ...measured });
  }
  return rows;
}
