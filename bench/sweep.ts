// The exact single-head sweep: ours, TransformerLens's, and the time that the unavoidable arithmetic takes.
import { capture } from "../engine/activations/capture.ts";
import { Executor } from "../engine/activations/executor.ts";
import { Packing } from "../engine/activations/packing.ts";
import { UnitSpace } from "../engine/circuit/unit-set.ts";
import { Evaluator, mean } from "../engine/evaluate/evaluator.ts";
import { smollm2Path } from "../engine/model/model-cache.ts";
import { openModel } from "../engine/model/open.ts";
import type { Example } from "../engine/task/example.ts";
import { sweepHeads } from "./head-sweep.ts";
import { matMulRate, passMultiplyAdds, sweepMultiplyAdds } from "./limit.ts";
import type { BenchOptions } from "./options.ts";
import { runPeer } from "./peer-process.ts";
import { benchExamples, type Corruption } from "./prompts.ts";
import { timed } from "./timed.ts";

interface PeerSweep {
  readonly sweepSeconds: number;
  readonly timedHeads: number;
  readonly full: number;
  readonly effects: Readonly<Record<string, number>>;
}

export interface SweepFigures {
  readonly corruption: Corruption;
  readonly seconds: number;
  readonly multiplyAdds: number;
  /** Floating-point operations a second (two per multiply-add) of plain matrix products of the same shapes: before, after. */
  readonly rates: readonly [number, number];
  /** Time of the unavoidable at the mean of these rates, over ours. */
  readonly shareOfLimit: number;
  /** Multiply-adds of a full pass over its time, over the rate that was taken right before it. */
  readonly forwardShare: number;
  readonly peer: PeerSweep | undefined;
  /** Largest |our effect − TransformerLens's| over the heads it timed. */
  readonly difference: number | undefined;
}

const ablation = { kind: "resample", reference: "paired", perPosition: false } as const;

export async function measureSweep(corruption: Corruption, options: BenchOptions): Promise<SweepFigures> {
  const { threads } = options;
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads });
  const examples = benchExamples(corruption);
  const space = new UnitSpace(model.config, ["head"]);
  const evaluator = await Evaluator.create(executor, examples, { metric: "logit-difference", ablation, space });
  const baseline = mean((await evaluator.measure(space.full())).metric);

  const rows = examples.reduce((sum, example) => sum + example.clean.ids.length, 0);
  const rateNow = () => matMulRate(model.config, rows, threads);
  const before = await rateNow();
  const { seconds, value: metrics } = await timed(() => sweepHeads(evaluator));

  const multiplyAdds = sweepMultiplyAdds(model.config, examples, ablation);
  const after = await rateNow();
  const passSeconds = await timePass(executor, examples);
  await executor.dispose();
  model.close();
  const peer = await sweepOfPeer(options, examples);
  const difference =
    peer &&
    Math.max(...Object.entries(peer.effects).map(([id, effect]) => Math.abs(effect - (metrics.get(id)! - baseline))));
  return {
    corruption,
    seconds,
    multiplyAdds,
    rates: [2 * before, 2 * after],
    shareOfLimit: multiplyAdds / mean([before, after]) / seconds,
    forwardShare: passMultiplyAdds(model.config, rows) / passSeconds / after,
    peer,
    difference,
  };
}

/** Median time of a full pass over the clean prompts, all positions. */
async function timePass(executor: Executor, examples: readonly Example[]): Promise<number> {
  const packing = Packing.ofLengths(examples.map((example) => example.clean.ids.length));
  const embedded = executor.embed(
    examples.flatMap((example) => example.clean.ids),
    packing.positions,
  );
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    await capture(executor, packing, embedded, { sites: [] });
    times.push((performance.now() - start) / 1000);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)];
}

async function sweepOfPeer(
  { python, threads, heads }: BenchOptions,
  discovery: readonly Example[],
): Promise<PeerSweep | undefined> {
  if (python === undefined) return undefined;
  const args = [smollm2Path(), heads];
  return runPeer<PeerSweep>({ python, script: "transformerlens_sweep.py", prompts: { discovery }, args, threads });
}
