// A function vector (Todd et al. 2024, arXiv 2310.15213): what the heads that carry a task write on average at the last token.
//
// ā[l,h] = mean of z[l,h] over few-shot prompts; CIE(l,h) = p(y | shuffled prompt, z[l,h] ← ā[l,h]) − p(y | shuffled prompt), in which
// answers stand beside wrong inputs; v = Σ over the heads of largest mean CIE of W_O[l,h] ā[l,h]. Biases of the output projection belong
// to no head and stay out.
import type { Executor } from "../../activations/executor.ts";
import type { Plan } from "../../activations/plan.ts";
import { runPlans } from "../../activations/run-plan.ts";
import type { FreeChange } from "../../evaluate/neutral-effect.ts";
import { meanOfRows } from "../direction.ts";
import type { EndOptions } from "../ends.ts";
import { answerProbabilities, type InContextPrompt } from "../in-context.ts";

export interface Head {
  readonly layer: number;
  readonly head: number;
}

/** ā by layer, "head dHead". */
export async function meanHeadOutputs(
  executor: Executor,
  prompts: readonly InContextPrompt[],
  { signal }: EndOptions = {},
): Promise<Float64Array[]> {
  const layers = Array.from({ length: executor.model.config.nLayers }, (_, layer) => layer);
  const plans = prompts.map(({ ids }): Plan => ({
    worlds: [{ ids }],
    changes: [],
    read: layers.map((layer) => ({ world: 0, site: "z", layer, at: "end" })),
  }));
  const outcomes = await runPlans(executor, plans, { signal });
  return layers.map((layer) => meanOfRows(outcomes.map(({ read }) => read[layer].rows[0])));
}

/** Mean over the shuffled prompts of each head's causal indirect effect, by layer then head; and p(y) without any change, by prompt. */
export async function indirectEffects(
  executor: Executor,
  shuffled: readonly InContextPrompt[],
  means: readonly Float64Array[],
  options: EndOptions = {},
): Promise<{
  readonly clean: Float64Array;
  readonly byHead: Float64Array[];
  readonly byPrompt: readonly Float64Array[];
}> {
  const { nLayers, nHeads, dHead } = executor.model.config;
  const heads = everyHead(nLayers, nHeads);
  const sets = heads.map(({ layer, head }): FreeChange[] => [
    {
      where: { site: "z", layer, units: [head], at: "end" },
      change: { op: "set", to: { vector: Array.from(means[layer].subarray(head * dHead, (head + 1) * dHead)) } },
    },
  ]);
  const [clean, ...changed] = await answerProbabilities(executor, shuffled, [[], ...sets], options);
  const byPrompt = shuffled.map((_, p) => Float64Array.from(changed, (chances) => chances[p] - clean[p]));
  const mean = meanOfRows(byPrompt);
  return {
    clean,
    byPrompt,
    byHead: Array.from({ length: nLayers }, (_, layer) => mean.subarray(layer * nHeads, (layer + 1) * nHeads)),
  };
}

export const everyHead = (nLayers: number, nHeads: number): Head[] =>
  Array.from({ length: nLayers * nHeads }, (_, i) => ({ layer: Math.floor(i / nHeads), head: i % nHeads }));

/** The heads of largest effect, strongest first. */
export function topHeads(byHead: readonly Float64Array[], count: number): Head[] {
  return everyHead(byHead.length, byHead[0].length)
    .sort((a, b) => byHead[b.layer][b.head] - byHead[a.layer][a.head])
    .slice(0, count);
}

/** Σ W_O[l,h] ā[l,h], "dModel". */
export function headsVector(executor: Executor, heads: readonly Head[], means: readonly Float64Array[]): Float64Array {
  const { dModel, dHead } = executor.model.config;
  const sum = new Float64Array(dModel);
  for (const layer of new Set(heads.map((one) => one.layer))) {
    const { W_O } = executor.model.layer(layer);
    for (const { head } of heads.filter((one) => one.layer === layer)) {
      for (let i = 0; i < dHead; i++) {
        const z = means[layer][head * dHead + i];
        const row = (head * dHead + i) * dModel;
        for (let d = 0; d < dModel; d++) sum[d] += z * W_O[row + d];
      }
    }
  }
  return sum;
}
