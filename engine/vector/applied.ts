// A named direction as it acts on a model: what was left unsaid filled in, and its coefficient in both units.
import { norm } from "../activations/change-rows.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { CoefficientUnit, VectorAction, VectorPositions } from "../choices/acting.ts";
import type { FreeChange } from "../evaluate/neutral-effect.ts";
import type { Model } from "../model/model.ts";
import { type ActingOn, changesOf, inVectors } from "./act.ts";
import { vectorAt } from "./direction.ts";
import type { OpenedVector } from "./open-vector.ts";

export interface AskedAction {
  readonly action?: VectorAction;
  readonly scale?: number;
  readonly unit?: CoefficientUnit;
  readonly layers?: readonly number[];
  readonly positions?: VectorPositions;
}

export interface Applied {
  readonly vector: string;
  readonly acting: ActingOn;
  readonly changes: readonly FreeChange[];
  readonly inVectors: number;
  /** In lengths of the stream's mean state at the layer; undefined where the file does not know it. */
  readonly inStream: number | undefined;
}

/** @throws EngineError "usage" where no layer is named, or the direction cannot act so */
export function applied(opened: OpenedVector, asked: AskedAction, model: Pick<Model, "config">): Applied {
  const acting = actingOn(opened, asked);
  const [layer] = acting.layers;
  const vector = vectorAt(opened.directions, layer);
  const changes = changesOf(opened.directions, acting, model.config);
  const coefficient = inVectors(vector!, layer, acting);
  const stream = acting.streamNorms?.[layer + 1];
  return {
    vector: opened.name,
    acting,
    changes,
    inVectors: coefficient,
    inStream: stream === undefined ? undefined : (coefficient * norm(vector!)) / stream,
  };
}

function actingOn({ directions, layer, streamNorms, name }: OpenedVector, asked: AskedAction): ActingOn {
  const named = directions.layers.length === 1 ? directions.layers[0] : layer;
  const layers = asked.layers ?? (named === undefined ? [] : [named]);
  if (layers.length === 0) {
    throw new EngineError(
      "usage",
      say`${name} holds directions of ${directions.layers.length} layers and names none to act at; say which with --layer.`,
    );
  }
  return {
    action: asked.action ?? (directions.method === "task" ? "replace" : "add"),
    layers,
    scale: asked.scale ?? 1,
    unit: asked.unit ?? "vector",
    positions: asked.positions ?? "all",
    ...(streamNorms.length > 0 && { streamNorms }),
  };
}
