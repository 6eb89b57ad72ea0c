// The shifted lens: the mean state of a point is exchanged for the mean state behind the last layer, both over neutral prompts.
import type { Executor } from "../activations/executor.ts";
import { type Reals, zeros } from "../activations/packing.ts";
import type { Lens } from "./lens.ts";
import { formatPoint, type Point } from "./points.ts";
import { statesAt, type StatesOptions } from "./states.ts";

/**
 * T(x) = x − μ(point) + μ(last), μ the mean over the last tokens of the prompts. Nothing is trained. What is the same in every
 * prompt at a point, such as a few dimensions of great size, no longer covers what is said.
 *
 * @param prompts neutral ones, about anything
 * @param points the last of them is the one that the others are shifted to
 */
export async function shiftedLens(
  executor: Executor,
  prompts: readonly { readonly ids: readonly number[] }[],
  points: readonly Point[],
  options: StatesOptions = {},
): Promise<Lens> {
  const { dModel } = executor.model.config;
  const ends = prompts.map(({ ids }, prompt) => ({ prompt, position: ids.length - 1 }));
  const states = await statesAt(executor, prompts, ends, points, options);
  const means = points.map((_, point) => meanOver(states, prompts.length, points.length, point, dModel));
  const last = means.at(-1)!;
  const shifts = new Map(points.map((point, i) => [formatPoint(point), means[i].map((mean, d) => last[d] - mean)]));
  return {
    kind: "shifted",
    translate: (point, rows) => shifted(rows, shifts.get(formatPoint(point))!),
    dispose: () => Promise.resolve(),
  };
}

function meanOver(states: Reals, places: number, points: number, point: number, dModel: number): Float64Array {
  const mean = new Float64Array(dModel);
  for (let place = 0; place < places; place++) {
    const start = (place * points + point) * dModel;
    for (let i = 0; i < dModel; i++) mean[i] += states[start + i] / places;
  }
  return mean;
}

function shifted(rows: Reals, shift: Float64Array): Reals {
  const moved = zeros(rows instanceof Float64Array ? "float64" : "float32", rows.length);
  for (let i = 0; i < rows.length; i++) moved[i] = rows[i] + shift[i % shift.length];
  return moved;
}
