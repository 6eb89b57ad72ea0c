// Searches made again and again on the embedded model, cut short and gone on with.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stabilityTask } from "./stability-task.ts";

const asked = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  units: ["head"],
  examples: { discovery: 16, heldOut: 4, validation: 8 },
  orders: 1,
  swaps: 0,
  start: "learned-masks",
  maskSteps: 6,
  runs: 2,
  sizes: [4],
} as const;

test("cut short while masks are learned, between two searches or within one, they go on to the same figures", async () => {
  const folder = mkdtempSync(join(tmpdir(), "secateur-stability-"));
  const journal = join(folder, "whole.jsonl");
  const whole = await stabilityTask(asked, { journal });
  const lines = readFileSync(journal, "utf8").split("\n").slice(0, -1);
  const kinds = lines.slice(1).map((line) => (JSON.parse(line) as { kind: string }).kind);
  const second = 1 + kinds.lastIndexOf("open") - asked.maskSteps;
  expect(kinds.filter((kind) => kind === "gates")).toHaveLength(asked.runs * asked.maskSteps);
  for (const kept of [5, second]) {
    const cut = join(folder, `${kept}.jsonl`);
    writeFileSync(cut, `${lines.slice(0, kept).join("\n")}\n${lines[kept].slice(0, 9)}`);
    expect(await stabilityTask(asked, { journal: cut, resume: "if-same" }), `after ${kept} lines`).toEqual(whole);
    expect(readFileSync(cut, "utf8").split("\n").slice(0, -1), `after ${kept} lines`).toEqual(lines);
  }
});

test("asked for with other settings, they begin anew", async () => {
  const journal = join(mkdtempSync(join(tmpdir(), "secateur-stability-")), "run.jsonl");
  const once = { ...asked, start: undefined, runs: 1 };
  await stabilityTask(once, { journal });
  const other = { ...once, seed: 5 };
  expect(await stabilityTask(other, { journal, resume: "if-same" })).toEqual(await stabilityTask(other));
});

test("the circuits of the searches are equals: what all keep is in each, and it is judged on examples that none of them saw", async () => {
  const { rows, seeds } = await stabilityTask({ ...asked, start: undefined, sizes: [8] });
  const { circuits, units, intersection, union, kept } = rows[0];
  const sets = circuits!.map(({ heads }) => new Set(heads));
  expect(sets.map(({ size }) => size)).toEqual(kept);
  expect(seeds).toHaveLength(sets.length);
  const core = units.filter(({ share }) => share === 1).map(({ id }) => id);
  expect(core.every((id) => sets.every((heads) => heads.has(id)))).toBe(true);
  expect([intersection!.kept, union!.kept]).toEqual([core.length, units.length]);
});
