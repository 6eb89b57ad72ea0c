// Scores of SmolLM2's edges: ours and EAP-IG's, timed, and how far apart they are.
import { join } from "node:path";
import { Executor } from "../engine/activations/executor.ts";
import { topologyOf } from "../engine/circuit/topology.ts";
import { smollm2Path } from "../engine/model/model-cache.ts";
import { openModel } from "../engine/model/open.ts";
import type { EdgeMethod } from "../engine/choices/lists.ts";
import { readEdgeGraph } from "../engine/session/circuit-source.ts";
import { runEapIg } from "./eap-ig.ts";
import { largestDifference, ourScores, sameDefinition, type ScoredTask } from "./edge-agreement.ts";
import type { BenchOptions } from "./options.ts";
import { benchExamples } from "./prompts.ts";
import { inFolder } from "./temporary-folder.ts";
import { timed } from "./timed.ts";

/** On how many prompts each is timed: EAP-IG takes minutes for a pass there and back over 32, and its integrated gradients are five. */
const TIMED = [
  { method: "attribution", prompts: 32 },
  { method: "integrated-gradients", prompts: 8 },
] as const;

export interface RealEdgeRow {
  readonly method: EdgeMethod;
  readonly prompts: number;
  /** Of the scores alone. */
  readonly seconds: number;
  readonly peerSeconds: number | undefined;
  /** Largest difference of our scores by EAP-IG's definition from its own, over its largest. */
  readonly difference: number | undefined;
}

export interface RealEdgeFigures {
  readonly edges: number;
  readonly rows: readonly RealEdgeRow[];
}

export async function measureSmollm2Edges(options: BenchOptions): Promise<RealEdgeFigures> {
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads: options.threads });
  const discovery = benchExamples("all three names");
  const ablation = { kind: "resample", reference: "paired", perPosition: false } as const;
  const taskOn = (prompts: number): ScoredTask => ({
    executor,
    discovery: discovery.slice(0, prompts),
    metric: "logit-difference",
    ablation,
  });
  try {
    const rows: RealEdgeRow[] = [];
    for (const { method, prompts } of TIMED) {
      const task = taskOn(prompts);
      const { seconds } = await timed(() => ourScores(method, task));
      const row = { method, prompts, seconds, peerSeconds: undefined, difference: undefined };
      rows.push(
        await inFolder(async (parent): Promise<RealEdgeRow> => {
          const call = { model: smollm2Path(), prompts: { discovery: task.discovery }, methods: [method], parent };
          const peer = await runEapIg(options, call);
          if (!peer) return row;
          const same = await sameDefinition("EAP-IG", method, task);
          const graph = { file: join(peer.folder, `${method}.json`), sign: "helpful-negative" } as const;
          const difference = same && largestDifference(same, readEdgeGraph(graph, model).scores);
          return { ...row, peerSeconds: peer.seconds[method], difference };
        }),
      );
    }
    return { edges: topologyOf(model.config).edges.length, rows };
  } finally {
    await executor.dispose();
    model.close();
  }
}
