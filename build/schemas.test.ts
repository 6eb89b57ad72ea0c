import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { formatCircuit } from "../engine/circuit/circuit-file.ts";
import { exampleCircuit } from "../test/example-circuit.ts";
import { shippedSchemas } from "./schemas.ts";

test.each(shippedSchemas())("$path is up to date (npm run schemas writes it)", ({ path, text }) => {
  expect(readFileSync(path, "utf8")).toBe(text);
});

test.each(shippedSchemas())("$path is a JSON Schema that an independent validator accepts", ({ text }) => {
  expect(new Ajv2020().validateSchema(JSON.parse(text) as object)).toBe(true);
});

test("a written circuit file is valid against the shipped schema, by an independent validator", () => {
  const schema = JSON.parse(readFileSync("engine/circuit/circuit.schema.json", "utf8")) as object;
  const validate = new Ajv2020().compile(schema);
  const circuit = JSON.parse(formatCircuit(exampleCircuit())) as Record<string, unknown>;
  expect([validate(circuit), validate.errors]).toEqual([true, null]);
  expect(validate({ ...circuit, kept: { heads: ["0.1"] } })).toBe(false);
  expect(validate({ ...circuit, colour: "red" })).toBe(false);
});
