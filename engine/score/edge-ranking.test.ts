import { expect, test } from "vitest";
import { formatEdge, parseEdge } from "../circuit/edge.ts";
import { connectedEdges, rankedEdges } from "./edge-ranking.ts";

const edge = (name: string, score = 0) => ({ ...parseEdge(name)!, score });

test("the most helpful first are those whose cutting lowers the metric; by magnitude the sign is no matter", () => {
  const edges = [edge("input->m0", 3), edge("m0->logits", -2), edge("input->logits", 0.5)];
  expect(rankedEdges(edges, "helpful").map(formatEdge)).toEqual(["m0->logits", "input->logits", "input->m0"]);
  expect(rankedEdges(edges, "magnitude").map(formatEdge)).toEqual(["input->m0", "m0->logits", "input->logits"]);
});

test("greedy choice goes from the logits outwards: a strong edge waits until its target is reached", () => {
  const edges = [
    edge("input->m0", 9),
    edge("m0->m1", -1),
    edge("input->m1", 5),
    edge("m1->logits", -2),
    edge("input->logits", 3),
    edge("m0->logits", 0.5),
  ];
  expect(rankedEdges(edges, "magnitude", "greedy").map(formatEdge)).toEqual([
    "input->logits",
    "m1->logits",
    "input->m1",
    "m0->m1",
    "input->m0",
    "m0->logits",
  ]);
});

test("edges that nothing of the prompt reaches, or that lead nowhere, fall away, and those that only led to them", () => {
  const names = [
    "input->a0.h0<v>",
    "a0.h0->m0",
    "m0->logits",
    "a1.h0->m1",
    "m1->logits",
    "input->a1.h1<q>",
    "a0.h0->a1.h1<k>",
  ];
  expect(connectedEdges(names.map((name) => edge(name))).map(formatEdge)).toEqual([
    "input->a0.h0<v>",
    "a0.h0->m0",
    "m0->logits",
  ]);
});
