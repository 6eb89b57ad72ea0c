import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { headUnit, mlpUnit, neuronUnit } from "./unit.ts";
import { UnitSet, UnitSpace } from "./unit-set.ts";

const SIZES = { nLayers: 3, nHeads: 2, dMlp: 40 };
const ALL = new UnitSpace(SIZES, ["neuron", "head", "mlp"]);

test("every unit of a space has its own number, and the number gives the unit back", () => {
  expect(ALL.size).toBe(3 * 2 + 3 + 3 * 40);
  const numbers = ALL.full()
    .units()
    .map((unit) => ALL.indexOf(unit));
  expect(numbers).toEqual(Array.from({ length: ALL.size }, (_, i) => i));
});

test("features and errors are numbered where a dictionary is laid, and other layers have none", () => {
  const laid = {
    ...SIZES,
    dictionaries: [
      { layer: 1, features: 2 },
      { layer: 2, features: 1 },
    ],
  };
  const space = new UnitSpace(laid, ["feature", "error"]);
  expect(space.full().ids()).toEqual(["d1.f0", "d1.f1", "d2.f0", "d1.error", "d2.error"]);
  expect(
    space
      .full()
      .units()
      .map((unit) => space.indexOf(unit)),
  ).toEqual([0, 1, 2, 3, 4]);
  expect([space.full().countPerLayer("feature"), space.full().countPerLayer("error")]).toEqual([
    [0, 2, 1],
    [0, 1, 1],
  ]);
  expect(space.empty().equals(new UnitSpace(SIZES, ["feature", "error"]).empty())).toBe(false);
});

test("removing units changes the copy and leaves the set", () => {
  const full = ALL.full();
  const less = full.without([headUnit(1, 1), neuronUnit(2, 39)]);
  expect([full.size, less.size, less.has(headUnit(1, 1)), full.has(headUnit(1, 1))]).toEqual([129, 127, false, true]);
  expect(less.with([neuronUnit(2, 39), headUnit(1, 1)]).equals(full)).toBe(true);
});

test("a kind that is not searched is in every set", () => {
  const heads = new UnitSpace(SIZES, ["head"]).empty();
  expect([heads.has(headUnit(0, 0)), heads.has(mlpUnit(0)), heads.has(neuronUnit(0, 0))]).toEqual([false, true, true]);
  expect([heads.count("head"), heads.count("mlp"), heads.count("neuron")]).toEqual([0, 3, 120]);
  expect(heads.without([mlpUnit(0)]).equals(heads)).toBe(true);
});

test("set algebra agrees with JavaScript's sets on 200 random pairs", () => {
  const random = Random.seeded(1, "unit-set");
  for (let trial = 0; trial < 200; trial++) {
    const [a, b] = [randomIndices(random), randomIndices(random)];
    const [setA, setB] = [UnitSet.of(ALL, a), UnitSet.of(ALL, b)];
    expect([...setA.indices()]).toEqual([...a].sort((x, y) => x - y));
    expect([...setA.minus(setB).indices()]).toEqual([...setA.indices()].filter((i) => !b.has(i)));
    expect(setA.union(setB).size).toBe(new Set([...a, ...b]).size);
    expect(setA.complement().size).toBe(ALL.size - a.size);
    expect(setA.key() === setB.key()).toBe(setA.equals(setB));
    const shared = [...a].filter((i) => b.has(i)).length;
    expect(setA.jaccard(setB)).toBe(shared / new Set([...a, ...b]).size);
  }
});

test("keys differ wherever one unit differs", () => {
  const full = ALL.full();
  const keys = new Set(full.units().map((unit) => full.without([unit]).key()));
  expect(keys.size).toBe(ALL.size);
});

test("counts are per kind and layer", () => {
  const set = ALL.setOf([headUnit(0, 1), headUnit(2, 0), headUnit(2, 1), mlpUnit(1), neuronUnit(1, 5)]);
  expect([set.countPerLayer("head"), set.countPerLayer("mlp"), set.countPerLayer("neuron")]).toEqual([
    [1, 0, 2],
    [0, 1, 0],
    [0, 1, 0],
  ]);
  expect(set.ids("head")).toEqual(["a0.h1", "a2.h0", "a2.h1"]);
});

test("two empty sets are alike", () => {
  expect(ALL.empty().jaccard(ALL.empty())).toBe(1);
  expect(ALL.empty().jaccard(ALL.full())).toBe(0);
});

test("sets of different models do not mix", () => {
  const other = new UnitSpace({ ...SIZES, nHeads: 3 }, ["head", "mlp", "neuron"]);
  expect(() => ALL.full().minus(other.full())).toThrow("internal: sets of different models");
  expect(ALL.full().equals(other.full())).toBe(false);
});

function randomIndices(random: Random): Set<number> {
  return new Set(Array.from({ length: 1 + random.below(60) }, () => random.below(ALL.size)));
}
