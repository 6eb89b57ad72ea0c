// The law that a file from outside is read or refused by a sentence: 2,000 seeded mutations of whole files of every kind.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fuzz } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("2,000 mutated files of every kind are read or refused by a sentence", { timeout: 120_000 }, () => {
  const outcomes = fuzz(folder, 2_000, 16);
  expect(outcomes.flatMap(({ kind, faults }) => faults.map(({ thrown }) => `${kind}: ${thrown}`))).toEqual([]);
  expect(outcomes.reduce((sum, { read, refused }) => sum + read + refused, 0)).toBe(2_000);
  // Mutations that change nothing that matters, and such as do: a test that saw one kind only would see nothing.
  for (const { kind, refused } of outcomes) expect([kind, refused > 0]).toEqual([kind, true]);
});
