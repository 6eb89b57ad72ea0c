// Weights that cannot write along a direction: W ← W − (W r̂) r̂ᵀ of every matrix that writes to the stream, and of its bias.
//
// The unembedding stays as it is, also where it is tied to the embedding: it reads the stream and writes nothing to it.
import { OverlaidModel } from "../model/overlay.ts";
import type { Model } from "../model/model.ts";
import type { WeightName, WeightRows } from "../model/weight-patch.ts";
import { unit } from "./direction.ts";

/** The model with such weights; nothing is written to the checkpoint, and closing it closes the model. */
export function orthogonalised(model: Model, vector: ArrayLike<number>): OverlaidModel {
  const direction = unit(vector);
  const { nLayers, dVocab } = model.config;
  const weights: WeightRows[] = [];
  const put = (weight: WeightName, data: Float32Array | undefined) => {
    if (data) weights.push({ weight, rows: undefined, data: without(data, direction) });
  };
  put("embed", model.embedRows(Array.from({ length: dVocab }, (_, id) => id)));
  put("positions", model.positionRows());
  for (let layer = 0; layer < nLayers; layer++) {
    const { W_O, b_O, W_out, b_out } = model.layer(layer);
    put(`layers.${layer}.W_O`, W_O);
    put(`layers.${layer}.b_O`, b_O);
    put(`layers.${layer}.W_out`, W_out);
    put(`layers.${layer}.b_out`, b_out);
  }
  return new OverlaidModel(model, {
    weights,
    about: { made: "a direction taken out of everything that is written to the stream" },
  });
}

/** Rows of "row dModel" without what lies along the direction. */
function without(rows: Float32Array, direction: Float64Array): Float32Array {
  const width = direction.length;
  const out = new Float32Array(rows.length);
  for (let r = 0; r < rows.length; r += width) {
    let along = 0;
    for (let i = 0; i < width; i++) along += rows[r + i] * direction[i];
    for (let i = 0; i < width; i++) out[r + i] = rows[r + i] - along * direction[i];
  }
  return out;
}
