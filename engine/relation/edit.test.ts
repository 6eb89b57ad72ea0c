import { describe, expect, test } from "vitest";
import { GATED, linearised, PARALLEL, PLAIN, randomModel, straighten } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import type { ModelConfig } from "../model/model.ts";
import { editedState, logitsAfter, objectStatesAfter } from "./edit.ts";
import { meanJacobian } from "./estimators/mean-jacobian.ts";
import { jacobians } from "./jacobian.ts";
import { identity, predicted } from "./linear-map.ts";
import type { SubjectPrompt } from "./prompts.ts";
import { stacked } from "../activations/packing.ts";
import { logitsOf, topTokens } from "../readout/logits.ts";
import { stateAt, subjectStates } from "./states.ts";
import { decompose } from "./svd.ts";

const prompt = (ids: number[], subjectPosition: number): SubjectPrompt => ({
  subject: String(ids[subjectPosition]),
  object: "",
  text: "",
  ids,
  subjectPosition,
  objectToken: -1,
});

/** Fits the mean Jacobian of some prompts at a layer and predicts the object states of others. */
async function predictions(executor: Executor, layer: number, train: SubjectPrompt[], others: SubjectPrompt[]) {
  const states = await subjectStates(executor, train);
  const found = await jacobians(executor, train, [layer]);
  const map = await meanJacobian({
    subjects: states.map((subject) => stateAt(subject, layer)),
    objects: states.map(({ object }) => object),
    objectTokens: states.map(({ answer }) => answer),
    jacobians: found.map(([J]) => J),
    axes: () => ({ subject: [], object: [] }),
    answers: () => Promise.resolve([]),
  });
  const tested = await subjectStates(executor, others);
  return { map, tested, rows: tested.map((subject) => predicted(map, stateAt(subject, layer))) };
}

const greatest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

const models: readonly (readonly [string, ModelConfig])[] = [
  ["gated", GATED],
  ["plain", PLAIN],
  ["parallel", PARALLEL],
];

describe.each(models)("on a random %s model", (_, config) => {
  const executor = new Executor(randomModel(config, 11), { threads: 1, precision: "float64" });
  const last = config.nLayers - 1;

  test("the relation behind the last block at the last token is the model, on every subject", async () => {
    const train = [prompt([4, 2, 7], 2)];
    const others = [5, 6, 7, 8].map((subject) => prompt([4, 2, subject], 2));
    const { map, tested, rows } = await predictions(executor, last, train, others);
    expect(map).toEqual({
      weight: identity(config.dModel),
      bias: new Float64Array(config.dModel),
      rank: config.dModel,
    });
    expect([...(await topTokens(executor, stacked(executor.precision, rows)))]).toEqual(
      tested.map(({ answer }) => answer),
    );
  });

  test.each([-1, 0, last])("one sample with β = 1 gives its own object state at layer %i", async (layer) => {
    const train = [prompt([4, 2, 7, 1], 1)];
    const { tested, rows } = await predictions(executor, layer, train, train);
    expect(greatest(rows[0], tested[0].object)).toBeLessThan(1e-12);
  });

  test.each([-1, 0, 1])("a state put in its own place leaves every logit as it was at layer %i", async (layer) => {
    const of = prompt([3, 1, 4, 1], 1);
    const [states] = await subjectStates(executor, [of]);
    const plain = await logitsOf(executor, states.object);
    expect(await logitsAfter(executor, of, layer, stateAt(states, layer))).toEqual(plain);
  });

  test("another subject's embedding put in its place gives the other subject's run", async () => {
    const [one, other] = [prompt([3, 1, 4, 1], 1), prompt([3, 9, 4, 1], 1)];
    const [, target] = await subjectStates(executor, [one, other]);
    const states = await objectStatesAfter(executor, [one], -1, [stateAt(target, -1)]);
    expect(greatest(states, target.object)).toBeLessThan(1e-12);
  });
});

describe("on a model without curvature", () => {
  const model = randomModel(linearised, 4, straighten);
  const executor = new Executor(model, { threads: 1, precision: "float64" });

  // Behind the embedding, tokens after the subject hold some of it too; at the last token there are none.
  // Tolerance 1e-6 of states of about 10: the norms' epsilon is finite.
  test.each([
    { layer: -1, at: 1 },
    { layer: -1, at: 3 },
    { layer: 0, at: 3 },
    { layer: 1, at: 3 },
  ])("one sample gives the object state of every other subject: $layer, subject at $at", async ({ layer, at }) => {
    const withSubject = (subject: number) => prompt([4, 2, 7, 1].with(at, subject), at);
    const { tested, rows } = await predictions(executor, layer, [withSubject(5)], [3, 8, 13].map(withSubject));
    tested.forEach(({ object }, i) => expect(greatest(rows[i], object)).toBeLessThan(1e-6));
  });

  test("an edit of full rank gives the target's object state", async () => {
    const [one, other] = [prompt([4, 2, 7, 1], 1), prompt([4, 8, 7, 1], 1)];
    const { map, tested } = await predictions(executor, -1, [one], [one, other]);
    const [subject, target] = tested;
    const decomposition = decompose(map.weight, map.bias.length);
    const edited = editedState(decomposition, map.rank, { subject, target }, -1);
    const states = await objectStatesAfter(executor, [one], -1, [edited]);
    expect(greatest(states, target.object)).toBeLessThan(1e-6);
  });
});
