import { afterAll, expect, test } from "vitest";
import { GATED, randomExamples, randomModel } from "../../test/random-model.ts";
import { dictionaryName, engineDictionary, randomDictionaries } from "../../test/random-plan.ts";
import { Executor } from "../activations/executor.ts";
import type { Plan, Reading } from "../activations/plan.ts";
import { runPlan } from "../activations/run-plan.ts";
import type { Spliced } from "../activations/spliced.ts";
import { mean } from "../evaluate/evaluator.ts";
import { promptOf } from "../task/prompt.ts";
import { attributionPatching } from "./attribution-patching.ts";
import { featureAttribution } from "./feature-attribution.ts";

const executor = new Executor(randomModel(GATED, 5), { threads: 1, precision: "float64" });
afterAll(() => executor.dispose());
const examples = randomExamples(GATED, [6, 8, 6], 5, 3);
const metric = "logit-difference" as const;
const resample = { kind: "resample", reference: "paired", perPosition: false } as const;

const name = dictionaryName(GATED.dModel);
const dictionary = engineDictionary(randomDictionaries(GATED).get(name)!);
const onMlp: Spliced = { layer: 1, site: "mlpOut", dictionary };

// Oracle: decoding is affine, so that what features and error change adds up to what the site changes.
test.each(["resample", "zero"] as const)(
  "estimates of an MLP's features and error add up to the estimate of the MLP (float32 sums, 1e-5), %s",
  async (kind) => {
    const ablation = { ...resample, kind };
    const of = await featureAttribution(executor, examples, [onMlp], { metric, ablation });
    const { mlps } = await attributionPatching(executor, examples, { metric, ablation });
    const total = [...of.values()].reduce((sum, value) => sum + value, 0);
    // Zero ablation of all features leaves the decoder's bias, which this dictionary has none of.
    expect(total).toBeCloseTo(mlps.data[1], 5);
    expect([...of.keys()]).toEqual(["d1.f0", "d1.f1", "d1.f2", "d1.f3", "d1.f4", "d1.error"]);
  },
);

// Oracle: difference quotients of plans that scale a feature.
test("under zero ablation a feature's estimate is minus the slope of the metric as the feature is scaled (1e-5)", async () => {
  const onStream: Spliced = { layer: 0, site: "residPost", dictionary };
  const of = await featureAttribution(executor, examples, [onStream], {
    metric,
    ablation: { ...resample, kind: "zero" },
  });
  const worlds = examples.map((example) => promptOf(example, "clean"));
  const read = examples.map(({ answers, wrongAnswers }, world): Reading => {
    return { world, site: "logits", at: "end", units: [answers[0], wrongAnswers[0]] };
  });
  const scaled = async (feature: number, by: number) => {
    const edits = [{ feature, op: "scale", by } as const];
    const changes = worlds.map((_, world): Plan["changes"][number] => ({
      world,
      where: { site: "residPost", layer: 0, at: "all" },
      change: { op: "through", dictionary: name, edits, error: "kept" },
    }));
    const outcome = await runPlan(
      executor,
      { worlds, changes, read },
      { resources: { dictionaries: new Map([[name, dictionary]]) } },
    );
    return mean(outcome.read.map(({ rows: [row] }) => row[0] - row[1]));
  };
  const step = 1e-4;
  for (const feature of [0, 1, 2, 3, 4]) {
    const slope = ((await scaled(feature, 1 + step)) - (await scaled(feature, 1 - step))) / (2 * step);
    expect(of.get(`d0.f${feature}`)).toBeCloseTo(-slope, 5);
  }
});
