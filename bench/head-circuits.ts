// Circuits of heads in the embedded model: our searches and TransformerLens's greedy one, each circuit judged alike.
import type { PruneSettings } from "../engine/choices/prune.ts";
import { installedPath } from "../engine/base/installation.ts";
import { withTask } from "../engine/session/prepare.ts";
import { onlySearch, pruneTask } from "../engine/session/prune-task.ts";
import { HeadJudge } from "./head-judge.ts";
import { type FoundHeads, type HeadWay, searchHeads } from "./head-search.ts";
import type { HeadRow } from "./head-table.ts";
import type { BenchOptions } from "./options.ts";
import { runPeer } from "./peer-process.ts";
import type { PeerPrompts } from "./prompts.ts";
import { timed } from "./timed.ts";

/** The task that every method on the embedded model is measured on. */
export const EMBEDDED = { task: "tasks/ioi.yaml", model: "sprig", examples: { discovery: 32, heldOut: 64 } } as const;
export const threshold = 0.9;
/** The decisions of TransformerLens's loop, one for one. */
export const oneByOne = { method: "one-by-one", order: "effect" } as const satisfies HeadWay;

export async function measureHeadCircuits(options: BenchOptions): Promise<HeadRow[]> {
  const { threads } = options;
  return withTask(EMBEDDED, { execution: { threads } }, async (prepared) => {
    const task = { ...prepared, metric: prepared.task.metric };
    const searchAlone = { ...ours("the search alone: one order"), ...(await searchHeads(task, oneByOne)) };
    const judge = await HeadJudge.over(task);
    const found = [searchAlone, ...(await ourRuns(threads)), ...(await theirs(options, prepared))];
    const rows: HeadRow[] = [];
    for (const { kept, ...row } of found) rows.push({ ...row, circuit: { kept, judged: await judge.judge(kept) } });
    return rows;
  });
}

type Found = FoundHeads & Pick<HeadRow, "by" | "method">;

const ours = (method: string) => ({ by: "secateur", method }) as const;

/** From the task file to the circuit's record, with opening the model and judging the circuit. */
async function ourRuns(threads: number): Promise<Found[]> {
  const plain: PruneSettings = { ...EMBEDDED, units: ["head"], ...onlySearch };
  const run = async (method: string, settings: PruneSettings): Promise<Found> => {
    const { seconds, value } = await timed(() => pruneTask(settings, { execution: { threads } }));
    const { model, search, kept } = value.circuit;
    return {
      ...ours(method),
      seconds,
      measurements: search.trials + model.nLayers * model.nHeads,
      kept: kept.heads ?? [],
    };
  };
  return [
    await run("the whole run: two orders, swaps", plain),
    await run("the whole run: learned masks, then exact", { ...plain, start: "learned-masks" }),
  ];
}

async function theirs({ python, threads }: BenchOptions, prompts: PeerPrompts): Promise<Found[]> {
  if (python === undefined) return [];
  const args = [installedPath("models", "sprig"), String(threshold), "all"];
  const found = await runPeer<FoundHeads>({ python, script: "transformerlens_prune.py", prompts, args, threads });
  return [{ by: "TransformerLens", method: "greedy by hooks", ...found }];
}
