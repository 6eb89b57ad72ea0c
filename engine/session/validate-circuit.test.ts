import { expect, test } from "vitest";
import { formatCircuit } from "../circuit/circuit-file.ts";
import { keptAfterStep, keptUnits } from "../circuit/kept.ts";
import { readCircuitSource } from "./circuit-source.ts";
import { evaluateCircuit } from "./evaluate-circuit.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const settings = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  units: ["head"],
  seed: 3,
  orders: 1,
  swaps: 0,
  ...onlySearch,
} as const;
const held = { discovery: 128, heldOut: 128 };
const few = { discovery: 32, heldOut: 32 };

test("units are put back until the criterion holds on validation examples, and 1-minimality is said of what it was proved for", async () => {
  const { circuit } = await pruneTask(settings);
  const { search, results, kept, task } = circuit;
  const { validation, trajectory } = search;
  expect(task.examples).toEqual({ ...held, validation: 128 });
  expect([search.confidence, search.oneMinimal, validation?.search.oneMinimal]).toEqual([0.9, false, true]);
  expect([validation?.search.kept, validation?.search.holds, kept.heads?.length]).toEqual([4, expect.any(Number), 5]);
  expect(validation!.search.holds).toBeLessThan(0.9);
  expect(validation!.holds).toBeGreaterThanOrEqual(0.9);
  expect([results?.discovery, results?.validation, results?.heldOut].map((set) => set?.criterionHolds)).toEqual([
    true,
    true,
    true,
  ]);
  expect([trajectory.at(-1)?.added?.length, trajectory.at(-1)?.kept]).toEqual([1, 5]);
  expect(keptAfterStep(circuit, trajectory.at(-1)!.step).ids()).toEqual(keptUnits(circuit).ids());

  const folder = mkdtempSync(join(tmpdir(), "secateur-validated-"));
  const file = join(folder, "ioi.circuit.json");
  writeFileSync(file, formatCircuit(circuit));
  const again = await evaluateCircuit(readCircuitSource(file), { task: settings.task, random: 0, parts: false });
  rmSync(folder, { recursive: true });
  expect([again.results.discovery, again.results.validation, again.results.heldOut]).toEqual([
    results?.discovery,
    results?.validation,
    results?.heldOut,
  ]);
});

test("without a confidence the search alone decides: 1-minimal on discovery, and no example is for validation", async () => {
  const { circuit } = await pruneTask({ ...settings, examples: few, confidence: 0 });
  const { search, results, task } = circuit;
  expect([task.examples, search.validation, results?.validation]).toEqual([
    { ...few, validation: 0 },
    undefined,
    undefined,
  ]);
  expect(search.oneMinimal).toBe(true);
});

test("what the user ablated is not put back, and a confidence that is not reached is said", async () => {
  const { circuit } = await pruneTask({
    ...settings,
    without: ["a0.h6", "a1.h0"],
    examples: { ...few, validation: 32 },
  });
  expect(keptUnits(circuit).ids()).not.toContain("a0.h6");
  expect(circuit.search.validation).toMatchObject({ reached: false });
  expect(circuit.results?.notes?.map(({ code }) => code)).toContain("confidence-not-reached");
});

test("too few validation examples leave the search's circuit, and a note says so", async () => {
  const { circuit } = await pruneTask({ ...settings, seed: 1, examples: { ...few, validation: 3 } });
  expect([circuit.search.oneMinimal, circuit.search.validation]).toEqual([true, undefined]);
  expect(circuit.results?.notes?.map(({ code }) => code)).toContain("not-validated");
});
