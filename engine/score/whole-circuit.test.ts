import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import type { EdgeScore } from "./edge-attribution.ts";
import { connectedEdges, rankedEdges } from "./edge-ranking.ts";
import { MOST_EDGES, wholeCircuit } from "./whole-circuit.ts";

/** 13 edges: every subset can be looked at. */
const { edges } = topologyOf({ nLayers: 1, nHeads: 2, parallelBlocks: false });

function scored(seed: number): EdgeScore[] {
  const random = Random.seeded(seed, "edges");
  return edges.map((edge) => ({ ...edge, score: random.normal() }));
}

function sum(found: readonly EdgeScore[], weigh: (score: number) => number): number {
  return found.reduce((total, { score }) => total + weigh(score), 0);
}

/** By enumeration. */
function greatest(all: readonly EdgeScore[], n: number, weigh: (score: number) => number): number {
  let best = 0;
  for (let subset = 0; subset < 2 ** all.length; subset++) {
    const chosen = all.filter((_, i) => (subset >> i) & 1);
    if (chosen.length > n || connectedEdges(chosen).length < chosen.length) continue;
    best = Math.max(best, sum(chosen, weigh));
  }
  return best;
}

test("of all connected circuits of at most n edges it has the greatest sum (oracle: every subset)", async () => {
  for (const [seed, n] of [
    [1, 2],
    [2, 4],
    [3, 6],
  ] as const) {
    const all = scored(seed);
    for (const [order, weigh] of [
      ["magnitude", Math.abs],
      ["helpful", (score: number) => -score],
    ] as const) {
      const { edges: found, isBest } = await wholeCircuit(all, n, order);
      expect(isBest).toBe(true);
      expect(connectedEdges(found).map(formatEdge)).toEqual(found.map(formatEdge));
      expect(sum(found, weigh), `${order} ${n}`).toBeCloseTo(greatest(all, n, weigh), 6);
    }
  }
});

test("a greedy walk never has a greater sum", async () => {
  const all = scored(4);
  const greedy = connectedEdges(rankedEdges(all, "magnitude", "greedy").slice(0, 5));
  const { edges: found } = await wholeCircuit(all, 5, "magnitude");
  expect(sum(found, Math.abs)).toBeGreaterThanOrEqual(sum(greedy, Math.abs));
});

test("more edges than a solver can take are refused with a way out", async () => {
  const many = Array.from({ length: MOST_EDGES + 1 }, () => scored(1)[0]);
  await expect(wholeCircuit(many, 3, "magnitude")).rejects.toThrow("name a circuit of fewer nodes with --among");
});
