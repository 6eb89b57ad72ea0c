// Circuits of the embedded model on other prompts of their own task, and its equals beside it.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { crossTables, transferCellsTable } from "../contract/transfer-tables.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";
import { ownRows, transferTask } from "./transfer-task.ts";

const few = { examples: { discovery: 8, heldOut: 8 }, model: "sprig" } as const;

async function circuitOf(task: string) {
  const settings = { ...few, task, units: ["head" as const], ...onlySearch, confidence: 0, orders: 1, swaps: 0 };
  const { circuit } = await pruneTask(settings);
  return { form: "own", file: "x/ioi.circuit.json", version: 2, circuit } as const;
}

test("across templates and corruptions: own prompts first, then every held-out template, with each corruption, equals too", async () => {
  const task = join(mkdtempSync(join(tmpdir(), "secateur-transfer-")), "ioi.yaml");
  const lines = readFileSync("tasks/ioi.yaml", "utf8").split("\n");
  const first = lines.findIndex((line) => line.startsWith("heldOutTemplates:")) + 1;
  const end = lines.findIndex((line) => line.startsWith("answers:"));
  writeFileSync(task, [...lines.slice(0, first + 2), ...lines.slice(end)].join("\n"));
  const source = await circuitOf(task);
  const { circuit } = source;
  const figures = circuit.results!.heldOut!;
  const equals = [
    { order: "first" as const, seed: 1, kept: circuit.kept, figures },
    { order: "without" as const, seed: 2, without: "a1.h1", kept: { heads: [] }, figures },
  ];
  const together = { kept: 0, faithfulness: 0, criterionHolds: false };
  const alternatives = {
    asked: 1,
    split: "heldOut" as const,
    circuits: equals,
    repeated: 0,
    failed: 0,
    needed: [],
    core: [],
  };
  const results = {
    ...circuit.results!,
    alternatives: { ...alternatives, units: [], intersection: together, union: together },
  };
  const cells = await transferTask({
    ...few,
    circuits: [{ ...source, circuit: { ...circuit, results } }],
    tasks: [task],
    across: ["templates", "corruptions"],
    alternatives: true,
  });
  const templates = [undefined, "h1", "h2"];
  const prompts = ["abc", "s2", "swap"].flatMap((corruption) => templates.map((template) => [corruption, template]));
  expect(cells.map(({ equal, row }) => [equal, row.corruption, row.template])).toEqual([
    ...prompts.map((row) => [undefined, ...row]),
    ...prompts.map((row) => ["without a1.h1", ...row]),
  ]);
  expect(cells[0].row.figures!.faithfulness).toBeCloseTo(figures.faithfulness, 9);
  for (const { equal, row } of cells) if (equal && row.figures) expect(row.figures.faithfulness).toBe(0);
  expect(ownRows(cells, 0)).toHaveLength(prompts.length);
  const [cross] = crossTables(cells);
  expect(cross.columns.slice(3)).toEqual(["1: ioi.circuit.json", "1: ioi.circuit.json, without a1.h1"]);
  expect(cross.rows).toHaveLength(prompts.length);
  expect(transferCellsTable(cells).rows).toHaveLength(2 * prompts.length);
});

test("a task without held-out templates has nothing to measure across, and says so before anything is measured", async () => {
  const source = await circuitOf("tasks/pronoun.yaml");
  await expect(
    transferTask({ circuits: [source], tasks: ["tasks/capital.yaml"], across: ["templates"] }),
  ).rejects.toThrow(
    "capital.yaml: has no held-out templates (heldOutTemplates), so there is nothing to measure across.",
  );
});
