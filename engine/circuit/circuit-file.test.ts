import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { formatCircuit, parseCircuit } from "./circuit-file.ts";

test("a circuit is the same after writing and reading", () => {
  const text = formatCircuit(exampleCircuit());
  expect(parseCircuit(text, "x.circuit.json")).toEqual(exampleCircuit());
  expect(formatCircuit(parseCircuit(text, "x.circuit.json"))).toBe(text);
});

test("the order of keys and of ids does not change the bytes", () => {
  const circuit = exampleCircuit();
  const shuffled = backwards({
    ...circuit,
    search: { ...circuit.search, units: [...circuit.search.units].reverse() },
    kept: { neurons: { m1: [5, 2] }, mlps: ["m1"], heads: ["a1.h1", "a0.h0"] },
    nodes: [...circuit.nodes].reverse(),
    edges: [...circuit.edges].reverse(),
  });
  expect(formatCircuit(shuffled)).toBe(formatCircuit(circuit));
});

test("numbers survive to the last bit", () => {
  const weights = [0.1 + 0.2, 5e-324, -1.7976931348623157e308, 1 / 3];
  const circuit = exampleCircuit();
  const edges = circuit.edges.map((edge, i) => ({ ...edge, weight: weights[i]! }));
  const read = parseCircuit(formatCircuit({ ...circuit, edges }), "x");
  expect(read.edges.map(({ weight }) => weight)).toEqual(weights);
});

test("the text ends in one newline and keeps short objects on one line", () => {
  const text = formatCircuit(exampleCircuit());
  expect(text.endsWith("}\n")).toBe(true);
  expect(text).toContain('\n    { "source": "a0.h0", "target": "a1.h1", "input": "q", "weight": -0.4 },\n');
});

test("a byte order mark is no part of the text", () => {
  expect(parseCircuit(`\uFEFF${formatCircuit(exampleCircuit())}`, "x")).toEqual(exampleCircuit());
});

test("a circuit that would not read back is not written", () => {
  const circuit = exampleCircuit();
  expect(() => formatCircuit({ ...circuit, kept: { ...circuit.kept, heads: ["a9.h0"] } })).toThrow(
    "internal: not a valid circuit: kept.heads[0]: the model has no a9.h0",
  );
  const edges = circuit.edges.map((edge) => ({ ...edge, weight: NaN }));
  expect(() => formatCircuit({ ...circuit, edges })).toThrow(
    "internal: not a valid circuit: edges[0].weight: is NaN; write a finite number.",
  );
});

/** Keys of every object in reverse order. */
function backwards<T>(value: T): T {
  if (Array.isArray(value)) return value.map(backwards) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [key, backwards(item)] as const);
  return Object.fromEntries(entries.reverse()) as T;
}
