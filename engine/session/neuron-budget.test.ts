// Hidden neurons of the embedded model within a budget: how many trials, and what the file may claim.
import { expect, test } from "vitest";
import { keptUnits } from "../circuit/kept.ts";
import { pruneTask } from "./prune-task.ts";

test("with trials for 15 % of the neurons, every kept one was tested in a block on the final circuit, and the file says so", async () => {
  const { circuit } = await pruneTask({
    task: "tasks/ioi.yaml",
    model: "sprig",
    units: ["neuron"],
    budget: 153,
    examples: { discovery: 12, heldOut: 0 },
    random: 0,
    connections: false,
    roles: false,
  });
  const { trials, verified, oneMinimal } = circuit.search;
  expect(trials).toBeLessThanOrEqual(153);
  expect({ inBlocks: verified?.inBlocks, oneMinimal }).toEqual({ inBlocks: 1, oneMinimal: false });
  expect(verified?.largestBlock).toBeGreaterThan(1);
  expect(keptUnits(circuit).size).toBeLessThan(keptUnits(circuit).space.size);
});
