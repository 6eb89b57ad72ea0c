import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { exampleCircuit } from "../../../test/example-circuit.ts";
import { circuitToCsv } from "./csv.ts";

/** Read by an independent parser. */
function read(csv: string): Record<string, string>[] {
  return parse(csv, { columns: true });
}

test("one row per searched unit, in the order of the data flow", () => {
  const rows = read(circuitToCsv(exampleCircuit()));
  expect(rows.length).toBe(4 + 2 + 16);
  expect(rows.slice(0, 4).map((row) => row["id"])).toEqual(["a0.h0", "a0.h1", "m0", "m0.n0"]);
  expect(rows[0]).toEqual({
    id: "a0.h0",
    kind: "head",
    layer: "0",
    head: "0",
    neuron: "",
    feature: "",
    kept: "true",
    removed_at_step: "",
    effect: "-0.5",
    effect_low: "-0.6",
    effect_high: "-0.4",
    role: "",
    role_score: "",
  });
  expect(rows[1]).toMatchObject({ id: "a0.h1", kept: "false", removed_at_step: "1", effect: "" });
});

test("a cell with commas, quotes and line breaks comes back whole", () => {
  const circuit = exampleCircuit();
  const name = 'name mover, "strong"\nof names';
  const nodes = circuit.nodes.map((node) => (node.role ? { ...node, role: { ...node.role, name } } : node));
  const rows = read(circuitToCsv({ ...circuit, nodes }));
  expect(rows.find((row) => row["id"] === "a1.h1")?.["role"]).toBe(name);
});

test("numbers keep every digit", () => {
  const circuit = exampleCircuit();
  const nodes = circuit.nodes.map((node) => ({ ...node, effect: -1 / 3 }));
  expect(Number(read(circuitToCsv({ ...circuit, nodes }))[0]?.["effect"])).toBe(-1 / 3);
});
