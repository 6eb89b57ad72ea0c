// Forecasts for a run's searches: the programs that they need are made when one is first asked for, and kept to the run's end.
import type { UnitSet } from "../circuit/unit-set.ts";
import { type Forecast, type ForecastRequest, RemovalForecast } from "../score/removal-forecast.ts";

export type ForecastAt = (kept: UnitSet) => Promise<ReadonlyMap<string, Forecast>>;

export async function withForecasts<Result>(
  request: ForecastRequest,
  use: (forecast: ForecastAt) => Promise<Result>,
): Promise<Result> {
  let made: Promise<RemovalForecast> | undefined;
  try {
    return await use(async (kept) => {
      made ??= RemovalForecast.over(request);
      return (await made).at(kept);
    });
  } finally {
    await (await made)?.dispose();
  }
}
