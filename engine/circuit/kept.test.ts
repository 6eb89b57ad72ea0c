import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { keptAfterStep, keptOf, keptUnits, requireFit } from "./kept.ts";
import { headUnit, mlpUnit } from "./unit.ts";
import { UnitSpace } from "./unit-set.ts";

test("the lists of a file and the set of units are the same thing", () => {
  const circuit = exampleCircuit();
  expect(keptUnits(circuit).ids()).toEqual(["a0.h0", "a1.h1", "m1", "m1.n2", "m1.n5"]);
  expect(keptOf(keptUnits(circuit))).toEqual(circuit.kept);
});

test("a kind that was not searched is absent from the lists and present in the circuit", () => {
  const space = new UnitSpace(exampleCircuit().model, ["head"]);
  expect(keptOf(space.setOf([headUnit(0, 1)]))).toEqual({ heads: ["a0.h1"] });
  const circuit = exampleCircuit();
  const headsOnly = { ...circuit, search: { ...circuit.search, units: ["head" as const] }, kept: { heads: [] } };
  expect(keptUnits(headsOnly).has(mlpUnit(0))).toBe(true);
});

test("neurons of a removed MLP are not listed", () => {
  const space = new UnitSpace(exampleCircuit().model, ["mlp", "neuron"]);
  const { neurons } = keptOf(space.full().without([mlpUnit(0)]));
  expect(neurons).toEqual({ m1: [0, 1, 2, 3, 4, 5, 6, 7] });
});

test("any step of the trajectory gives its circuit", () => {
  const circuit = exampleCircuit();
  expect([0, 1, 2].map((step) => keptAfterStep(circuit, step).size)).toEqual([22, 20, 18]);
  expect(keptAfterStep(circuit, 1).ids("head")).toEqual(["a0.h0", "a1.h0", "a1.h1"]);
  expect(() => keptAfterStep(circuit, 3)).toThrow("The trajectory has no step 3; choose one of 0 to 2.");
});

test("a circuit of another model is said not to fit", () => {
  const circuit = exampleCircuit();
  requireFit(circuit, "x.circuit.json", { nLayers: 2, nHeads: 2, dMlp: 8 }, "tiny");
  expect(() => requireFit(circuit, "x.circuit.json", { nLayers: 30, nHeads: 9, dMlp: 1536 }, "smollm2")).toThrow(
    "x.circuit.json: the circuit is of tiny (2 layers, 2 heads, 8 neurons per MLP) and does not fit smollm2 (30 layers, 9 heads, 1536 neurons per MLP). Choose the model it was found in.",
  );
});
