// The exact single-head sweep: ours, TransformerLens's, and the time that the unavoidable arithmetic takes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "../engine/activations/capture.ts";
import { Executor } from "../engine/activations/executor.ts";
import { Packing } from "../engine/activations/packing.ts";
import { formatUnit } from "../engine/circuit/unit.ts";
import { UnitSpace } from "../engine/circuit/unit-set.ts";
import { Evaluator, mean } from "../engine/evaluate/evaluator.ts";
import { groupBy } from "../engine/base/group.ts";
import { smollm2Path } from "../engine/model/model-cache.ts";
import { openModel } from "../engine/model/open.ts";
import type { Example } from "../engine/task/example.ts";
import { matMulRate, passMultiplyAdds, sweepMultiplyAdds } from "./limit.ts";
import { benchExamples, type Corruption } from "./prompts.ts";

interface PeerFigures {
  readonly sweepSeconds: number;
  readonly timedHeads: number;
  readonly full: number;
  readonly effects: Readonly<Record<string, number>>;
}

export interface SweepFigures {
  readonly corruption: Corruption;
  readonly seconds: number;
  readonly multiplyAdds: number;
  /** Floating-point operations a second (two per multiply-add) of plain matrix products of the same shapes. */
  readonly rate: number;
  /** Time of the unavoidable at that rate, over ours. */
  readonly shareOfLimit: number;
  /** Multiply-adds of a full pass over its time, over that rate. */
  readonly forwardShare: number;
  readonly peer: PeerFigures | undefined;
  /** Largest |our effect − TransformerLens's| over the heads it timed. */
  readonly difference: number | undefined;
}

const ablation = { kind: "resample", reference: "paired", perPosition: false } as const;

export async function measureSweep(options: {
  readonly corruption: Corruption;
  readonly threads: number;
  readonly python: string | undefined;
  readonly peerHeads: string;
}): Promise<SweepFigures> {
  const { corruption, threads } = options;
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads });
  const examples = benchExamples(corruption);
  const space = new UnitSpace(model.config, ["head"]);
  const evaluator = await Evaluator.create(executor, examples, { metric: "logit-difference", ablation, space });
  const full = space.full();
  const baseline = mean((await evaluator.measure(full)).metric);

  const rows = examples.reduce((sum, example) => sum + example.clean.ids.length, 0);
  const rate = await matMulRate(model.config, rows, threads);
  const start = performance.now();
  const effects = new Map<string, number>();
  const state = await evaluator.start(full);
  for (const units of groupBy(full.units(), ({ layer }) => layer).values()) {
    const metrics = await evaluator.alternatives(
      state,
      units.map((unit) => full.without([unit])),
    );
    units.forEach((unit, i) => effects.set(formatUnit(unit), metrics[i] - baseline));
  }
  const seconds = (performance.now() - start) / 1000;

  const multiplyAdds = sweepMultiplyAdds(model.config, examples, ablation);
  const passSeconds = await timePass(executor, examples);
  await executor.dispose();
  model.close();
  const peer = options.python ? runPeer(options.python, examples, threads, options.peerHeads) : undefined;
  const difference =
    peer && Math.max(...Object.entries(peer.effects).map(([id, effect]) => Math.abs(effect - effects.get(id)!)));
  return {
    corruption,
    seconds,
    multiplyAdds,
    rate: 2 * rate,
    shareOfLimit: multiplyAdds / rate / seconds,
    forwardShare: passMultiplyAdds(model.config, rows) / passSeconds / rate,
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

function runPeer(python: string, examples: readonly Example[], threads: number, heads: string): PeerFigures {
  const folder = mkdtempSync(join(tmpdir(), "secateur-bench-"));
  try {
    const prompts = join(folder, "prompts.json");
    writeFileSync(
      prompts,
      JSON.stringify({
        clean: examples.map((example) => example.clean.ids),
        corrupt: examples.map((example) => example.corrupt.ids),
        answers: examples.map((example) => example.answers[0]),
        wrong: examples.map((example) => example.wrongAnswers[0]),
      }),
    );
    const script = new URL("./peers/transformerlens_sweep.py", import.meta.url).pathname;
    const run = spawnSync(python, [script, smollm2Path(), prompts, String(threads), heads], {
      encoding: "utf8",
      env: { ...process.env, OMP_WAIT_POLICY: "passive", HF_HUB_OFFLINE: "1" },
      maxBuffer: 1e8,
    });
    if (run.status !== 0) throw new Error(`TransformerLens failed:\n${run.stderr.slice(-2000)}`);
    return JSON.parse(run.stdout.trim().split("\n").at(-1)!) as PeerFigures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
