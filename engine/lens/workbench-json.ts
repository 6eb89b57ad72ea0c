// The lens in the form that NDIF's Workbench reads: its lens JSON, version 2.
import type { Reading } from "../readout/readings.ts";

export interface WorkbenchLens {
  readonly meta: { readonly version: 2; readonly model: string };
  readonly input: readonly string[];
  readonly layers: readonly number[];
  /** "layer position k", likeliest first. */
  readonly topk: readonly (readonly (readonly string[])[])[];
  /** By position: token → by layer. Every token that is among the first k at some layer of the position. */
  readonly tracked: readonly Readonly<
    Record<string, { readonly prob: readonly number[]; readonly rank: readonly number[] }>
  >[];
  /** "layer position", nats. */
  readonly entropy: readonly (readonly number[])[];
}

/**
 * @param input the prompt's tokens as text
 * @param readings by position, then layer output; `tokens` of every reading hold the same ids: those to be tracked there
 */
export function workbenchLens(
  model: string,
  input: readonly string[],
  readings: readonly (readonly Reading[])[],
  textOf: (id: number) => string,
): WorkbenchLens {
  const layers = readings[0]?.map((_, layer) => layer) ?? [];
  const rounded = (value: number) => Math.round(value * 1e5) / 1e5;
  return {
    meta: { version: 2, model },
    input,
    layers,
    topk: layers.map((layer) => readings.map((position) => position[layer].top.map(({ id }) => textOf(id)))),
    tracked: readings.map((position) =>
      Object.fromEntries(
        position[0].tokens.map(({ id }, t) => [
          textOf(id),
          {
            prob: position.map(({ tokens }) => rounded(Math.exp(tokens[t].logProbability))),
            rank: position.map(({ tokens }) => tokens[t].rank),
          },
        ]),
      ),
    ),
    entropy: layers.map((layer) => readings.map((position) => rounded(position[layer].entropy))),
  };
}
