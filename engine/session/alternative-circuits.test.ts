import { expect, test } from "vitest";
import { formatCircuit, parseCircuit } from "../circuit/circuit-file.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";

const settings = { model: "sprig", units: ["head"], ...onlySearch, orders: 1, swaps: 0 } as const;
const few = { discovery: 24, heldOut: 24, validation: 24 };

test("a task with one circuit: every other search comes to it again, and the model itself needs each of its heads", async () => {
  const { circuit } = await pruneTask({ ...settings, task: "tasks/ioi.yaml", examples: few, alternatives: 2 });
  const { alternatives } = circuit.results!;
  const five = ["a0.h6", "a1.h0", "a1.h1", "a1.h6", "a1.h7"];
  expect(alternatives).toMatchObject({ asked: 2, split: "heldOut", repeated: 2, failed: 0, core: five });
  expect([...alternatives!.needed].sort()).toEqual(five);
  expect(alternatives!.circuits).toHaveLength(1);
  expect(alternatives!.jaccard).toBeUndefined();
  expect(alternatives!.circuits[0].figures).toEqual(circuit.results!.heldOut);
});

test("a task with several: all hold the criterion, the core is in each, and the file reads back", async () => {
  const { circuit } = await pruneTask({ ...settings, task: "tasks/capital.yaml", examples: few, alternatives: 3 });
  const { alternatives } = circuit.results!;
  const { circuits, core, units, intersection, union, asked, repeated, failed } = alternatives!;
  expect(circuits.length).toBeGreaterThan(1);
  expect(circuits.length + repeated + failed).toBe(asked + 1);
  const sets = circuits.map(({ kept }) => new Set(kept.heads));
  expect(core.every((id) => sets.every((heads) => heads.has(id)))).toBe(true);
  expect(units.filter(({ share }) => share === 1).map(({ id }) => id)).toEqual(core);
  expect([intersection.kept, union.kept]).toEqual([core.length, units.length]);
  for (const { without, kept } of circuits) expect(kept.heads).not.toContain(without);
  expect(new Set(circuits.map(({ kept }) => kept.heads?.join(" "))).size).toBe(circuits.length);
  expect(parseCircuit(formatCircuit(circuit), "capital.circuit.json").results!.alternatives).toEqual(alternatives);
});

test("what has to stay is never what another search is forbidden", async () => {
  const keep = ["a3.h0"];
  const { circuit } = await pruneTask({ ...settings, task: "tasks/ioi.yaml", examples: few, alternatives: 1, keep });
  const { circuits, needed } = circuit.results!.alternatives!;
  expect(circuits.every(({ kept }) => kept.heads!.includes("a3.h0"))).toBe(true);
  expect(needed).not.toContain("a3.h0");
});

test("with too few validation prompts to say anything, the discovery examples decide of the others as of the first", async () => {
  const examples = { ...few, validation: 3 };
  const { circuit } = await pruneTask({ ...settings, task: "tasks/ioi.yaml", examples, alternatives: 2 });
  expect(circuit.results!.alternatives).toMatchObject({ asked: 2, failed: 0 });
});
