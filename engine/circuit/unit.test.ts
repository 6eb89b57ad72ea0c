import { expect, test } from "vitest";
import {
  compareUnits,
  errorUnit,
  featureUnit,
  formatUnit,
  hasUnit,
  headUnit,
  mlpUnit,
  neuronUnit,
  parseUnit,
} from "./unit.ts";

test("an id reads back as the unit that wrote it", () => {
  const units = [headUnit(3, 1), headUnit(0, 0), mlpUnit(2), neuronUnit(2, 17), neuronUnit(29, 1535)];
  for (const unit of [...units, featureUnit(2, 17), errorUnit(2)]) {
    expect(parseUnit(formatUnit(unit))).toEqual(unit);
  }
  expect(formatUnit(headUnit(3, 1))).toBe("a3.h1");
  expect(formatUnit(neuronUnit(2, 17))).toBe("m2.n17");
  expect([featureUnit(2, 17), errorUnit(2)].map(formatUnit)).toEqual(["d2.f17", "d2.error"]);
});

test("only the one spelling of an id is read", () => {
  for (const text of [
    "",
    "input",
    "a3",
    "a03.h1",
    "a3.h-1",
    "A3.h1",
    "a3.h1 ",
    "m2.h1",
    "m2.n",
    "m1e3",
    "a3.h1234567890",
    "d2",
    "d2.f",
    "d02.error",
  ]) {
    expect(parseUnit(text), text).toBeUndefined();
  }
});

test("units sort by layer, then heads, MLP, neurons, features, error, then number", () => {
  const ids = ["m1", "a10.h0", "d0.error", "d0.f3", "m0.n10", "m0.n9", "a1.h11", "m0", "a0.h2"];
  const sorted = ids.map((id) => parseUnit(id)!).sort(compareUnits);
  expect(sorted.map(formatUnit)).toEqual([
    "a0.h2",
    "m0",
    "m0.n9",
    "m0.n10",
    "d0.f3",
    "d0.error",
    "a1.h11",
    "m1",
    "a10.h0",
  ]);
});

test("a model has the units within its sizes", () => {
  const sizes = { nLayers: 2, nHeads: 3, dMlp: 4, dictionaries: [{ layer: 1, features: 5 }] };
  const present = ["a1.h2", "m1", "m0.n3", "d1.f4", "d1.error"].map((id) => hasUnit(sizes, parseUnit(id)!));
  const absent = ["a1.h3", "a2.h0", "m2", "m0.n4", "d1.f5", "d0.f0", "d0.error"].map((id) =>
    hasUnit(sizes, parseUnit(id)!),
  );
  expect([present, absent]).toEqual([
    [true, true, true, true, true],
    [false, false, false, false, false, false, false],
  ]);
});
