// Texts whose activations follow a known rule, none, or are constant.
import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { RuleSearch } from "./explanation.ts";
import { placesOf, type ReadText } from "./place.ts";

const words = ["", " red", " blue", " box", " lamp", " Tom", " was", " the"];
const random = Random.seeded(1);
const texts = Array.from({ length: 120 }, (_, i): ReadText => ({
  line: i + 1,
  text: "",
  ids: [0, ...Array.from({ length: 8 }, () => 1 + random.below(7))],
  split: i % 2 === 0 ? "discovery" : "heldOut",
  firstNew: 0,
}));
const places = placesOf(texts);
const search = new RuleSearch({ texts, places, token: (id) => words[id], seed: 0 });
const at = (of: (id: number) => number) =>
  Float32Array.from(places, ({ text, position }) => of(texts[text].ids[position]));

test("a neuron that is high or low at a word is explained by it wholly, with either sign", () => {
  for (const sign of [1, -1]) {
    const { kind, says, score } = search.explain(at((id) => (id === 5 ? sign : 0)));
    expect([kind, says]).toEqual(["token", 'at " Tom"']);
    expect(score.random).toBeCloseTo(1, 6);
    expect(score.top).toBeCloseTo(1, 6);
  }
});

test("activations without a rule get one that tells little of texts it was not found on", () => {
  const { discovery, score } = search.explain(at(() => random.normal()));
  expect(discovery).toBeGreaterThan(0);
  expect(Math.abs(score.random)).toBeLessThan(0.2);
});

test("a neuron that never moves scores 0, not NaN", () => {
  expect(search.explain(at(() => 3)).score).toMatchObject({ random: 0, top: 0 });
});
