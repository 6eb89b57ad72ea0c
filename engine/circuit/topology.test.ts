import { expect, test } from "vitest";
import { formatEdge } from "./edge.ts";
import { formatNode, LOGITS } from "./node.ts";
import { edgeCount, slotIndex, sourceIndex, topologyOf } from "./topology.ts";
import { headUnit, mlpUnit } from "./unit.ts";

test("GPT-2 small has 157 sources, 445 slots and 32,491 edges, the counts of EAP-IG", () => {
  const topology = topologyOf({ nLayers: 12, nHeads: 12, parallelBlocks: false });
  expect([topology.sources.length, topology.slots.length, topology.edges.length]).toEqual([157, 445, 32_491]);
});

// By hand: layer l has 3·H·(1 + l·(H + 1)) edges into its heads and 1 + l·(H + 1) + H into its MLP (in parallel blocks H fewer), the logits
// 1 + L·(H + 1). Key-value heads are ungrouped: every query head has a key and a value of its own.
test.each([
  ["Pythia-160M, parallel blocks", { nLayers: 12, nHeads: 12, parallelBlocks: true }, [157, 445, 32_347]],
  [
    "SmolLM2-135M, 9 query heads over 3 key-value heads",
    { nLayers: 30, nHeads: 9, parallelBlocks: false },
    [301, 841, 123_211],
  ],
  ["Qwen2.5-0.5B, 14 query heads over 2", { nLayers: 24, nHeads: 14, parallelBlocks: false }, [361, 1033, 179_749]],
] as const)("sources, slots and edges of %s", (_, sizes, counts) => {
  const { sources, slots, edges } = topologyOf(sizes);
  expect([sources.length, slots.length, edges.length]).toEqual(counts);
});

test("one layer of one head, in full", () => {
  const topology = topologyOf({ nLayers: 1, nHeads: 1, parallelBlocks: false });
  expect(topology.sources.map(formatNode)).toEqual(["input", "a0.h0", "m0"]);
  expect(topology.edges.map(formatEdge)).toEqual([
    "input->a0.h0<q>",
    "input->a0.h0<k>",
    "input->a0.h0<v>",
    "input->m0",
    "a0.h0->m0",
    "input->logits",
    "a0.h0->logits",
    "m0->logits",
  ]);
});

test("in parallel blocks heads do not feed the MLP of their layer", () => {
  const sizes = { nLayers: 2, nHeads: 2 };
  const names = (parallelBlocks: boolean) => topologyOf({ ...sizes, parallelBlocks }).edges.map(formatEdge);
  const lost = names(false).filter((name) => !names(true).includes(name));
  expect(lost).toEqual(["a0.h0->m0", "a0.h1->m0", "a1.h0->m1", "a1.h1->m1"]);
});

test("row and column numbers are the places in the lists", () => {
  const topology = topologyOf({ nLayers: 3, nHeads: 2, parallelBlocks: false });
  const rows = topology.sources.map((source) => sourceIndex(topology.sizes, source));
  expect(rows).toEqual(topology.sources.map((_, row) => row));
  const columns = topology.slots.map((slot) => slotIndex(topology.sizes, slot));
  expect(columns).toEqual(topology.slots.map((_, column) => column));
});

test("row and column numbers follow EAP-IG's formulas on GPT-2 small", () => {
  const sizes = { nLayers: 12, nHeads: 12, parallelBlocks: false };
  expect(sourceIndex(sizes, headUnit(9, 6))).toBe(1 + 9 * 13 + 6);
  expect(slotIndex(sizes, { target: headUnit(9, 6), input: "k" })).toBe(9 * 37 + 12 + 6);
  expect(slotIndex(sizes, { target: mlpUnit(9) })).toBe(9 * 37 + 36);
  expect(slotIndex(sizes, { target: LOGITS })).toBe(444);
});

test.each([
  [1, 1, false],
  [4, 8, false],
  [3, 2, true],
] as const)(
  "the edges of %d layers of %d heads, parallel %s, are counted as they are laid out",
  (nLayers, nHeads, parallelBlocks) => {
    const sizes = { nLayers, nHeads, parallelBlocks };
    expect(edgeCount(sizes)).toBe(topologyOf(sizes).edges.length);
  },
);
