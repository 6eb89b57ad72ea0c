// Knowledge neurons of a fact and edits of their value vectors.
//
// Dai et al., "Knowledge Neurons", ACL 2022, arXiv 2104.08696: v ← v + s ‖v‖ (−λ₁ e_t / ‖e_t‖ + λ₂ e_t′ / ‖e_t′‖), e the rows of the
// unembedding. Literally s = 1; signed: s is the sign of the neuron's mean coefficient, without which a neuron that is negative pushes
// the new word away.
import { differentiatePlans } from "../activations/differentiate-plan.ts";
import type { Executor } from "../activations/executor.ts";
import type { HeldGradients } from "../activations/held-gradients.ts";
import type { Plan } from "../activations/plan.ts";
import { runPlan } from "../activations/run-plan.ts";
import type { Model } from "../model/model.ts";
import type { WeightPatch, WeightRows } from "../model/weight-patch.ts";
import { logSumExp } from "../readout/distribution.ts";

export interface KnowledgeNeuron {
  readonly layer: number;
  readonly neuron: number;
  /** Mean over the wordings. */
  readonly attribution: number;
  /** mᵢ at the ends, mean over the wordings. */
  readonly coefficient: number;
}

/** What becomes of the value vectors. */
export type ValueEdit =
  | { readonly kind: "rewrite"; readonly signed: boolean; readonly away: number; readonly towards: number }
  | { readonly kind: "erase" }
  | { readonly kind: "boost"; readonly factor: number };

/**
 * Attribution of every hidden neuron at the ends of the wordings: ā / m Σ_{k = 1…m} ∂P(token) / ∂a at a = (k / m) ā, all neurons of
 * one layer scaled together, one layer at a time.
 *
 * @returns the neurons with the largest one first
 */
export async function knowledgeNeurons(
  executor: Executor,
  wordings: readonly (readonly number[])[],
  token: number,
  most: number,
  {
    steps = 20,
    signal,
    gradients,
    onLayer,
  }: { steps?: number; signal?: AbortSignal; gradients?: HeldGradients; onLayer?: () => void } = {},
): Promise<KnowledgeNeuron[]> {
  const { nLayers, dMlp } = executor.model.config;
  const attribution = new Float64Array(nLayers * dMlp);
  const coefficient = new Float64Array(nLayers * dMlp);
  for (const ids of wordings) {
    for (let layer = 0; layer < nLayers; layer++) {
      const read = { world: 0, site: "hidden", layer, at: "end" } as const;
      const own = (await runPlan(executor, { worlds: [{ ids }], changes: [], read: [read] }, { signal })).read[0]
        .rows[0];
      const plans = Array.from({ length: steps }, (_, k) => scaled(ids, layer, (k + 1) / steps));
      const found = await differentiatePlans(
        executor,
        plans,
        {
          objective: ({ read }) => [[probabilityGradient(read[0].rows[0], token)]],
          wrt: [read],
        },
        { signal, gradients },
      );
      for (let i = 0; i < dMlp; i++) {
        const slope = found.reduce((sum, { at }) => sum + at[0].rows[0][i], 0) / steps;
        attribution[layer * dMlp + i] += (own[i] * slope) / wordings.length;
        coefficient[layer * dMlp + i] += own[i] / wordings.length;
      }
      onLayer?.();
    }
  }
  return Array.from(attribution.keys())
    .sort((a, b) => attribution[b] - attribution[a])
    .slice(0, most)
    .map((place) => ({
      layer: Math.floor(place / dMlp),
      neuron: place % dMlp,
      attribution: attribution[place],
      coefficient: coefficient[place],
    }));
}

/** All hidden neurons of a layer at the prompt's end, times a share. */
function scaled(ids: readonly number[], layer: number, gate: number): Plan {
  return {
    worlds: [{ ids }],
    changes: [{ world: 0, where: { site: "hidden", layer, at: "end" }, change: { op: "mix", with: "zero", gate } }],
    read: [{ world: 0, site: "logits", at: "end" }],
  };
}

/** ∂p(token) / ∂logits = p(token) (δ − p). */
function probabilityGradient(logits: ArrayLike<number>, token: number): Float64Array {
  const normaliser = logSumExp(logits);
  const p = Float64Array.from(logits, (x) => Math.exp(x - normaliser));
  return p.map((own, id) => p[token] * ((id === token ? 1 : 0) - own));
}

/** The edit as a patch of rows of W_out. */
export function editPatch(
  model: Model,
  neurons: readonly Pick<KnowledgeNeuron, "layer" | "neuron" | "coefficient">[],
  edit: ValueEdit,
  [from, to]: readonly [number, number],
): WeightPatch {
  const { dModel } = model.config;
  const rows = model.unembedRows([from, to]);
  const [away, towards] = [unit(rows.subarray(0, dModel)), unit(rows.subarray(dModel))];
  const layers = [...new Set(neurons.map(({ layer }) => layer))].sort((a, b) => a - b);
  const weights = layers.map((layer): WeightRows => {
    const { W_out } = model.layer(layer);
    const own = neurons.filter((one) => one.layer === layer).sort((a, b) => a.neuron - b.neuron);
    const data = new Float32Array(own.length * dModel);
    own.forEach(({ neuron, coefficient }, r) => {
      const value = W_out.subarray(neuron * dModel, (neuron + 1) * dModel);
      data.set(edited(value, coefficient, edit, away, towards), r * dModel);
    });
    return { weight: `layers.${layer}.W_out`, rows: own.map(({ neuron }) => neuron), data };
  });
  return { weights, about: { method: "value", edit: edit.kind } };
}

function edited(
  value: Float32Array,
  coefficient: number,
  edit: ValueEdit,
  away: Float64Array,
  towards: Float64Array,
): Float32Array {
  switch (edit.kind) {
    case "erase":
      return new Float32Array(value.length);
    case "boost":
      return value.map((x) => edit.factor * x);
    case "rewrite": {
      const size = (edit.signed ? Math.sign(coefficient) : 1) * Math.hypot(...value);
      return value.map((x, i) => x + size * (edit.towards * towards[i] - edit.away * away[i]));
    }
    default:
      throw edit satisfies never;
  }
}

function unit(row: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(row);
  const length = Math.hypot(...values);
  return values.map((x) => x / length);
}
