// Circuits of heads in SmolLM2: our search, and TransformerLens's greedy one, whole or timed on a few of its measurements.
import { Executor } from "../engine/activations/executor.ts";
import { smollm2Path } from "../engine/model/model-cache.ts";
import { openModel } from "../engine/model/open.ts";
import { oneByOne, threshold } from "./head-circuits.ts";
import { HeadJudge, type HeadTask } from "./head-judge.ts";
import { type HeadWay, searchHeads } from "./head-search.ts";
import type { HeadRow } from "./head-table.ts";
import type { BenchOptions } from "./options.ts";
import { runPeer } from "./peer-process.ts";
import { benchExamples, type PeerPrompts, unseenExamples } from "./prompts.ts";

const unseen = 64;
const settings = {
  metric: "logit-difference",
  ablation: { kind: "resample", reference: "paired", perPosition: false },
  criterion: { name: "match", threshold, second: "accuracy" },
  seed: 1,
} as const;

/** The first makes the decisions of TransformerLens's loop. */
const WAYS = [
  { name: "one by one", ...oneByOne },
  { name: "blocks", method: "blocks", order: "effect" },
  { name: "blocks, ordered by attribution", method: "blocks", order: "attribution" },
  { name: "blocks, ordered by integrated gradients", method: "blocks", order: "integrated-gradients" },
  { name: "guided", method: "guided", order: "attribution" },
] as const satisfies readonly (HeadWay & { readonly name: string })[];

export async function measureSmollm2Circuits(options: BenchOptions): Promise<HeadRow[]> {
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads: options.threads });
  const discovery = benchExamples("all three names");
  const task: HeadTask = {
    ...settings,
    executor,
    discovery,
    heldOut: unseenExamples(model.tokenizer, discovery, unseen),
  };
  try {
    const judge = await HeadJudge.over(task);
    const circuit = async (kept: readonly string[]) => ({ kept, judged: await judge.judge(kept) });
    const rows: HeadRow[] = [];
    for (const { name, ...way } of WAYS) {
      const { kept, ...taken } = await searchHeads(task, way);
      rows.push({ by: "secateur", method: name, ...taken, circuit: await circuit(kept) });
    }
    const peer = await theirs(options, task);
    if (!peer) return rows;
    const greedy = { by: "TransformerLens", method: "greedy by hooks" } as const;
    return [
      ...rows,
      peer.kept
        ? { ...greedy, seconds: peer.seconds, measurements: peer.measurements, circuit: await circuit(peer.kept) }
        : { ...greedy, ...scaled(peer, rows[0].measurements), circuit: undefined },
    ];
  } finally {
    await executor.dispose();
    model.close();
  }
}

interface PeerSearch {
  readonly seconds: number;
  readonly measurements: number;
  /** Absent where only a few measurements were timed. */
  readonly kept?: readonly string[];
}

async function theirs({ python, threads, heads }: BenchOptions, prompts: PeerPrompts): Promise<PeerSearch | undefined> {
  if (python === undefined) return undefined;
  const args = [smollm2Path(), String(threshold), heads];
  return runPeer<PeerSearch>({ python, script: "transformerlens_prune.py", prompts, args, threads });
}

/** The search of theirs makes the same decisions as ours, so it needs as many measurements. */
function scaled({ seconds, measurements }: PeerSearch, needed: number) {
  return { seconds: (seconds / measurements) * needed, scaledFrom: measurements, measurements: needed };
}
