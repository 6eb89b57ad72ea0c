import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { without } from "../base/without.ts";
import { readCircuit } from "./circuit-file.ts";

/** A file as the first version wrote it. */
function firstVersion(): object {
  const { task, search, results, ...rest } = exampleCircuit();
  const { stability, ...figures } = results!;
  return {
    ...rest,
    version: 1,
    task: { ...task, examples: without(task.examples, "validation") },
    search: without(search, "confidence", "validation"),
    results: {
      ...figures,
      stability: { ...stability!, searched: without(stability!.searched, "confidence") },
    },
  };
}

test("a file of version 1 is read as one whose search alone decided", () => {
  const { circuit, version } = readCircuit(JSON.stringify(firstVersion()), "old.circuit.json");
  expect([version, circuit.version, circuit.task.examples.validation, circuit.search.confidence]).toEqual([1, 2, 0, 0]);
  expect(circuit.results?.stability?.searched.confidence).toBe(0);
  expect(circuit.kept).toEqual(exampleCircuit().kept);
});

test("what is wrong in an old file is said of its own field", () => {
  const broken = { ...firstVersion(), kept: 5 };
  expect(() => readCircuit(JSON.stringify(broken), "old.circuit.json")).toThrow(/^old\.circuit\.json: kept: /);
});

test("a version that is not known is refused by name", () => {
  const later = { ...firstVersion(), version: 3 };
  expect(() => readCircuit(JSON.stringify(later), "new.circuit.json")).toThrow(
    "new.circuit.json: version: is 3, this program reads version 1 and 2; use the release that wrote the file.",
  );
});
