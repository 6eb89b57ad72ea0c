// Laws of optimal ablation: the slopes at the constants are those of the loss, what is learned does less harm than means and
// zeros, and is the same every time.
import { afterAll, describe, expect, test } from "vitest";
import { Executor } from "../../engine/activations/executor.ts";
import { Random } from "../../engine/base/random.ts";
import { ConstantsTrial, OptimalConstants } from "../../engine/score/optimal-constants.ts";
import { GATED, PARALLEL, PLAIN, randomExamples, randomModel } from "../random-model.ts";

const SITES = ["z", "mlpOut", "hidden", "input"] as const;
type Site = (typeof SITES)[number];

const disposables: { dispose(): Promise<unknown> }[] = [];
afterAll(async () => {
  for (const each of disposables.reverse()) await each.dispose();
});

function executorOf(config: typeof PLAIN): Executor {
  const executor = new Executor(randomModel(config, 9), { threads: 1, precision: "float64" });
  disposables.push(executor);
  return executor;
}

async function trialOf(executor: Executor, examples: ReturnType<typeof randomExamples>, site: Site) {
  const trial = await ConstantsTrial.over(executor, examples, site);
  disposables.push(trial);
  return trial;
}

const flat = (layers: readonly ArrayLike<number>[]) => Float32Array.from(layers.flatMap((layer) => Array.from(layer)));

describe.each([
  ["plain", PLAIN],
  ["gated MLP, grouped key-value heads", GATED],
  ["parallel blocks", PARALLEL],
] as const)("%s", (_, config) => {
  const executor = executorOf(config);
  const examples = randomExamples(config, [6, 8, 6], 9);

  // Oracle: central differences of the loss in float64, on the same circuit; constants are float32, so steps are 2⁻¹⁰.
  test.each(SITES)("%s: slopes at the constants are those of the loss (1e-4 of the largest)", async (site) => {
    const trial = await trialOf(executor, examples, site);
    const at = trial.means.corrupt.map((x) => Math.fround(Math.round(x * 1024) / 1024));
    const drawn = () => Random.seeded(3, "circuit");
    const { gradient } = await trial.step(at, 1, drawn());
    const largest = Math.max(...gradient.map(Math.abs));
    expect(largest).toBeGreaterThan(1e-3);
    const by = 2 ** -10;
    for (let i = 0; i < at.length; i += 11) {
      const lossAt = async (step: number) => {
        const moved = at.slice();
        moved[i] += step;
        return (await trial.step(moved, 1, drawn())).loss;
      };
      const slope = ((await lossAt(by)) - (await lossAt(-by))) / (2 * by);
      expect(Math.abs(gradient[i] - slope), `entry ${i}`).toBeLessThanOrEqual(1e-4 * largest);
    }
  });
});

describe("learned", () => {
  const executor = executorOf(GATED);
  const examples = randomExamples(GATED, [6, 8, 6, 7, 8, 6], 4);
  const learn = (site: Site, seed = 1) => new OptimalConstants(executor, examples, { seed }).at(site);
  const tape: { site: string; values: Float32Array }[] = [];
  /** What is learned here is remembered. */
  const recording = new OptimalConstants(executor, examples, { seed: 1 });
  recording.within({ memory: { recall: () => undefined, record: (site, values) => tape.push({ site, values }) } });
  const made = new Map<Site, ReturnType<typeof learn>>([["mlpOut", recording.at("mlpOut")]]);
  /** By one that has learned nothing else before, once for each site. */
  function learned(site: Site): ReturnType<typeof learn> {
    if (!made.has(site)) made.set(site, learn(site));
    return made.get(site)!;
  }

  test.each(SITES)("%s: their loss on the examples is below that of means and of zero", async (site) => {
    const trial = await trialOf(executor, examples, site);
    const loss = await trial.loss(flat(await learned(site)), 1);
    const { clean, corrupt } = trial.means;
    for (const other of [clean, corrupt, corrupt.map(() => 0)]) expect(loss).toBeLessThan(await trial.loss(other, 1));
  });

  test("the same seed gives the same bits, whatever else was asked for; another seed gives others", async () => {
    const first = await learned("mlpOut");
    expect(flat(await recording.at("z"))).toEqual(flat(await learned("z")));
    expect(flat(await learn("mlpOut", 2))).not.toEqual(flat(first));
  });

  test("what is remembered is not learned again, and is the same to the bit", async () => {
    const first = await learned("mlpOut");
    expect(tape[0].site).toBe("mlpOut");
    const again = new OptimalConstants(executor, examples, { seed: 2 });
    const steps: number[] = [];
    again.within({
      memory: { recall: () => tape[0].values, record: () => undefined },
      onStep: (step) => steps.push(step),
    });
    expect(flat(await again.at("mlpOut"))).toEqual(flat(first));
    expect(steps).toEqual([]);
  });

  // A unit that always gives the same has nothing to lose: whatever kind but zero is taken, its ablation changes nothing.
  test("a unit that never varies keeps its value (1e-6)", async () => {
    const still = { ...randomModel({ ...GATED, nLayers: 1 }, 9) };
    const layer = still.layer.bind(still);
    still.layer = (l) => ({ ...layer(l), W_V: layer(l).W_V.map(() => 0) });
    const quiet = new Executor(still, { threads: 1, precision: "float64" });
    disposables.push(quiet);
    const trial = await trialOf(quiet, examples, "z");
    const constants = flat(await new OptimalConstants(quiet, examples, { seed: 1 }).at("z"));
    constants.forEach((value, i) => expect(value).toBeCloseTo(trial.means.clean[i], 6));
  });

  test("other sites are refused with what there is, and stopping is heard", async () => {
    const constants = new OptimalConstants(executor, examples, { seed: 1, signal: AbortSignal.abort() });
    await expect(constants.at("q")).rejects.toThrow(
      "Optimal ablation has constants for the embedding, heads (z), MLPs (mlpOut) and neurons (hidden), none for q; " +
        "choose one of these sites, or another ablation.",
    );
    await expect(constants.at("z")).rejects.toThrow("Stopped on request.");
  });
});
