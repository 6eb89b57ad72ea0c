// Forecasts for a run's searches: the programs that they need are made when one is first asked for, and kept to the run's end.
import type { UnitSet } from "../circuit/unit-set.ts";
import { type Forecast, RemovalForecast } from "../score/removal-forecast.ts";
import type { Prepared } from "./prepare.ts";

export type ForecastAt = (kept: UnitSet) => Promise<ReadonlyMap<string, Forecast>>;

export async function withForecasts<Result>(
  { executor, discovery, task, ablation }: Prepared,
  use: (forecast: ForecastAt) => Promise<Result>,
): Promise<Result> {
  let made: Promise<RemovalForecast> | undefined;
  try {
    return await use(async (kept) => {
      made ??= RemovalForecast.over(executor, discovery, task.metric, ablation);
      return (await made).at(kept);
    });
  } finally {
    await (await made)?.dispose();
  }
}
