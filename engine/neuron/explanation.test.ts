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
const search = new RuleSearch({
  texts,
  places,
  token: (id) => words[id],
  categories: new Map([
    ["red", ["colours"]],
    ["blue", ["colours"]],
  ]),
  seed: 0,
});
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

test("one that is high at words of a list, or at beginnings and endings of several kinds, is explained by those", () => {
  const colours = search.explain(at((id) => (id === 1 || id === 2 ? 1 : 0)));
  expect([colours.kind, colours.says]).toEqual(["token", 'at " blue" " red"']);
  // A list of tokens tells as much as a category; what stands in more tokens than a list may name is left to an expression.
  const many = Array.from({ length: 30 }, (_, i) => ` ${"bcdfghjklm"[i % 10]}o${"xyz"[Math.floor(i / 10)]}`);
  const found = Array.from({ length: 400 }, (_, i): ReadText => ({
    line: i + 1,
    text: "",
    ids: [0, ...Array.from({ length: 6 }, () => 1 + random.below(30))],
    split: i % 2 === 0 ? "discovery" : "heldOut",
    firstNew: 0,
  }));
  const own = placesOf(found);
  const token = (id: number) => many[id - 1] ?? "";
  const wide = new RuleSearch({ texts: found, places: own, token, categories: new Map(), seed: 0 });
  const values = Float32Array.from(own, ({ text, position }) =>
    /x$|^ b/.test(token(found[text].ids[position])) ? 2 : 0,
  );
  const { kind, says, score } = wide.explain(values);
  expect([kind, says]).toEqual(["pattern", "at tokens that match /x$|^ ?b/"]);
  expect(score.random).toBeCloseTo(1, 6);
  const listed = new Map(many.slice(0, 15).map((word) => [word.trim(), ["first half"]]));
  const lists = new RuleSearch({ texts: found, places: own, token, categories: listed, seed: 0 });
  const half = Float32Array.from(own, ({ text, position }) => (found[text].ids[position] <= 15 ? 2 : 0));
  expect(lists.explain(half)).toMatchObject({ kind: "category", says: "at first half" });
});

test("activations without a rule get one that tells little of texts it was not found on", () => {
  const { discovery, score } = search.explain(at(() => random.normal()));
  expect(discovery).toBeGreaterThan(0);
  expect(Math.abs(score.random)).toBeLessThan(0.2);
});

test("a neuron that never moves scores 0, not NaN", () => {
  expect(search.explain(at(() => 3)).score).toMatchObject({ random: 0, top: 0 });
});
