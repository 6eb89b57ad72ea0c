// How a direction acts on a run: as changes of a plan, or as a model with other weights.
//
// With v the vector at the layer, r̂ = v / ‖v‖ and c the coefficient:
// - add: x ← x + c v at the layers, all positions or some; below 0 it is subtracted
// - project: x ← x − r̂ r̂ᵀx of everything that is written to the stream (embedding, attention outputs, MLP outputs), so that the whole
//   stream stays orthogonal to r̂
// - affine: x ← x + (m − r̂ᵀx) r̂ at the layers, with m the minus side's mean component: projecting out moves to 0, which no text may have
// - clamp: x ← x + (c ‖v‖ − r̂ᵀx) r̂ at the layers
// - replace: x ← v at the prompt's last token
import { norm } from "../activations/change-rows.ts";
import type { At, Change, Step, Where } from "../activations/plan.ts";
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import type { CoefficientUnit, VectorAction, VectorPositions } from "../choices/acting.ts";
import type { FreeChange } from "../evaluate/neutral-effect.ts";
import type { ModelConfig } from "../model/model.ts";
import { type Directions, vectorAt } from "./direction.ts";
import { EMBEDDING, siteOf } from "./place.ts";

export interface ActingOn {
  readonly action: VectorAction;
  readonly layers: readonly number[];
  readonly scale: number;
  readonly unit: CoefficientUnit;
  readonly positions: VectorPositions;
  /** Mean norm of the stream by layer, the embedding first; needed for the unit "stream". */
  readonly streamNorms?: readonly number[];
}

/** "end" is the last token of every step, from the prompt’s on: there the first new token is chosen. */
const AT: Readonly<Record<VectorPositions, { readonly at: At; readonly step?: Step }>> = {
  all: { at: "all" },
  end: { at: "end" },
  generated: { at: "all", step: "generated" },
};

/**
 * The changes of a plan, in the order in which they act.
 *
 * @throws EngineError "usage" for a layer that the direction is not known at, and for an action that it cannot do
 */
export function changesOf(
  directions: Directions,
  acting: ActingOn,
  { nLayers }: Pick<ModelConfig, "nLayers">,
): FreeChange[] {
  const { action, layers, positions } = acting;
  const where = (site: Pick<Where, "site" | "layer">): Where => ({ ...site, ...AT[positions] });
  const known = (layer: number): Float64Array => {
    const vector = vectorAt(directions, layer);
    if (!vector)
      throw new EngineError(
        "usage",
        say`The direction is not known at layer ${layer}; it is at ${sayList(directions.layers, ", ")}.`,
      );
    if (norm(vector) === 0)
      throw new EngineError(
        "usage",
        say`The direction is zero at layer ${layer}: both sides stand in one state there. Choose another layer.`,
      );
    return vector;
  };
  const each = (change: (vector: Float64Array, layer: number) => Change): FreeChange[] =>
    layers.map((layer) => ({ where: where(siteOf(layer)), change: change(known(layer), layer) }));
  switch (action) {
    case "add":
      return each((vector, layer) => ({
        op: "add",
        what: { vector: Array.from(vector) },
        scale: inVectors(vector, layer, acting),
      }));
    case "clamp":
      return each((vector, layer) => ({
        op: "clamp",
        along: Array.from(vector),
        to: inVectors(vector, layer, acting) * norm(vector),
      }));
    case "affine":
      return each((vector, layer) => ({ op: "clamp", along: Array.from(vector), to: minusMean(directions, layer) }));
    case "project": {
      if (layers.length !== 1)
        throw new EngineError(
          "usage",
          say`One direction is projected out everywhere; name one layer whose direction it is.`,
        );
      const change: Change = { op: "project", basis: [Array.from(known(layers[0]))], keep: "outside" };
      return writesOf(nLayers).map((site) => ({ where: where(site), change }));
    }
    case "replace": {
      if (positions !== "all" && positions !== "end")
        throw new EngineError(
          "usage",
          say`A state is replaced at the prompt's end; generated tokens have none of their own yet.`,
        );
      return layers.map((layer) => ({
        where: { ...siteOf(layer), at: "end", step: "prompt" },
        change: { op: "set", to: { vector: Array.from(known(layer)) } },
      }));
    }
    default:
      return action satisfies never;
  }
}

/** Everything that is written to the stream: the embedding, then each layer's attention and MLP. */
export function writesOf(nLayers: number): Pick<Where, "site" | "layer">[] {
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  return [
    siteOf(EMBEDDING),
    ...layers.flatMap((layer) => [{ site: "attnOut", layer } as const, { site: "mlpOut", layer } as const]),
  ];
}

/** Whether what an action does depends on a coefficient. */
export const isScaled = (action: VectorAction): boolean => action === "add" || action === "clamp";

/** The coefficient of the vector as it is long. */
export function inVectors(vector: ArrayLike<number>, layer: number, { scale, unit, streamNorms }: ActingOn): number {
  if (unit === "vector") return scale;
  const stream = streamNorms?.[layer - EMBEDDING];
  if (stream === undefined)
    throw new EngineError(
      "usage",
      say`The stream's norm at the layer is not known; count the coefficient in lengths of the vector.`,
    );
  return (scale * stream) / norm(vector);
}

function minusMean({ sides, layers }: Directions, layer: number): number {
  const mean = sides?.minus[layers.indexOf(layer)];
  if (mean !== undefined) return mean;
  throw new EngineError(
    "usage",
    say`affine moves to the mean of the minus side, and this direction was not made from two sides. Choose project or clamp.`,
  );
}
