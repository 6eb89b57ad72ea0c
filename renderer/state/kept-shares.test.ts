import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { keptShares } from "./kept-shares.ts";

test("units of the searches are marked where the circuit keeps them, and units that only it keeps come last", () => {
  const circuit = { ...exampleCircuit(), kept: { heads: ["a0.h0", "a1.h1"], mlps: [], neurons: {} } };
  const units = [
    { id: "a0.h0", share: 1 },
    { id: "a0.h1", share: 0.5 },
  ];
  expect(keptShares({ discovery: 4, kept: [1, 2], heldOut: [1, 1], holds: 1, units }, circuit)).toEqual([
    { id: "a0.h0", share: 1, inCircuit: true },
    { id: "a0.h1", share: 0.5, inCircuit: false },
    { id: "a1.h1", share: 0, inCircuit: true },
  ]);
});
