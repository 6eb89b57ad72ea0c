// Hidden neurons of the embedded model within a budget: how many trials, what the file may claim, and what is listed of it.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { formatCircuit } from "../circuit/circuit-file.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { keptUnits } from "../circuit/kept.ts";
import { neuronTask } from "./neuron-task.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";

const task = "tasks/ioi.yaml";
const { circuit } = await pruneTask({
  task,
  model: "sprig",
  units: ["neuron"],
  budget: 153,
  examples: { discovery: 12, heldOut: 0 },
  ...onlySearch,
});

function written(content: Circuit): string {
  const file = join(mkdtempSync(join(tmpdir(), "secateur-neurons-")), "a.circuit.json");
  writeFileSync(file, formatCircuit(content));
  return file;
}

test("with trials for 15 % of the neurons, every kept one was tested in a block on the final circuit, and the file says so", () => {
  const { trials, verified, oneMinimal } = circuit.search;
  expect(trials).toBeLessThanOrEqual(153);
  expect({ inBlocks: verified?.inBlocks, oneMinimal }).toEqual({ inBlocks: 1, oneMinimal: false });
  expect(verified?.largestBlock).toBeGreaterThan(1);
  expect(circuit.search.stoppedBecause).toMatch(
    /budget of 153 trials.*100 % in blocks of at most \d+ on the final circuit/,
  );
  expect(keptUnits(circuit).size).toBeLessThan(keptUnits(circuit).space.size);
});

test("the strongest kept neurons are listed with their effects, the strongest first", async () => {
  const { rows, total } = await neuronTask({ task, circuit: written(circuit), top: 5 });
  const effects = new Map(circuit.nodes.map(({ id, effect }) => [id, effect]));
  const strongest = keptUnits(circuit)
    .ids()
    .sort((a, b) => Math.abs(effects.get(b)!) - Math.abs(effects.get(a)!))
    .slice(0, 5);
  expect(total).toBe(keptUnits(circuit).size);
  expect(rows.map(({ id, effect }) => [id, effect])).toEqual(strongest.map((id) => [id, effects.get(id)]));
  for (const row of rows) expect([row.strongest.length, row.promoted.length]).toEqual([12, 10]);
});

test("a circuit of another model, or one whose search left neurons alone, is refused with its file", async () => {
  const foreign = written(exampleCircuit());
  await expect(neuronTask({ task, circuit: foreign, model: "sprig", top: 5 })).rejects.toMatchObject({ code: "shape" });
  const search = { ...circuit.search, units: ["head" as const], alwaysKept: ["neuron" as const], trajectory: [] };
  const alone = written({ ...circuit, search, kept: { heads: ["a1.h0"] }, nodes: [] });
  await expect(neuronTask({ task, circuit: alone, top: 5 })).rejects.toMatchObject({ code: "usage" });
});
