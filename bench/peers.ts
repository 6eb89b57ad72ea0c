// Circuit discovery against its peers, in one run: the embedded model, the same prompts and threads, every circuit judged by
// the same exact evaluation.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installedPath } from "../engine/base/installation.ts";
import { formatEdge } from "../engine/circuit/edge.ts";
import { EDGE_METHODS, type EdgeMethod, edgeScores } from "../engine/score/edge-methods.ts";
import { edgeAttribution, type EdgeScore } from "../engine/score/edge-attribution.ts";
import { pathOf, pathPoints } from "../engine/score/path.ts";
import { type EdgeOutcome, edgeTask } from "../engine/session/edge-task.ts";
import { learnedStart, trainingSteps } from "../engine/session/learned-start.ts";
import { prepare, type Prepared } from "../engine/session/prepare.ts";
import { onlySearch, pruneTask, type PruneSettings } from "../engine/session/prune-task.ts";
import { readEdgeGraph } from "../engine/session/circuit-source.ts";

export interface PeerOptions {
  readonly threads: number;
  /** With torch, transformer-lens and what EAP-IG imports. */
  readonly python: string;
  /** A checkout of EAP-IG; without it only TransformerLens runs. */
  readonly eapIg: string | undefined;
}

const settings = { task: "tasks/ioi.yaml", model: "sprig", examples: { discovery: 32, heldOut: 64 } } as const;
const threshold = 0.9;
const steps = 5;

/** A circuit of heads. */
export interface HeadRow {
  readonly method: string;
  readonly seconds: number;
  readonly kept: readonly string[];
  readonly heldOut: number | undefined;
}

/** An order of edges. */
export interface EdgeRow {
  readonly method: string;
  readonly by: "secateur" | "EAP-IG";
  readonly seconds: number;
  /** Fewest connected edges of MIB's sizes with f from 0.9 to 1.1 on the discovery examples; f there on held-out ones. */
  readonly edges: number | undefined;
  readonly heldOut: number | undefined;
  readonly cpr: number;
  readonly cmd: number;
  /** Largest difference from the other's scores of the same definition, over its largest score. */
  readonly difference: number | undefined;
}

export interface PrunedRow {
  readonly seconds: number;
  readonly edges: number;
  readonly faithfulness: number;
  readonly heldOut: number | undefined;
}

export interface PeerFigures {
  readonly heads: readonly HeadRow[];
  readonly edges: readonly EdgeRow[];
  readonly pruned: PrunedRow | undefined;
}

export async function measurePeers(options: PeerOptions): Promise<PeerFigures> {
  const folder = mkdtempSync(join(tmpdir(), "secateur-bench-"));
  try {
    const prompts = join(folder, "prompts.json");
    const prepared = prepare(settings, { threads: options.threads });
    writeFileSync(prompts, JSON.stringify({ discovery: plain(prepared.discovery), heldOut: plain(prepared.heldOut) }));
    const heads = await headRows(options, prompts);
    const edges = options.eapIg === undefined ? [] : await edgeRows(options, prepared, folder, prompts);
    await prepared.executor.dispose();
    prepared.model.close();
    return { heads, edges, pruned: await prunedRow(options) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function plain(examples: Prepared["discovery"]): object[] {
  return examples.map(({ clean, corrupt, answers, wrongAnswers }) => ({
    clean: clean.ids,
    corrupt: corrupt.ids,
    answer: answers[0],
    wrong: wrongAnswers[0],
  }));
}

function python<T>({ python, threads }: PeerOptions, script: string, ...args: string[]): T {
  const path = new URL(`./peers/${script}`, import.meta.url).pathname;
  const run = spawnSync(python, ["-B", path, ...args], {
    encoding: "utf8",
    env: { ...process.env, OMP_WAIT_POLICY: "passive", OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: "1" },
    maxBuffer: 1e8,
  });
  if (run.status !== 0) throw new Error(`${script} failed:\n${run.stderr.slice(-2000)}`);
  return JSON.parse(run.stdout.trim().split("\n").at(-1)!) as T;
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const start = performance.now();
  const value = await work();
  return { seconds: (performance.now() - start) / 1000, value };
}

async function headRows(options: PeerOptions, prompts: string): Promise<HeadRow[]> {
  const { threads } = options;
  const plainPrune: PruneSettings = { ...settings, units: ["head"], ...onlySearch };
  const ours = async (method: string, asked: () => Promise<PruneSettings>): Promise<HeadRow> => {
    const { seconds, value } = await timed(async () => pruneTask(await asked(), { threads }));
    const { kept, results } = value.circuit;
    return { method, seconds, kept: kept.heads ?? [], heldOut: results?.heldOut?.faithfulness };
  };
  const peer = python<{ seconds: number; kept: string[] }>(
    options,
    "transformerlens_prune.py",
    installedPath("models", "sprig"),
    prompts,
    String(threads),
    String(threshold),
  );
  const judged = await pruneTask(
    { ...plainPrune, keep: peer.kept, without: await others(peer.kept), maxPasses: 1 },
    { threads },
  );
  return [
    await ours("secateur, one order", () => Promise.resolve({ ...plainPrune, orders: 1, swaps: 0 })),
    await ours("secateur, as it comes: two orders, swaps", () => Promise.resolve(plainPrune)),
    await ours("secateur, learned masks, then exact", () =>
      learnedStart(plainPrune, { steps: trainingSteps }, { threads }),
    ),
    {
      method: "TransformerLens, greedy by hooks",
      seconds: peer.seconds,
      kept: peer.kept,
      heldOut: judged.circuit.results?.heldOut?.faithfulness,
    },
  ];
}

/** Ids of all heads but these. */
async function others(kept: readonly string[]): Promise<string[]> {
  const { model, executor } = prepare(settings);
  const { nLayers, nHeads } = model.config;
  await executor.dispose();
  model.close();
  const all = Array.from({ length: nLayers * nHeads }, (_, i) => `a${Math.floor(i / nHeads)}.h${i % nHeads}`);
  return all.filter((id) => !kept.includes(id));
}

async function edgeRows(options: PeerOptions, prepared: Prepared, folder: string, prompts: string): Promise<EdgeRow[]> {
  const { threads } = options;
  const peer = python<{ seconds: Record<EdgeMethod, number> }>(
    options,
    "eap_ig.py",
    options.eapIg!,
    installedPath("models", "sprig"),
    prompts,
    folder,
    String(threads),
  );
  const rows: EdgeRow[] = [];
  for (const method of EDGE_METHODS) {
    const file = join(folder, `${method}.json`);
    const { scores } = readEdgeGraph({ file, sign: "helpful-negative" }, prepared.model);
    const same = await sameDefinition(method, prepared);
    const difference = same && largestDifference(same, scores);
    const { seconds } = await timed(() => ourScores(method, prepared));
    const ours = await edgeTask({ ...settings, method, steps, order: "magnitude", prune: false }, { threads });
    rows.push({ ...judged(ours), method, by: "secateur", seconds, difference });
    const graph = { file, sign: "helpful-negative" } as const;
    const theirs = await edgeTask({ ...settings, method, steps, order: "magnitude", prune: false, graph }, { threads });
    rows.push({ ...judged(theirs), method, by: "EAP-IG", seconds: peer.seconds[method], difference });
  }
  return rows;
}

function ourScores(method: EdgeMethod, { executor, discovery, task, ablation }: Prepared): Promise<EdgeScore[]> {
  return edgeScores(executor, discovery, { method, steps, metric: task.metric, ablation });
}

/** Our scores by EAP-IG's definition, where ours differs in a convention; undefined where it differs in more. */
async function sameDefinition(method: EdgeMethod, prepared: Prepared): Promise<EdgeScore[] | undefined> {
  const { executor, discovery, task, ablation } = prepared;
  switch (method) {
    case "integrated-gradients-activations":
      return undefined;
    case "integrated-gradients": {
      const path = { ...pathOf(method, steps), alphas: pathPoints(steps, "corrupt") };
      return edgeAttribution(executor, discovery, { metric: task.metric, ablation, path });
    }
    case "information-flow":
      return (await ourScores(method, prepared)).map((edge) => ({ ...edge, score: -edge.score }));
    default:
      return ourScores(method, prepared);
  }
}

function largestDifference(ours: readonly EdgeScore[], theirs: readonly EdgeScore[]): number {
  const other = new Map(theirs.map((edge) => [formatEdge(edge), edge.score]));
  const largest = Math.max(...theirs.map(({ score }) => Math.abs(score)));
  return Math.max(...ours.map((edge) => Math.abs(edge.score - other.get(formatEdge(edge))!))) / largest;
}

function judged({ curve, areas }: EdgeOutcome): Pick<EdgeRow, "edges" | "heldOut" | "cpr" | "cmd"> {
  const enough = curve.find(({ faithfulness }) => faithfulness >= 0.9 && faithfulness <= 1.1);
  return { edges: enough?.edges, heldOut: enough?.heldOut, cpr: areas.cpr, cmd: areas.cmd };
}

async function prunedRow({ threads }: PeerOptions): Promise<PrunedRow | undefined> {
  const method = "integrated-gradients";
  const { seconds, value } = await timed(() =>
    edgeTask({ ...settings, method, steps, order: "magnitude", prune: true }, { threads }),
  );
  const { circuit } = value;
  return (
    circuit && {
      seconds,
      edges: circuit.edges.length,
      faithfulness: circuit.faithfulness,
      heldOut: circuit.heldOut?.faithfulness,
    }
  );
}
