// The head of a circuit's table: 1-minimality is said of the circuit that it was proved for, and what validation did to it.
import { expect, test } from "vitest";
import type { Circuit } from "../engine/circuit/circuit-schema.ts";
import { exampleCircuit } from "../test/example-circuit.ts";
import { circuitTable } from "./circuit-table.ts";

type Search = Circuit["search"];

const step = { step: 3, kept: 18, metric: 3.4, faithfulness: 0.97 };

test.each<[string, Partial<Search>, Partial<Search["trajectory"][number]>, string]>([
  ["as the search left it", { oneMinimal: true }, {}, "1-minimal, tested one by one"],
  ["with units put back", {}, { added: ["a0.h1"] }, "1-minimal with 18 units, tested one by one; then 1 put back"],
  [
    "of a second search",
    {},
    { removed: ["a1.h0", "a1.h1"], added: ["a0.h1"] },
    "1-minimal with 18 units, tested one by one; then 1 put back, 2 more taken away",
  ],
  ["that nobody proved", { validation: undefined }, { removed: ["a1.h0"] }, "not verified to be 1-minimal"],
])("of a circuit %s", (_, own, last, expected) => {
  const circuit = exampleCircuit();
  const trajectory = [...circuit.search.trajectory.slice(0, 2), { ...step, removed: [], ...last }];
  const table = circuitTable({ ...circuit, search: { ...circuit.search, trajectory, ...own } });
  expect(table.split("\n")[1]).toMatch(`${expected}; 25 circuits`);
});
