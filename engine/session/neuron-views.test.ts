// Oracle: the transformer in plain float64 loops, and the value vector times the unembedding by hand.
import { afterAll, expect, test } from "vitest";
import { plainForward } from "../../test/plain-forward.ts";
import { GATED, randomExamples, randomModel } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import { neuronsNamed, neuronViews } from "./neuron-views.ts";
import type { Prepared } from "./prepare.ts";

const model = randomModel(GATED, 9);
const executor = new Executor(model, { threads: 1, precision: "float64" });
afterAll(() => executor.dispose());
const examples = randomExamples(GATED, [6, 4, 5], 9);
const NEURON = { kind: "neuron", layer: 1, neuron: 7 } as const;
const prepared = {
  executor,
  model,
  discovery: examples.slice(0, 2),
  heldOut: examples.slice(2),
} as unknown as Prepared;

test("the tokens at which a neuron is strongest, each with those before it, and its mean", async () => {
  const expected = examples.flatMap(({ index, clean }) => {
    const values: number[] = [];
    plainForward(model, clean.ids, (site, layer, rows) => {
      if (site === "hidden" && layer === NEURON.layer) values.push(...rows.map((row) => row[NEURON.neuron]));
      return rows;
    });
    return values.map((value, position) => ({
      example: index,
      position,
      value: expect.closeTo(value, 9) as number,
      size: Math.abs(value),
      sum: value,
      tokens: clean.ids.slice(Math.max(0, position - 4), position + 1).map(String),
    }));
  });
  const [{ strongest, mean }] = await neuronViews(prepared, [NEURON]);
  const sorted = [...expected].sort((a, b) => b.size - a.size).slice(0, 12);
  expect(strongest).toEqual(
    sorted.map(({ example, position, value, tokens }) => ({ example, position, value, tokens })),
  );
  expect(mean).toBeCloseTo(expected.reduce((total, { sum }) => total + sum, 0) / expected.length, 9);
});

test("what a neuron writes raises and lowers the tokens of its value vector's logits", async () => {
  const { dModel, dVocab } = GATED;
  const row = model.layer(NEURON.layer).W_out.subarray(NEURON.neuron * dModel, (NEURON.neuron + 1) * dModel);
  const { gain } = model.finalNorm();
  const logits = Array.from({ length: dVocab }, (_, id) => {
    const column = model.unembedRows([id]);
    return { token: String(id), logit: row.reduce((sum, x, i) => sum + x * gain[i] * column[i], 0) };
  }).sort((a, b) => b.logit - a.logit);
  const [{ promoted, suppressed }] = await neuronViews(prepared, [NEURON]);
  const close = (list: typeof logits) =>
    list.map(({ token, logit }) => ({ token, logit: expect.closeTo(logit, 5) as number }));
  expect(promoted).toEqual(close(logits.slice(0, 10)));
  expect(suppressed).toEqual(close(logits.slice(-10).reverse()));
});

test("several neurons of several layers are seen as each is alone", async () => {
  const others = [NEURON, { kind: "neuron", layer: 0, neuron: 2 }, { kind: "neuron", layer: 1, neuron: 3 }] as const;
  const alone = [];
  for (const neuron of others) alone.push(...(await neuronViews(prepared, [neuron])));
  expect(await neuronViews(prepared, others)).toEqual(alone);
});

test("an id that is no hidden neuron of the model is refused", () => {
  for (const id of ["a0.h1", "m1", "m9.n1", "m0.n9999", "neuron 3"]) {
    expect(() => neuronsNamed(model, [id]), id).toThrow(`"${id}" is no hidden neuron of ${model.name}`);
  }
});
