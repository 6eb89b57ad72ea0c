import { expect, test } from "vitest";
import { formatCircuit, parseCircuit } from "../../engine/circuit/circuit-file.ts";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { circuitAt } from "./taken-circuit.ts";

test("the circuit at an earlier step keeps what was there, and claims no figures", () => {
  const taken = circuitAt(exampleCircuit(), 1);
  expect(taken.kept.heads).toEqual(["a0.h0", "a1.h0", "a1.h1"]);
  expect([taken.results, taken.search.oneMinimal, taken.search.trajectory.length]).toEqual([undefined, false, 2]);
});

test("it is a valid circuit file", () => {
  const taken = circuitAt(exampleCircuit(), 1);
  const text = formatCircuit(taken);
  expect(formatCircuit(parseCircuit(text, "taken"))).toBe(text);
});
