// Forecasts for a run's searches: the programs that they need are made when one is first asked for, and kept to the run's end.
import type { UnitSet } from "../circuit/unit-set.ts";
import type { MetricName } from "../metric/metric.ts";
import { type Forecast, type ForecastRequest, UnitForecast } from "../score/unit-forecast.ts";

export interface Forecasts {
  /** Of taking out what is kept, on the metric of the task. */
  readonly removal: (kept: UnitSet) => Promise<ReadonlyMap<string, Forecast>>;
  /** Of putting back what is gone, by metric. */
  readonly putBack: (
    kept: UnitSet,
    metrics: readonly MetricName[],
  ) => Promise<readonly ReadonlyMap<string, Forecast>[]>;
}

export async function withForecasts<Result>(
  request: ForecastRequest,
  use: (forecasts: Forecasts) => Promise<Result>,
): Promise<Result> {
  let made: Promise<UnitForecast> | undefined;
  const forecast = () => (made ??= UnitForecast.over(request));
  try {
    return await use({
      removal: async (kept) => (await forecast()).removal(kept),
      putBack: async (kept, metrics) => (await forecast()).putBack(kept, metrics),
    });
  } finally {
    await (await made)?.dispose();
  }
}
