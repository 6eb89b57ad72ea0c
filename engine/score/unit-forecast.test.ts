// Forecasts against what they are to foresee: attribution at the full model, and slopes at the gates in a circuit.
import { afterAll, expect, test } from "vitest";
import { GATED, PARALLEL, PLAIN, randomExamples, randomModel } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import { formatUnit, parseUnit } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import { mean } from "../evaluate/evaluator.ts";
import { gatePlace, openGates } from "./gated-pass.ts";
import { GatedRuns } from "./gated-runs.ts";
import { gradientScores, scoreOf } from "./gradient-scores.ts";
import { pathOf } from "./integration-path.ts";
import { RemovalForecast } from "./removal-forecast.ts";

const metric = "logit-difference" as const;
const resample = { kind: "resample", reference: "paired", perPosition: false } as const;
const disposables: { dispose(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(disposables.map((each) => each.dispose())));

const MODELS = [
  ["plain", PLAIN],
  ["gated MLP, grouped key-value heads", GATED],
  ["parallel blocks", PARALLEL],
] as const;

async function setUp(config: (typeof MODELS)[number][1]) {
  const executor = new Executor(randomModel(config, 9), { threads: 1, precision: "float64" });
  const examples = randomExamples(config, [6, 8, 6], 9);
  const forecasts = await RemovalForecast.over({ executor, discovery: examples, metric, ablation: resample });
  disposables.push(forecasts, executor);
  return { executor, examples, forecasts, space: new UnitSpace(config, ["head", "mlp"]) };
}

// Oracle: attribution patching, which goes through the model's own run.
test.each(MODELS)("at the full model the changes are attribution patching's (1e-6), %s", async (_, config) => {
  const { executor, examples, forecasts, space } = await setUp(config);
  const scores = await gradientScores(executor, examples, resample, pathOf("attribution", 1), { metric });
  const forecast = await forecasts.at(space.full());
  const units = space.full().units();
  expect([...forecast.keys()]).toEqual(units.map(formatUnit));
  for (const unit of units) expect(forecast.get(formatUnit(unit))!.change).toBeCloseTo(scoreOf(scores, unit), 6);
});

// Oracle: central differences of every example's metric at the unit's gate, step 1e-5, in float64.
test.each(MODELS)(
  "in a circuit change and spread are those of the metrics along the unit's gate (1e-7), and what is gone has none, %s",
  async (_, config) => {
    const { executor, examples, forecasts, space } = await setUp(config);
    const gone = ["a0.h1", "m1"].map((id) => parseUnit(id)!);
    const forecast = await forecasts.at(space.full().without(gone));
    const runs = await GatedRuns.over(executor, examples, metric, resample);
    disposables.push(runs);
    const valuesAt = async (unit: (typeof gone)[number], by: number) => {
      const gates = openGates(config);
      for (const other of gone) gates[gatePlace(config, other)[0]][gatePlace(config, other)[1]] = 0;
      const [part, index] = gatePlace(config, unit);
      gates[part][index] += by;
      return runs.values(gates);
    };
    expect(forecast.size).toBe(space.size - gone.length);
    for (const [id, { change, spread }] of forecast) {
      const unit = parseUnit(id)!;
      const [less, more] = [await valuesAt(unit, -1e-5), await valuesAt(unit, 1e-5)];
      const changes = less.map((value, e) => (value - more[e]) / 2e-5);
      expect(change, id).toBeCloseTo(mean(changes), 7);
      expect(spread, id).toBeCloseTo(Math.sqrt(mean(changes.map((x) => x * x))), 7);
    }
  },
);

test("a forecast is not begun once the run is to stop", async () => {
  const { executor, examples, space } = await setUp(PLAIN);
  const request = { executor, discovery: examples, metric, ablation: resample, signal: AbortSignal.abort() };
  const forecasts = await RemovalForecast.over(request);
  disposables.push(forecasts);
  await expect(forecasts.at(space.full())).rejects.toThrow("Stopped on request.");
});
