// First-order guesses of what zeroing each hidden neuron does at the ends of beginnings: they order the work and decide nothing.
import { greatest } from "../base/greatest.ts";
import { differentiatePlans } from "../activations/differentiate-plan.ts";
import type { Executor } from "../activations/executor.ts";
import { rowBudget } from "../activations/chunk.ts";
import { HeldGradients } from "../activations/held-gradients.ts";

/**
 * Means over beginnings, "layer·neuron": −(activation · gradient of the objective), the objective log Σ p(first set) − log Σ p(second set),
 * or log Σ p(first set) where there is no second.
 */
export async function attributions(
  executor: Executor,
  beginnings: readonly (readonly number[])[],
  sets: (place: number) => readonly (readonly number[])[],
  between?: () => void,
): Promise<Float64Array> {
  const { nLayers, dMlp, dVocab } = executor.model.config;
  const found = new Float64Array(nLayers * dMlp);
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  const wrt = layers.map((layer) => ({ world: 0, site: "hidden", layer, at: "end" }) as const);
  const groups = [...groupsOf(beginnings, rowBudget(executor.model.config))];
  const all = async (gradients: HeldGradients): Promise<void> => {
    for (const [first, count] of groups) {
      between?.();
      const plans = beginnings.slice(first, first + count).map((ids) => ({
        worlds: [{ ids }],
        changes: [],
        read: [{ world: 0, site: "logits", at: "end" } as const, ...wrt],
      }));
      const objective = (
        { read: [{ rows }] }: { read: readonly { rows: readonly ArrayLike<number>[] }[] },
        plan: number,
      ) => {
        const [event, control] = sets(first + plan);
        return [[slopes(rows[0], event, control, dVocab)], ...wrt.map(() => undefined)];
      };
      for (const { outcome, at } of await differentiatePlans(executor, plans, { objective, wrt }, { gradients })) {
        layers.forEach((layer) => {
          const [activation, gradient] = [outcome.read[1 + layer].rows[0], at[layer].rows[0]];
          for (let i = 0; i < dMlp; i++) found[layer * dMlp + i] -= (activation[i] * gradient[i]) / beginnings.length;
        });
      }
    }
  };
  await HeldGradients.during(executor, all, groups.length > 1 ? undefined : 0);
  return found;
}

/** First and count of beginnings that go back through the model together. */
function* groupsOf(beginnings: readonly (readonly number[])[], budget: number): Generator<readonly [number, number]> {
  for (let first = 0; first < beginnings.length;) {
    let [to, rows] = [first, 0];
    while (to < beginnings.length && (to === first || rows + beginnings[to].length <= budget))
      rows += beginnings[to++].length;
    yield [first, to - first];
    first = to;
  }
}

/** Gradient of the objective at the logits. */
function slopes(
  logits: ArrayLike<number>,
  event: readonly number[],
  control: readonly number[] | undefined,
  dVocab: number,
): Float64Array {
  const found = new Float64Array(dVocab);
  const add = (ids: readonly number[], sign: number) => {
    const max = greatest(ids.map((id) => logits[id]));
    const total = ids.reduce((sum, id) => sum + Math.exp(logits[id] - max), 0);
    for (const id of ids) found[id] += (sign * Math.exp(logits[id] - max)) / total;
  };
  add(event, 1);
  if (control) {
    add(control, -1);
    return found;
  }
  let max = -Infinity;
  for (let i = 0; i < dVocab; i++) max = Math.max(max, logits[i]);
  let total = 0;
  for (let i = 0; i < dVocab; i++) total += Math.exp(logits[i] - max);
  for (let i = 0; i < dVocab; i++) found[i] -= Math.exp(logits[i] - max) / total;
  return found;
}
