// Laws of gated runs: what the error is, and that the slopes at the gates are its own. That gates are circuits is in ablation.test.ts.
import { afterAll, expect, test } from "vitest";
import { Executor } from "../../engine/activations/executor.ts";
import { Random } from "../../engine/base/random.ts";
import { parseUnit } from "../../engine/circuit/unit.ts";
import { UnitSpace } from "../../engine/circuit/unit-set.ts";
import { Evaluator, mean } from "../../engine/evaluate/evaluator.ts";
import { closedGates, type Gates, openGates } from "../../engine/score/gated-pass.ts";
import { GatedRuns } from "../../engine/score/gated-runs.ts";
import { FORMS, randomExamples, randomModel } from "../random-model.ts";

const metric = "logit-difference" as const;
const resample = { kind: "resample", reference: "paired", perPosition: false } as const;
const disposables: { dispose(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(disposables.map((each) => each.dispose())));

async function runsOf(config: (typeof FORMS)[number][1]) {
  const executor = new Executor(randomModel(config, 9), { threads: 1, precision: "float64" });
  const examples = randomExamples(config, [6, 8, 6], 9);
  const runs = await GatedRuns.over(executor, examples, metric, resample);
  disposables.push(runs, executor);
  return { executor, examples, runs };
}

// Oracle: central differences of the error, step 1e-5, in float64.
test.each(FORMS)("slopes are those of the error (1e-6 of the largest), %s", async (_, config) => {
  const { runs } = await runsOf(config);
  const random = Random.seeded(3, "gates");
  const gates = closedGates(config);
  for (const part of Object.values(gates) as Float64Array[])
    for (let i = 0; i < part.length; i++) part[i] = random.uniform();
  const { slopes } = await runs.step(gates);
  const largest = Math.max(...slopes.heads.map(Math.abs), ...slopes.mlps.map(Math.abs));
  const errorAt = async (part: keyof Gates, i: number, by: number) => {
    const moved = { ...gates, [part]: gates[part].slice() };
    moved[part][i] += by;
    return (await runs.step(moved)).error;
  };
  for (const part of ["heads", "mlps", "neurons"] as const) {
    for (let i = 0; i < gates[part].length; i += part === "neurons" ? 7 : 2) {
      const slope = ((await errorAt(part, i, 1e-5)) - (await errorAt(part, i, -1e-5))) / 2e-5;
      expect(Math.abs(slopes[part][i] - slope), `${part} ${i}`).toBeLessThanOrEqual(1e-6 * largest);
    }
  }
});

// Oracle: the evaluator's figures of the model, of the circuit and of the empty circuit.
test.each(FORMS)(
  "the error is the mean squared loss of the metric, in units of m(M) − m(∅) (1e-9), %s",
  async (_, config) => {
    const { executor, examples, runs } = await runsOf(config);
    const space = new UnitSpace(config, ["head", "mlp", "neuron"]);
    const evaluator = await Evaluator.create(executor, examples, { metric, ablation: resample, space });
    const without = ["a0.h1", "m1"].map((id) => parseUnit(id)!);
    const [model, circuit, empty] = [
      await evaluator.measure(space.full()),
      await evaluator.measure(space.full().without(without)),
      await evaluator.measure(space.empty()),
    ].map(({ metric }) => metric);
    const scale = mean(model) - mean(empty);
    const gates = openGates(config);
    gates.heads[1] = gates.mlps[1] = 0;
    expect((await runs.step(gates)).error).toBeCloseTo(mean(model.map((m, e) => ((circuit[e] - m) / scale) ** 2)), 9);
    const values = await runs.values(openGates(config));
    model.forEach((value, e) => expect(values[e]).toBeCloseTo(value, 9));
  },
);
