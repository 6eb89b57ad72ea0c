// A hidden neuron seen from both sides: the tokens of the task at which it is strongest, and the words that it writes.
import { capture } from "../activations/capture.ts";
import { groupExamples, rowBudget } from "../activations/chunk.ts";
import { Packing } from "../activations/packing.ts";
import type { Neuron } from "../circuit/unit.ts";
import type { NeuronView } from "../contract.ts";
import type { Prepared } from "../session/prepare.ts";
import { byLogit } from "./written-tokens.ts";

type Activation = NeuronView["strongest"][number];

/** Prompts looked through, and tokens listed of them. */
const mostExamples = 128;
const listed = 12;
/** Tokens shown before the one at which the neuron is read. */
const before = 4;

/**
 * Strongest by |activation|, over clean prompts. What the neuron writes is W_out's row through the final norm's gain and the
 * unembedding, without the norm's scale: only the order and the proportions mean something.
 *
 * @see Geva et al. 2022, arXiv:2203.14680 (value vectors)
 */
export async function neuronView(prepared: Prepared, { layer, neuron }: Neuron): Promise<NeuronView> {
  const { executor, model, discovery, heldOut } = prepared;
  const { dMlp, dModel } = model.config;
  const examples = [...discovery, ...heldOut].slice(0, mostExamples);
  const found: Activation[] = [];
  let [sum, count] = [0, 0];
  for (const group of groupExamples(examples, rowBudget(model.config))) {
    const packing = Packing.ofLengths(group.map(({ clean }) => clean.ids.length));
    const embedded = executor.embed(
      group.flatMap(({ clean }) => clean.ids),
      packing.positions,
    );
    const { at } = await capture(executor, packing, embedded, { sites: ["hidden"], layers: [layer] });
    let row = 0;
    for (const { index, clean } of group) {
      for (let position = 0; position < clean.ids.length; position++, row++) {
        const value = at.hidden![layer][row * dMlp + neuron];
        sum += value;
        count++;
        const tokens = clean.ids.slice(Math.max(0, position - before), position + 1);
        found.push({ example: index, position, value, tokens: tokens.map((id) => model.tokenizer.token(id)) });
      }
    }
  }
  found.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const { gain } = model.finalNorm();
  const row = model.layer(layer).W_out.subarray(neuron * dModel, (neuron + 1) * dModel);
  const written = await byLogit(
    prepared,
    row.map((x, i) => x * gain[i]),
  );
  return { strongest: distinct(found).slice(0, listed), mean: sum / count, ...written };
}

/** The same words at the same value say nothing new: prompts of one template repeat their first tokens. */
function distinct(activations: readonly Activation[]): Activation[] {
  const seen = new Set<string>();
  return activations.filter(({ tokens, value }) => {
    const key = `${tokens.join("")} ${value.toFixed(6)}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
