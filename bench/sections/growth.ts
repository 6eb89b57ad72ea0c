// The section on how the time grows.
import { AXES, type GrowthSeries, measureGrowth } from "../growth.ts";
import type { BenchOptions } from "../options.ts";
import { growthPlot } from "../plots/growth-plot.ts";
import type { Section } from "../section.ts";
import { seconds, type Table } from "../table.ts";

export async function growthSection({ threads }: BenchOptions): Promise<Section> {
  const series = await measureGrowth(threads);
  const along = AXES.map((axis) => [axis, series.filter((one) => one.axis === axis)] as const);
  return {
    title: "How the time grows",
    text: `Median of three rounds, after one that is not counted; SmolLM2's sweep once. A trial runs the model with one head out, resumed at that
head's layer, with the mean over sixteen heads spread evenly. A sweep is a trial of every head, those of one layer together. The search is
the whole one for heads in one order. Layers and heads are those of random models of GPT-2's form (width 64, 4 layers of 8 heads where
nothing else is said, 32 prompts of 16 tokens); heads are per layer, and share the width. The slope is that of a straight line through the
points on logarithmic axes: 1 grows in proportion. A trial resumed halfway grows with the layers, a sweep with their square.`,
    tables: along.map(([axis, group]) => growthTable(axis, group)),
    pictures: along.map(([axis, group]) => growthPlot(axis, group)),
  };
}

function growthTable(axis: string, series: readonly GrowthSeries[]): Table {
  const sizes = [...new Set(series.flatMap(({ points }) => points.map(({ size }) => size)))].sort((a, b) => a - b);
  return {
    head: [`seconds by ${axis}`, ...sizes.map(String), "slope"],
    rows: series.map(({ what, points, slope }) => [
      what,
      ...sizes.map((size) => cell(points.find((point) => point.size === size)?.seconds)),
      slope.toFixed(2),
    ]),
  };
}

const cell = (time: number | undefined) => (time === undefined ? "" : time < 0.1 ? time.toPrecision(2) : seconds(time));
