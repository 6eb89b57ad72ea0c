// The lens: what the model would say if it ended at each point of the stream.
//
// p = softmax(U norm(T(state))): the final norm once, T the lens, U the unembedding. At the last point T is the identity and p
// the model's own output.
import { append } from "../base/append.ts";
import type { Executor } from "../activations/executor.ts";
import { type Reals, takeRows } from "../activations/packing.ts";
import { type Reading, readStates } from "../readout/readings.ts";
import { type Lens, logitLens } from "./lens.ts";
import type { Point } from "./points.ts";
import { type PlaceInPrompt, statesAt, type StatesOptions } from "./states.ts";

export interface LensRequest extends StatesOptions {
  readonly points: readonly Point[];
  /** Default: the plain logit lens. */
  readonly lens?: Lens;
  /** Most likely tokens that are named (default 1). */
  readonly top?: number;
  /** Tokens whose rank and log-probability are wanted, by place. */
  readonly tokens?: readonly (readonly number[])[];
  readonly onProgress?: (done: number, total: number) => void;
}

/** States held at once, as a number of values. */
const mostStates = 16e6;

/**
 * @returns by place, then point; `kl.to` is KL(p at the point ‖ the model's output), `kl.from` the other way round, in nats
 */
export async function readLens(
  executor: Executor,
  prompts: readonly { readonly ids: readonly number[] }[],
  places: readonly PlaceInPrompt[],
  request: LensRequest,
): Promise<Reading[][]> {
  const { points } = request;
  const placesAtOnce = Math.max(1, Math.floor(mostStates / (points.length * executor.model.config.dModel)));
  const readings: Reading[][] = [];
  for (let from = 0; from < places.length; from += placesAtOnce) {
    const some = places.slice(from, from + placesAtOnce);
    const states = await statesAt(executor, prompts, some, points, request);
    const tokens = request.tokens?.slice(from, from + placesAtOnce);
    append(readings, await readPlaces(executor, states, some.length, { ...request, tokens }));
    request.onProgress?.(readings.length, places.length);
  }
  return readings;
}

async function readPlaces(
  executor: Executor,
  states: Reals,
  count: number,
  { points, lens = logitLens, top, tokens, between }: LensRequest,
): Promise<Reading[][]> {
  const { dModel } = executor.model.config;
  const translated = await translatedStates(states, count, points, lens, dModel);
  const last = points.length - 1;
  const rows = Array.from({ length: count * points.length }, (_, row) => Math.floor(row / points.length));
  const readings = await readStates(executor, translated, {
    top,
    tokens: tokens && rows.map((place) => tokens[place]),
    against: rows.map((place) => place * points.length + last),
    between,
  });
  return Array.from({ length: count }, (_, place) =>
    readings.slice(place * points.length, (place + 1) * points.length),
  );
}

/** The states of all places at one point go through the lens together. */
async function translatedStates(
  states: Reals,
  count: number,
  points: readonly Point[],
  lens: Lens,
  dModel: number,
): Promise<Reals> {
  if (lens.kind === "logit") return states;
  const translated = states.slice();
  for (const [index, point] of points.slice(0, -1).entries()) {
    const rows = Array.from({ length: count }, (_, place) => place * points.length + index);
    const made = await lens.translate(point, takeRows(states, dModel, rows));
    rows.forEach((row, i) => translated.set(made.subarray(i * dModel, (i + 1) * dModel), row * dModel));
  }
  return translated;
}
