import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { recordedModel } from "./recorded-model.ts";

const foundIn = (model: { name: string; path?: string }) => {
  const circuit = exampleCircuit();
  return recordedModel({ ...circuit, model: { ...circuit.model, ...model } }, "x.circuit.json");
};

test("a model that was opened by path is found at its path, another by its name", () => {
  const folder = mkdtempSync(join(tmpdir(), "secateur-model-"));
  expect([foundIn({ name: "neox", path: folder }), foundIn({ name: "sprig" })]).toEqual([folder, "sprig"]);
  rmSync(folder, { recursive: true });
  expect(() => foundIn({ name: "neox", path: folder })).toThrow(
    `x.circuit.json: the circuit was found in ${folder}, which is not there any more. Name the path of that model with --model.`,
  );
});

test("a file that gives no path of a model that is not known by name says to name it", () => {
  expect(() => foundIn({ name: "no-such-model" })).toThrow(
    'x.circuit.json: the circuit was found in "no-such-model", which the file gives no path of. Name the path of that model with --model.',
  );
});
