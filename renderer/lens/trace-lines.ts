// Lines along the layers, of what the lens read: the followed words above one token, and the answers of a task's prompts.
import type { LensResult } from "../../engine/choices/lens.ts";
import type { PlotLine } from "../curve/value-plot.ts";

/** Values by point of the lens, from its first one on. */
const along = (values: readonly number[], intervals?: readonly (readonly [number, number])[]) =>
  values.map((y, x) => ({ x, y, interval: intervals?.[x] }));

/** 1/rank of each followed word above one token. @param place index of the place */
export function wordLines(lens: LensResult, place: number): PlotLine[] {
  const { readings } = lens.places[place]!;
  return lens.words.map(({ word }, w) => ({
    name: word,
    points: along(readings.map(({ tokens }) => 1 / tokens[w]!.rank)),
  }));
}

/** Mean of 1/rank of right and wrong answers over a task's prompts. @param named label of a trace → its words and those of its null */
export function answerLines(
  { traces }: LensResult,
  named: (label: string) => { readonly own: string; readonly chance: string },
): PlotLine[] {
  return traces.map(({ label, mean, intervals, other }) => {
    const { own, chance } = named(label);
    const whole = intervals.filter((ends) => ends !== undefined);
    return {
      name: own,
      points: along(mean, whole.length === mean.length ? whole : undefined),
      chance: { name: chance, points: along(other) },
    };
  });
}
