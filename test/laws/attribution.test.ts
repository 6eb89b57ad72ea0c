// Laws of gradient scores: exact on a linear model, complete along the path, nothing where nothing differs.
import { afterAll, expect, test } from "vitest";
import { Executor } from "../../engine/activations/executor.ts";
import { formatUnit, headUnit } from "../../engine/circuit/unit.ts";
import { UnitSpace } from "../../engine/circuit/unit-set.ts";
import { Evaluator, mean } from "../../engine/evaluate/evaluator.ts";
import { attributionPatching } from "../../engine/score/attribution-patching.ts";
import { integratedGradients } from "../../engine/score/integrated-gradients.ts";
import { linearised, PLAIN, randomExamples, randomModel, straighten } from "../random-model.ts";

const resample = { kind: "resample", reference: "paired", perPosition: false } as const;
const metric = "logit-difference" as const;
const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.dispose())));

function executorOf(model: Parameters<typeof randomModel>): Executor {
  const executor = new Executor(randomModel(...model), { threads: 1, precision: "float64" });
  executors.push(executor);
  return executor;
}

test("attribution equals exact patching on a linear model (relative 1e-6 in float64)", async () => {
  const executor = executorOf([linearised, 5, straighten]);
  const examples = randomExamples(linearised, [6, 8, 7], 5);
  const { heads } = await attributionPatching(executor, examples, { metric, ablation: resample });
  const space = new UnitSpace(linearised, ["head"]);
  const evaluator = await Evaluator.create(executor, examples, { metric, ablation: resample, space });
  const full = space.full();
  const base = mean((await evaluator.measure(full)).metric);
  for (let layer = 0; layer < linearised.nLayers; layer++) {
    for (let head = 0; head < linearised.nHeads; head++) {
      const exact = (await evaluator.metric(full.without([headUnit(layer, head)]))) - base;
      const estimate = heads.data[layer * linearised.nHeads + head];
      const error = Math.abs(estimate - exact);
      expect(error, formatUnit(headUnit(layer, head))).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(exact)));
    }
  }
});

test("integrated gradients of the input add up to m(corrupt) − m(clean) as the points grow (1 % at 256)", async () => {
  const executor = executorOf([PLAIN, 9]);
  const examples = randomExamples(PLAIN, [5, 6], 9);
  const { input } = await integratedGradients(executor, examples, { metric, steps: 256 });
  const space = new UnitSpace(PLAIN, ["head"]);
  const metricOf = async (which: readonly (typeof examples)[number][]) => {
    const evaluator = await Evaluator.create(executor, which, { metric, ablation: resample, space });
    return evaluator.metric(space.full());
  };
  const corrupt = await metricOf(examples.map((example) => ({ ...example, clean: example.corrupt })));
  const difference = corrupt - (await metricOf(examples));
  expect(Math.abs(input - difference)).toBeLessThanOrEqual(0.01 * Math.abs(difference));
});

test("scores are zero where clean and corrupt are the same", async () => {
  const executor = executorOf([PLAIN, 9]);
  const same = randomExamples(PLAIN, [5, 6], 9).map((example) => ({ ...example, corrupt: example.clean }));
  const { heads, mlps, input } = await attributionPatching(executor, same, { metric, ablation: resample });
  expect([...heads.data, ...mlps.data, input].every((score) => score === 0)).toBe(true);
});
