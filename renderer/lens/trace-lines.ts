// Lines along the layers, of what the lens read: the followed words above one token, and the answers of a task's prompts.
import type { LensResult } from "../../engine/choices/lens.ts";

export interface TraceLine {
  readonly name: string;
  /** By point, 0 to 1. */
  readonly values: readonly number[];
  /** 95 %, by point; undefined for a single prompt or too few of them. */
  readonly intervals?: readonly (readonly [number, number])[];
  /** What chance gives, by point. */
  readonly chance?: { readonly name: string; readonly values: readonly number[] };
}

/** 1/rank of each followed word above one token. @param place index of the place */
export function wordLines(lens: LensResult, place: number): TraceLine[] {
  const { readings } = lens.places[place]!;
  return lens.words.map(({ word }, w) => ({ name: word, values: readings.map(({ tokens }) => 1 / tokens[w]!.rank) }));
}

/** Mean of 1/rank of right and wrong answers over a task's prompts. @param named label of a trace → its words and those of its null */
export function answerLines(
  { traces }: LensResult,
  named: (label: string) => { readonly own: string; readonly chance: string },
): TraceLine[] {
  return traces.map(({ label, mean, intervals, other }) => {
    const { own, chance } = named(label);
    const whole = intervals.filter((ends) => ends !== undefined);
    return {
      name: own,
      values: mean,
      ...(whole.length === mean.length && { intervals: whole }),
      chance: { name: chance, values: other },
    };
  });
}
