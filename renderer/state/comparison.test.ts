import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { compare } from "./comparison.ts";

test("each kept node is in both or in one, and Jaccard counts all kinds", () => {
  const a = exampleCircuit();
  const b = { ...a, kept: { ...a.kept, heads: ["a0.h0", "a0.h1"] } };
  const { sides, jaccard } = compare(a, b);
  expect(Object.fromEntries(sides)).toEqual({
    "a0.h0": "both",
    "a1.h1": "onlyA",
    "a0.h1": "onlyB",
    m1: "both",
    "m1.n2": "both",
    "m1.n5": "both",
  });
  expect(jaccard).toBe(4 / 6);
});

test("rows tell what differs from what is the same", () => {
  const a = exampleCircuit();
  const b = { ...a, search: { ...a.search, threshold: 0.8 } };
  expect(compare(a, b).rows.filter(({ same }) => !same)).toEqual([{ field: "threshold", a: 0.9, b: 0.8, same: false }]);
});

test("a circuit is wholly like itself", () => {
  expect(compare(exampleCircuit(), exampleCircuit()).jaccard).toBe(1);
});
