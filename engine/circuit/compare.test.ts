import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { compareCircuits } from "./compare.ts";

test("names what only one keeps and what both keep, by kind", () => {
  const a = exampleCircuit();
  const b = { ...a, kept: { heads: ["a0.h1", "a1.h1"], mlps: ["m1"], neurons: { m1: [] } } };
  expect(compareCircuits(a, b).kinds).toEqual([
    { kind: "head", onlyA: ["a0.h0"], onlyB: ["a0.h1"], both: ["a1.h1"], jaccard: 1 / 3 },
    { kind: "mlp", onlyA: [], onlyB: [], both: ["m1"], jaccard: 1 },
    { kind: "neuron", onlyA: ["m1.n2", "m1.n5"], onlyB: [], both: [], jaccard: 0 },
  ]);
});

test("a kind that one search left alone is wholly kept there", () => {
  const a = exampleCircuit();
  const b = { ...a, search: { ...a.search, units: ["head" as const] }, kept: { heads: [] } };
  const { kinds } = compareCircuits(a, b);
  expect(kinds[1]).toEqual({ kind: "mlp", onlyA: [], onlyB: ["m0"], both: ["m1"], jaccard: 0.5 });
});

test("circuits of models of different shape are not compared", () => {
  const a = exampleCircuit();
  const b = { ...a, model: { ...a.model, name: "large", nLayers: 12 } };
  expect(() => compareCircuits(a, b)).toThrow("nLayers is 2 in tiny and 12 in large. Compare circuits of one model.");
});
