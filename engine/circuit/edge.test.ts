import { expect, test } from "vitest";
import { compareEdges, formatEdge, parseEdge } from "./edge.ts";

const NAMES = ["input->a0.h0<q>", "m0->a5.h5<v>", "a0.h1->m3", "m2.n17->a3.h1<k>", "m11->logits"];

test("edge names read back as they were written", () => {
  expect(NAMES.map((name) => formatEdge(parseEdge(name)!))).toEqual(NAMES);
});

test("a head is entered through q, k or v and nothing else is", () => {
  for (const name of [
    "m0->a5.h5",
    "a0.h1->m3<q>",
    "m0->a5.h5<x>",
    "m0-a5.h5<q>",
    "x->m0",
    "m0->",
    "a0.h0->a1.h0->m2",
  ]) {
    expect(parseEdge(name), name).toBeUndefined();
  }
});

test("edges sort by target, input and source along the data flow", () => {
  const names = ["m0->logits", "m0->a1.h0<k>", "a0.h0->a1.h0<q>", "input->a1.h0<q>", "input->logits"];
  const sorted = names.map((name) => parseEdge(name)!).sort(compareEdges);
  expect(sorted.map(formatEdge)).toEqual([
    "input->a1.h0<q>",
    "a0.h0->a1.h0<q>",
    "m0->a1.h0<k>",
    "input->logits",
    "m0->logits",
  ]);
});
