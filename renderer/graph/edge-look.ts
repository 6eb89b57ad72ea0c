// Colour, width and stroke of a connection by its signed weight.
import type { Palette } from "../look/palette.ts";

interface EdgeLook {
  readonly colour: string;
  /** Points. */
  readonly width: number;
  /** Positive connections are dashed, so that the sign is seen without colour. */
  readonly dashed: boolean;
}

/**
 * The weight is in the width alone: a colour that grows fainter with it would be lost on paper.
 *
 * @param strongest |weight| of the strongest connection, metric units
 */
export function edgeLooks(palette: Palette, strongest: number): (weight: number) => EdgeLook {
  return (weight) => ({
    colour: weight > 0 ? palette.positive[1] : palette.negative[0],
    width: 0.6 + (2.9 * Math.abs(weight)) / (strongest || 1),
    dashed: weight > 0,
  });
}

export function strongestOf(edges: readonly { readonly weight: number }[]): number {
  return edges.reduce((most, { weight }) => Math.max(most, Math.abs(weight)), 0);
}
