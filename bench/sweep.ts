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
import { passMultiplyAdds, PlainProducts, sweepMultiplyAdds } from "./limit.ts";
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
  /** Floating-point operations a second (two per multiply-add) of plain matrix products of the same shapes, taken before each layer. */
  readonly rates: Quartiles;
  /** Time of the unavoidable at the median of these rates, over ours, and at the others. */
  readonly shareOfLimit: Quartiles;
  /** Multiply-adds of a full pass over its time, over the median rate. */
  readonly forwardShare: number;
  readonly peer: PeerSweep | undefined;
  /** Largest |our effect − TransformerLens's| over the heads it timed. */
  readonly difference: number | undefined;
}

/** The lower quartile, the median and the upper quartile. */
export type Quartiles = readonly [number, number, number];

/** Rounds of plain products before each layer. */
export const ratesPerLayer = 3;

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
  const products = await PlainProducts.of(model.config, rows, threads);
  const rates: number[] = [];
  let aside = 0;
  const takeRates = async () => {
    const taken = await timed(() => products.rates(ratesPerLayer));
    rates.push(...taken.value);
    aside += taken.seconds;
  };
  const { seconds: whole, value: metrics } = await timed(() => sweepHeads(evaluator, takeRates));
  const seconds = whole - aside;
  const multiplyAdds = sweepMultiplyAdds(model.config, examples, ablation);
  const passSeconds = await timePass(executor, examples);
  await products.dispose();
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
    rates: quartilesOf(rates.map((rate) => 2 * rate)),
    shareOfLimit: quartilesOf(rates.map((rate) => multiplyAdds / rate / seconds)),
    forwardShare: passMultiplyAdds(model.config, rows) / passSeconds / quartilesOf(rates)[1],
    peer,
    difference,
  };
}

function quartilesOf(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  return [at(0.25), at(0.5), at(0.75)];
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
