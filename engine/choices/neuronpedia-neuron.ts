// A studied neuron as Neuronpedia's JSON of a feature; field names as in neuronpedia-feature.ts.
import type { Context, NeuronView } from "./neuron.ts";

/** @param vector its row of W_out */
export function neuronpediaNeuron(view: NeuronView, modelId: string, vector: ArrayLike<number>): object {
  const { layer, neuron, quantiles, promoted, suppressed, highest, middle, explanation, byModel } = view;
  return {
    modelId,
    layer: `${layer}-mlp`,
    index: String(neuron),
    hookName: `blocks.${layer}.mlp.hook_post`,
    maxActApprox: quantiles.at(-1),
    hasVector: true,
    vector: Array.from(vector),
    vectorLabel: null,
    pos_str: promoted.map(({ token }) => token),
    pos_values: promoted.map(({ logit }) => logit),
    neg_str: suppressed.map(({ token }) => token),
    neg_values: suppressed.map(({ logit }) => logit),
    activations: [highest, middle].flatMap((contexts) => contexts.map(activationOf)),
    explanations: [
      ...(explanation
        ? [
            {
              description: explanation.says,
              typeName: "secateur-rule",
              explanationModelName: null,
              scores: scoresOf(explanation.score),
            },
          ]
        : []),
      ...(byModel
        ? [
            {
              description: byModel.says,
              typeName: "secateur-excerpts",
              explanationModelName: byModel.model,
              scores: scoresOf(byModel.score),
            },
          ]
        : []),
    ],
  };
}

/** What is not known of a token counts as nothing there. */
function activationOf({ tokens, values }: Context): object {
  const known = values.map((value) => (Number.isNaN(value) ? 0 : value));
  const at = known.length - 1;
  return {
    tokens,
    values: known,
    maxValue: known[at],
    maxValueTokenIndex: at,
    minValue: known.reduce((least, value) => Math.min(least, value), Infinity),
  };
}

const scoresOf = (score: NonNullable<NeuronView["explanation"]>["score"]): object[] =>
  Object.entries(score).map(([name, value]) => ({ explanationScoreTypeName: name, value }));
