// Where the figures of searches on rising numbers of examples stand in a small plot of shares.
import type { StabilityRow } from "../../engine/circuit/circuit-schema.ts";

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Space on the left and below for the axes, and everywhere else so that marks are whole. */
  readonly margin: { readonly left: number; readonly bottom: number; readonly rest: number };
}

export interface PlottedRow {
  readonly discovery: number;
  readonly x: number;
  /** Share of the searches that hold. */
  readonly holds: number;
  readonly jaccard: number | undefined;
  /** Ends of its interval. */
  readonly interval: readonly [number, number] | undefined;
}

/** Examples on a logarithmic axis from the fewest to the most, shares from 0 below to 1 above; pixels. */
export function stabilityPoints(rows: readonly StabilityRow[], frame: Frame): readonly PlottedRow[] {
  const { width, margin } = frame;
  const logs = rows.map(({ discovery }) => Math.log(discovery));
  const [first, last] = [logs[0], logs.at(-1)!];
  const room = width - margin.left - 2 * margin.rest;
  const y = (share: number) => heightOf(share, frame);
  return rows.map(({ discovery, holds, jaccard }, i) => ({
    discovery,
    x: margin.left + margin.rest + (last > first ? (room * (logs[i] - first)) / (last - first) : room / 2),
    holds: y(holds),
    jaccard: jaccard && y(jaccard.mean),
    interval: jaccard?.interval && [y(jaccard.interval[0]), y(jaccard.interval[1])],
  }));
}

/** Of a share from 0 to 1, from the top. */
export function heightOf(share: number, { height, margin }: Frame): number {
  return margin.rest + (1 - share) * (height - margin.bottom - 2 * margin.rest);
}

/** The line through points that are there. */
export function lineThrough(points: readonly { readonly x: number; readonly y: number | undefined }[]): string {
  return points.flatMap(({ x, y }) => (y === undefined ? [] : [`${x.toFixed(1)},${y.toFixed(1)}`])).join(" ");
}
