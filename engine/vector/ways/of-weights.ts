// Directions that stand in the weights: a neuron's value vector, a difference of unembeddings, a dictionary's feature, a relation's edit.
import type { Dictionary } from "../../activations/dictionary.ts";
import { EngineError } from "../../base/errors.ts";
import { say } from "../../base/sentence.ts";
import type { Model } from "../../model/model.ts";
import { unembedDirection } from "../../readout/direction.ts";
import { decompose, pseudoInverse } from "../../relation/svd.ts";
import { minus } from "../direction.ts";

/** What neuron n of a layer writes for each unit of its activation: row n of W_out. */
export function neuronVector(model: Model, at: number, neuron: number): Float64Array {
  const { name, config } = model;
  const { dModel, dMlp, nLayers } = config;
  if (at < 0 || at >= nLayers)
    throw new EngineError("usage", say`There is no layer ${at}; ${name} has layers 0 to ${nLayers - 1}.`);
  if (neuron >= dMlp)
    throw new EngineError("usage", say`There is no neuron ${neuron}; a layer of ${name} has neurons 0 to ${dMlp - 1}.`);
  return Float64Array.from(model.layer(at).W_out.subarray(neuron * dModel, (neuron + 1) * dModel));
}

/** W_U column of one token − that of another: what raises the difference of their logits, but for the final norm. */
export function unembeddingDifference(model: Model, plus: number, other: number): Float64Array {
  return unembedDirection(model, [
    [plus, 1],
    [other, -1],
  ]).weights;
}

/**
 * The feature's row of the decoder: decode(e) − decode(0).
 *
 * @param state at which it is decoded, "dModel": a dictionary that normalises states multiplies back by its scale
 * @throws EngineError "usage" where there is no such feature
 */
export async function featureVector(
  dictionary: Dictionary,
  feature: number,
  state: Float64Array,
): Promise<Float64Array> {
  if (feature >= dictionary.features) {
    throw new EngineError(
      "usage",
      say`There is no feature ${feature}; the dictionary has features 0 to ${dictionary.features - 1}.`,
    );
  }
  const one = new Float64Array(dictionary.features);
  one[feature] = 1;
  return minus(
    await dictionary.decode(one, state),
    await dictionary.decode(new Float64Array(dictionary.features), state),
  );
}

/** Δs = W†_ρ (u_to − u_from): the move of a subject's state that carries its object from one token to another (Hernandez et al. 2024). */
export function relationVector(
  model: Model,
  map: { readonly weight: ArrayLike<number>; readonly bias: ArrayLike<number> },
  rank: number,
  { from, to }: { readonly from: number; readonly to: number },
): Float64Array {
  return pseudoInverse(decompose(map.weight, map.bias.length), rank, unembeddingDifference(model, to, from));
}
