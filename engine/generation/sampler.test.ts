import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { drawFrom, nextToken, nucleus } from "./sampler.ts";

/** Logits whose softmax at temperature 1 is the given list. */
const logitsOf = (p: readonly number[]) => p.map(Math.log);
const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 1e9) / 1e9);

test("without a cut every token stays, likeliest first, equals by their id", () => {
  const { ids, probabilities } = nucleus(logitsOf([0.1, 0.3, 0.2, 0.3, 0.1]), { temperature: 1 });
  expect(ids).toEqual([1, 3, 2, 0, 4]);
  expect(rounded(probabilities)).toEqual([0.3, 0.3, 0.2, 0.1, 0.1]);
});

test("logits are divided by the temperature before anything is cut", () => {
  // At temperature ½ probabilities are squared: 16/21, 4/21, 1/21, so that the first alone reaches .7.
  const logits = logitsOf([4 / 7, 2 / 7, 1 / 7]);
  expect(nucleus(logits, { temperature: 0.5, topP: 0.7 }).ids).toEqual([0]);
  expect(nucleus(logits, { temperature: 1, topP: 0.7 }).ids).toEqual([0, 1]);
});

test("the token that reaches top-p is kept, and one always stays", () => {
  const logits = logitsOf([0.5, 0.25, 0.125, 0.125]);
  expect(nucleus(logits, { temperature: 1, topP: 0.75 }).ids).toEqual([0, 1]);
  expect(nucleus(logits, { temperature: 1, topP: 0.76 }).ids).toEqual([0, 1, 2]);
  expect(nucleus(logits, { temperature: 1, topP: 0.01 }).ids).toEqual([0]);
});

test("top-k and min-p cut too, min-p relative to the likeliest", () => {
  const logits = logitsOf([0.4, 0.3, 0.2, 0.1]);
  expect(nucleus(logits, { temperature: 1, topK: 2 }).ids).toEqual([0, 1]);
  expect(nucleus(logits, { temperature: 1, minP: 0.5 }).ids).toEqual([0, 1, 2]);
  expect(nucleus(logits, { temperature: 1, topK: 3, topP: 0.95, minP: 0.7 }).ids).toEqual([0, 1]);
});

test("a long flat tail is cut where a full sort would cut it", () => {
  const random = Random.seeded(1);
  const logits = Array.from({ length: 5000 }, () => random.normal());
  const p = logits.map(Math.exp);
  const sum = p.reduce((a, b) => a + b, 0);
  const sorted = p.map((_, id) => id).sort((a, b) => p[b] - p[a]);
  let total = 0;
  const length = sorted.findIndex((id) => (total += p[id] / sum) >= 0.9) + 1;
  expect(nucleus(logits, { temperature: 1, topP: 0.9 }).ids).toEqual(sorted.slice(0, length));
});

test("a draw takes the first token whose cumulative share exceeds u", () => {
  const drawn = { ids: [7, 3, 9], probabilities: [0.2, 0.1, 0.1] };
  expect([0, 0.49, 0.5, 0.74, 0.75, 0.999].map((u) => drawFrom(drawn, u))).toEqual([7, 7, 3, 3, 9, 9]);
});

test("greedy takes the smaller id of equals and leaves the random numbers alone", () => {
  const random = Random.seeded(5);
  expect(nextToken([1, 4, 4, 2], { temperature: 0 }, random)).toBe(1);
  expect(random.state()).toEqual(Random.seeded(5).state());
});

test("one seed draws one text", () => {
  const draw = (seed: number) => {
    const random = Random.seeded(seed, "generation");
    return Array.from({ length: 20 }, () => nextToken([0, 0.1, 0.2, 0.3], { temperature: 1 }, random));
  };
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
});
