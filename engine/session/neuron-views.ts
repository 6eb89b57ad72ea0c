// Hidden neurons seen from both sides: the tokens of the task at which each is strongest, and the words that it writes.
import { capture } from "../activations/capture.ts";
import { groupExamples, rowBudget } from "../activations/chunk.ts";
import { Packing } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { hasUnit, type Neuron, parseUnit } from "../circuit/unit.ts";
import type { NeuronView } from "../contract.ts";
import type { Model } from "../model/model.ts";
import type { Prepared } from "./prepare.ts";
import { byLogit } from "./written-tokens.ts";

type Activation = NeuronView["strongest"][number];

/** Prompts looked through, and tokens listed of them. */
const mostExamples = 128;
const listed = 12;
/** Tokens shown before the one at which the neuron is read. */
const before = 4;

/**
 * Strongest by |activation|, over clean prompts, all neurons in the same passes. What a neuron writes is W_out's row through the
 * final norm's gain and the unembedding, without the norm's scale: only the order and the proportions mean something.
 *
 * @returns one view a neuron, in their order
 * @see Geva et al. 2022, arXiv:2203.14680 (value vectors)
 */
export async function neuronViews(prepared: Prepared, neurons: readonly Neuron[]): Promise<NeuronView[]> {
  const found = await activationsOf(prepared, neurons);
  const views: NeuronView[] = [];
  for (const [n, neuron] of neurons.entries()) {
    const { strongest, mean } = found[n];
    views.push({
      strongest: strongest.map(({ activation }) => activation),
      mean,
      ...(await writtenBy(prepared, neuron)),
    });
  }
  return views;
}

/** @throws EngineError "usage" for an id that is no hidden neuron of the model */
export function neuronsNamed({ config, name }: Model, ids: readonly string[]): Neuron[] {
  return ids.map((id) => {
    const unit = parseUnit(id);
    if (unit?.kind === "neuron" && hasUnit(config, unit)) return unit;
    throw new EngineError("usage", say`"${id}" is no hidden neuron of ${name}; they look like m2.n17.`);
  });
}

/** At every token of the prompts, neuron by neuron. */
async function activationsOf(
  { executor, model, discovery, heldOut }: Prepared,
  neurons: readonly Neuron[],
): Promise<Strongest[]> {
  const { dMlp } = model.config;
  const layers = [...new Set(neurons.map(({ layer }) => layer))];
  const found = neurons.map(() => new Strongest());
  for (const group of groupExamples([...discovery, ...heldOut].slice(0, mostExamples), rowBudget(model.config))) {
    const packing = Packing.ofLengths(group.map(({ clean }) => clean.ids.length));
    const embedded = executor.embed(
      group.flatMap(({ clean }) => clean.ids),
      packing.positions,
    );
    const { at } = await capture(executor, packing, embedded, { sites: ["hidden"], layers });
    let row = 0;
    for (const { index, clean } of group) {
      const words = clean.ids.map((id) => model.tokenizer.token(id));
      for (let position = 0; position < words.length; position++, row++) {
        const tokens = words.slice(Math.max(0, position - before), position + 1);
        const written = tokens.join("");
        for (const [n, { layer, neuron }] of neurons.entries()) {
          const value = at.hidden![layer][row * dMlp + neuron];
          found[n].add(value, written, () => ({ example: index, position, value, tokens }));
        }
      }
    }
  }
  return found;
}

function writtenBy(prepared: Prepared, { layer, neuron }: Neuron) {
  const { model } = prepared;
  const { dModel } = model.config;
  const { gain } = model.finalNorm();
  const row = model.layer(layer).W_out.subarray(neuron * dModel, (neuron + 1) * dModel);
  return byLogit(
    prepared,
    row.map((x, i) => x * gain[i]),
  );
}

/** The activations of one neuron that are greatest in size, as many as are listed, however many there are. */
class Strongest {
  readonly strongest: { readonly key: string; readonly activation: Activation }[] = [];
  private sum = 0;
  private count = 0;

  get mean(): number {
    return this.sum / this.count;
  }

  add(value: number, written: string, activation: () => Activation): void {
    this.sum += value;
    this.count++;
    const size = Math.abs(value);
    const { strongest } = this;
    const isSmaller = (other: (typeof strongest)[number]) => Math.abs(other.activation.value) < size;
    if (strongest.length === listed && !isSmaller(strongest[listed - 1])) return;
    // The same words at the same value say nothing new: prompts of one template repeat their first tokens.
    const key = `${written} ${value.toFixed(6)}`;
    const same = strongest.findIndex((other) => other.key === key);
    if (same >= 0 && !isSmaller(strongest[same])) return;
    if (same >= 0) strongest.splice(same, 1);
    const at = strongest.findIndex(isSmaller);
    strongest.splice(at < 0 ? strongest.length : at, 0, { key, activation: activation() });
    if (strongest.length > listed) strongest.pop();
  }
}
