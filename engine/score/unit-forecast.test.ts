// Forecasts against what they are to foresee: attribution at the full model, and slopes at the gates in a circuit.
import { afterAll, describe, expect, test } from "vitest";
import { FORMS, GATED, PLAIN, randomExamples, randomModel } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import { formatUnit, parseUnit, type Unit } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import { mean } from "../evaluate/evaluator.ts";
import type { MetricName } from "../metric/metric.ts";
import type { Example } from "../task/example.ts";
import { gatePlace, openGates } from "./gated-pass.ts";
import { GatedRuns } from "./gated-runs.ts";
import { gradientScores, scoreOf } from "./gradient-scores.ts";
import { pathOf } from "./integration-path.ts";
import { type Forecast, UnitForecast } from "./unit-forecast.ts";

const metric = "logit-difference" as const;
const resample = { kind: "resample", reference: "paired", perPosition: false } as const;
const disposables: { dispose(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(disposables.map((each) => each.dispose())));

async function setUp(config: (typeof FORMS)[number][1]) {
  const executor = new Executor(randomModel(config, 9), { threads: 1, precision: "float64" });
  const examples = randomExamples(config, [6, 8, 6], 9);
  const forecasts = await UnitForecast.over({ executor, discovery: examples, metric, ablation: resample });
  disposables.push(forecasts, executor);
  return { executor, examples, forecasts, space: new UnitSpace(config, ["head", "mlp"]) };
}

// Oracle: attribution patching, which goes through the model's own run.
test.each(FORMS)("at the full model the changes are attribution patching's (1e-6), %s", async (_, config) => {
  const { executor, examples, forecasts, space } = await setUp(config);
  const scores = await gradientScores(executor, examples, resample, pathOf("attribution", 1), { metric });
  const forecast = await forecasts.removal(space.full());
  const units = space.full().units();
  expect([...forecast.keys()]).toEqual(units.map(formatUnit));
  for (const unit of units) expect(forecast.get(formatUnit(unit))!.change).toBeCloseTo(scoreOf(scores, unit), 6);
});

// Oracle: central differences of every example's metric at the unit's gate, step 1e-5, in float64.
describe.each(FORMS)(
  "in a circuit change and spread are those of the metrics along the unit's gate (1e-7), %s",
  (_, config) => {
    const gone = ["a0.h1", "m1"].map((id) => parseUnit(id)!);
    const along = async (other: MetricName, executor: Executor, examples: readonly Example[]) => {
      const runs = await GatedRuns.over(executor, examples, other, resample);
      disposables.push(runs);
      const valuesAt = (unit: Unit, by: number) => {
        const gates = openGates(config);
        for (const closed of gone) gates[gatePlace(config, closed)[0]][gatePlace(config, closed)[1]] = 0;
        const [part, index] = gatePlace(config, unit);
        gates[part][index] += by;
        return runs.values(gates);
      };
      return async (id: string) => {
        const unit = parseUnit(id)!;
        const [less, more] = [await valuesAt(unit, -1e-5), await valuesAt(unit, 1e-5)];
        return less.map((value, e) => (more[e] - value) / 2e-5);
      };
    };
    const expectChanges = ({ change, spread }: Forecast, changes: Float64Array, id: string) => {
      expect(change, id).toBeCloseTo(mean(changes), 7);
      expect(spread, id).toBeCloseTo(Math.sqrt(mean(changes.map((x) => x * x))), 7);
    };

    test("down for what is kept", async () => {
      const { executor, examples, forecasts, space } = await setUp(config);
      const forecast = await forecasts.removal(space.full().without(gone));
      const slopes = await along(metric, executor, examples);
      expect(forecast.size).toBe(space.size - gone.length);
      for (const [id, foreseen] of forecast) expectChanges(foreseen, (await slopes(id)).map((x) => -x), id); // prettier-ignore
    });

    test("and up for what is gone, of each metric that is asked for", async () => {
      const { executor, examples, forecasts, space } = await setUp(config);
      const metrics = [metric, "log-probability"] as const;
      const byMetric = await forecasts.putBack(space.full().without(gone), metrics);
      expect(byMetric.map((forecast) => [...forecast.keys()])).toEqual([["a0.h1", "m1"], ["a0.h1", "m1"]]); // prettier-ignore
      for (const [m, other] of metrics.entries()) {
        const slopes = await along(other, executor, examples);
        for (const [id, foreseen] of byMetric[m]) expectChanges(foreseen, await slopes(id), id);
      }
    });
  },
);

test("programs that are made for each use foresee the same, to the bit", async () => {
  const { executor, examples, forecasts, space } = await setUp(GATED);
  const frugal = await UnitForecast.over({
    executor,
    discovery: examples,
    metric,
    ablation: resample,
    programBytes: 0,
  });
  disposables.push(frugal);
  const kept = space.full().without([parseUnit("a1.h0")!]);
  expect(await frugal.removal(kept)).toEqual(await forecasts.removal(kept));
  expect(await frugal.putBack(kept, [metric])).toEqual(await forecasts.putBack(kept, [metric]));
});

test("a forecast is not begun once the run is to stop", async () => {
  const { executor, examples, space } = await setUp(PLAIN);
  const request = { executor, discovery: examples, metric, ablation: resample, signal: AbortSignal.abort() };
  const forecasts = await UnitForecast.over(request);
  disposables.push(forecasts);
  await expect(forecasts.removal(space.full())).rejects.toThrow("Stopped on request.");
});
