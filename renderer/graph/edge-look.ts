// Colour, width and stroke of a connection by its signed weight, on the canvas and in exported drawings alike.
import { type Palette, signedScale } from "../look/palette.ts";

export interface EdgeLook {
  readonly colour: string;
  readonly width: number;
  /** Positive connections are dashed, so that the sign is seen without colour. */
  readonly dashed: boolean;
}

/** @param strongest |weight| of the strongest connection, metric units */
export function edgeLooks(palette: Palette, strongest: number): (weight: number) => EdgeLook {
  const colour = signedScale(palette, strongest);
  return (weight) => ({
    // Weak connections still need a colour that can be seen: the scale begins a third of the way out.
    colour: colour(Math.sign(weight) * (strongest / 3 + (2 / 3) * Math.abs(weight))),
    width: 0.8 + (4 * Math.abs(weight)) / (strongest || 1),
    dashed: weight > 0,
  });
}

export function strongestOf(edges: readonly { readonly weight: number }[]): number {
  return edges.reduce((most, { weight }) => Math.max(most, Math.abs(weight)), 0);
}
