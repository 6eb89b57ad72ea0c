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

/** EAP-IG takes minutes for each pass there and back over a model of this size, and the others are several. */
const METHODS = ["attribution"] as const;

export interface RealEdgeRow {
  readonly method: EdgeMethod;
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
  const task: ScoredTask = { executor, discovery, metric: "logit-difference", ablation };
  try {
    return await inFolder(async (parent) => {
      const rows: RealEdgeRow[] = [];
      for (const method of METHODS) {
        const { seconds } = await timed(() => ourScores(method, task));
        rows.push({ method, seconds, peerSeconds: undefined, difference: undefined });
      }
      const call = { model: smollm2Path(), prompts: { discovery }, methods: METHODS, parent };
      const peer = await runEapIg(options, call);
      const edges = topologyOf(model.config).edges.length;
      if (!peer) return { edges, rows };
      const compared: RealEdgeRow[] = [];
      for (const row of rows) {
        const same = await sameDefinition("EAP-IG", row.method, task);
        const graph = { file: join(peer.folder, `${row.method}.json`), sign: "helpful-negative" } as const;
        const difference = same && largestDifference(same, readEdgeGraph(graph, model).scores);
        compared.push({ ...row, peerSeconds: peer.seconds[row.method], difference });
      }
      return { edges, rows: compared };
    });
  } finally {
    await executor.dispose();
    model.close();
  }
}
