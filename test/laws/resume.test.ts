// Law of runs: one seed gives one circuit file, whether the run was stopped and resumed or not.
import { textOf } from "../../engine/base/sentence.ts";
import type { PruneSettings } from "../../engine/choices/prune.ts";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import { pruneTask } from "../../engine/session/prune-task.ts";
import { journalSettings } from "../../engine/session/run-journal.ts";

const settings: PruneSettings = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  units: ["head", "mlp"],
  examples: { discovery: 8, heldOut: 8, validation: 8 },
  criterion: "difference-only",
  random: 3,
  orders: 2,
  swaps: 1,
  connections: false,
  roles: false,
};

/** Of a search that begins with gates. */
const short = { maskSteps: 8, orders: 1, swaps: 0 } as const;

/** Its constants take most of the time, and as long for every example. */
const optimal = {
  ablation: "optimal",
  units: ["head"],
  examples: { discovery: 2, heldOut: 0, validation: 0 },
  confidence: 0,
  orders: 1,
  swaps: 0,
} as const;

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let lines: readonly string[];
let whole: string;

/** The file without the one part that may differ. */
async function bytesOf(journal: string, resume: boolean, own: Partial<PruneSettings> = {}): Promise<string> {
  const { circuit } = await pruneTask({ ...settings, ...own }, { execution: { threads: 1 }, journal, resume });
  return formatCircuit({ ...circuit, environment: undefined });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "secateur-test-"));
  const journal = join(folder, "whole.jsonl");
  whole = await bytesOf(journal, false);
  lines = readFileSync(journal, "utf8").split("\n").slice(0, -1);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a second run with the same seed writes the same bytes", async () => {
  expect(await bytesOf(join(folder, "again.jsonl"), false)).toBe(whole);
});

test.each([0.01, 0.3, 0.7, 0.99])(
  "killed after %f of its measurements and resumed it writes the same bytes",
  async (share) => {
    const journal = join(folder, `cut-${share}.jsonl`);
    const kept = Math.max(1, Math.floor(share * lines.length));
    // The kill may have come in the middle of a line.
    writeFileSync(journal, `${lines.slice(0, kept).join("\n")}\n${lines[kept].slice(0, 20)}`);
    expect(journalSettings("units", journal).units).toEqual(["head", "mlp"]);
    expect(await bytesOf(journal, true)).toBe(whole);
    expect(readFileSync(journal, "utf8").split("\n").slice(1, -1)).toEqual(lines.slice(1));
  },
);

test.each([
  ["a guided search", { search: "guided" }, "forecast", [0.02, 0.3, 0.7]],
  ["a guided search under optimal ablation", { search: "guided", ...optimal }, "forecast", [0.3]],
  ["a search in an order by gradients under optimal ablation", { order: "attribution", ...optimal }, "estimates", [0.3]], // prettier-ignore
  ["a search that starts from learned-masks", { start: "learned-masks", ...short }, "gates", [0.5]],
  ["a search that starts from matryoshka", { start: "matryoshka", ...short }, "gates", [0.05, 0.5]],
] as const)("so does %s", async (title, own, kind, shares) => {
  const begun = join(folder, `${title}.jsonl`);
  const bytes = await bytesOf(begun, false, own);
  const written = readFileSync(begun, "utf8").split("\n").slice(0, -1);
  const measured = written.filter((line) => line.startsWith(`{"kind":"${kind}"`));
  if (kind === "gates") expect(measured).toHaveLength(short.maskSteps);
  else expect(measured).not.toEqual([]);
  for (const share of shares) {
    const kept = Math.max(1, Math.floor(share * written.length));
    writeFileSync(begun, `${written.slice(0, kept).join("\n")}\n${written[kept].slice(0, 20)}`);
    expect(await bytesOf(begun, true, own), `killed after ${share} of them`).toBe(bytes);
    expect(readFileSync(begun, "utf8").split("\n").slice(1, -1)).toEqual(written.slice(1));
  }
});

test("a journal of another task is refused by name and place", async () => {
  const journal = join(folder, "other.jsonl");
  writeFileSync(journal, `${lines.join("\n")}\n`);
  const other = { ...settings, task: "tasks/pronoun.yaml" };
  await expect(pruneTask(other, { execution: { threads: 1 }, journal, resume: true })).rejects.toThrow(
    `${journal}: the run was made with another task file or another model`,
  );
});

test("a damaged line costs what follows it, which is said, and the run writes the same bytes", async () => {
  const journal = join(folder, "damaged.jsonl");
  const kept = Math.floor(lines.length / 2);
  const damaged = lines.map((line, i) =>
    i === kept ? line.replace(/\d/, "8").replace(/"seal".*/, '"seal":""}') : line,
  );
  writeFileSync(journal, `${damaged.join("\n")}\n`);
  const notes: string[] = [];
  const { circuit } = await pruneTask(settings, {
    execution: { threads: 1 },
    journal,
    resume: true,
    onNote: (note) => notes.push(note),
  });
  expect(formatCircuit({ ...circuit, environment: undefined })).toBe(whole);
  expect(notes.map(textOf)).toEqual([
    `${journal}:${kept + 1}: damaged; what stood from there on (${lines.length - kept} lines) is measured again.`,
  ]);
  expect(readFileSync(journal, "utf8").split("\n").slice(1, -1)).toEqual(lines.slice(1));
});

test("a journal of an older version is named as one", () => {
  const journal = join(folder, "older.jsonl");
  writeFileSync(journal, `${lines[0]!.replace('"version":10', '"version":3')}\n`);
  expect(() => journalSettings("units", journal)).toThrow(`${journal}:1: the journal of an older Secateur (version 3)`);
});
