// A file of a circuit, or of what only looks like one, is known by its keys.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isCircuitFile, readCircuitSource } from "./circuit-source.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-source-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a graph of EAP-IG that lacks its cfg is taken for a graph, and told what it lacks", () => {
  const file = join(folder, "graph.json");
  writeFileSync(file, JSON.stringify({ nodes: { input: true, logits: true }, edges: {} }));
  expect(isCircuitFile(file)).toBe(true);
  expect(() => readCircuitSource(file)).toThrow(`${file}: cfg: missing; write an object.`);
});
