import { expect, test } from "vitest";
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { drawnEdges, drawnNodes, nodesOfEdges, type NodeSource } from "./drawn.ts";

const source: NodeSource = {
  circuit: ["input", "a0.h1", "logits"],
  searched: ["a0.h0", "a0.h1", "a0.h2", "m0.n7"],
  kept: ["a0.h1"],
  removedNow: ["a0.h2"],
  ablated: [],
  pinned: ["a0.h1"],
  sides: undefined,
  roleOf: (id) => (id === "a0.h1" ? "name mover" : undefined),
};
const states = (more: Partial<NodeSource> = {}) =>
  drawnNodes({ ...source, ...more }).map(({ id, state, side }) => [id, state, side].join(" ").trim());

test("searched units are kept, removed at this step, or removed before; what no search removes stands always", () => {
  expect(states()).toEqual(["input always", "a0.h1 kept", "logits always", "a0.h0 removed", "a0.h2 removed-now"]);
});

test("removed neurons are not drawn, kept ones are", () => {
  expect(states({ kept: ["a0.h1", "m0.n7"] })).toContain("m0.n7 kept");
});

test("kept neurons that are many stand as their MLP with their number", () => {
  const neurons = (mlp: string, count: number) => Array.from({ length: count }, (_, n) => `${mlp}.n${n}`);
  const searched = ["a0.h0", ...neurons("m0", 20), ...neurons("m1", 21)];
  const drawn = drawnNodes({ ...source, circuit: ["input"], searched, kept: searched, removedNow: [] });
  expect(drawn.map(({ id, state, neurons }) => [id, state, neurons])).toEqual([
    ["input", "always", undefined],
    ["a0.h0", "kept", undefined],
    ["m0", "kept", 20],
    ["m1", "kept", 21],
  ]);
});

test("features that are many stand as their dictionary, whether its error is kept or not", () => {
  const features = Array.from({ length: 50 }, (_, f) => `d2.f${f}`);
  const searched = [...features, "d2.error"];
  const drawn = (kept: readonly string[]) =>
    drawnNodes({ ...source, circuit: [], searched, kept, removedNow: [] }).map(({ id, state, neurons }) => [
      id,
      state,
      neurons,
    ]);
  expect(drawn(searched)).toEqual([["d2.error", "kept", 50]]);
  expect(drawn(features.slice(0, 41))).toEqual([["d2.error", "kept", 41]]);
  expect(drawn([...features.slice(0, 2), "d2.error"])).toEqual([
    ["d2.f0", "kept", undefined],
    ["d2.f1", "kept", undefined],
    ["d2.error", "kept", undefined],
  ]);
});

test("two circuits make one graph: what only the other keeps is drawn too, neurons and kinds that were not searched here", () => {
  const sides = new Map([
    ["a0.h1", "both"],
    ["a0.h0", "onlyB"],
    ["m1", "onlyB"],
    ["m0.n7", "onlyB"],
  ] as const);
  expect(states({ sides })).toEqual([
    "input always",
    "a0.h1 kept both",
    "logits always",
    "a0.h0 removed onlyB",
    "a0.h2 removed-now",
    "m0.n7 removed onlyB",
    "m1 removed onlyB",
  ]);
});

test("connections: by strength, bounded, and of pinned nodes only", () => {
  const edge = (target: string, weight: number) => ({ source: "input", target, weight }) as CircuitEdge;
  const edges = [edge("a0.h0", 0.1), edge("a0.h1", -2), edge("a0.h2", 1), edge("logits", 0.5)];
  const drawn = (filter: Parameters<typeof drawnEdges>[1]) =>
    drawnEdges(edges, filter, ["a0.h1"]).map(({ target }) => target);
  expect(drawn({ most: 2, least: 0, pinnedOnly: false, normalised: "none" })).toEqual(["a0.h1", "a0.h2"]);
  expect(drawn({ most: 9, least: 0.5, pinnedOnly: false, normalised: "none" })).toEqual(["a0.h1", "a0.h2", "logits"]);
  expect(drawn({ most: 9, least: 0, pinnedOnly: true, normalised: "none" })).toEqual(["a0.h1"]);
});

test("of a circuit of edges the nodes that carry one are drawn, with both ends of the model", () => {
  const edges = [
    { source: "input", target: "m0", weight: -1 },
    { source: "m0", target: "a1.h0", input: "k", weight: -1 },
  ] as const;
  const nodes = nodesOfEdges(edges, ["m0"], (id) => (id === "a1.h0" ? "mover" : undefined));
  expect(nodes.map(({ id, state, pinned, role }) => [id, state, pinned, role])).toEqual([
    ["input", "always", false, undefined],
    ["logits", "always", false, undefined],
    ["m0", "kept", true, undefined],
    ["a1.h0", "kept", false, "mover"],
  ]);
});

test("what the user took out is marked as that, whatever the search did with it, and stays", () => {
  const states = drawnNodes({ ...source, ablated: ["a0.h2"] }).filter(({ id }) => id === "a0.h2");
  expect(states.map(({ state }) => state)).toEqual(["ablated"]);
  const small = drawnNodes({
    ...source,
    circuit: [],
    searched: ["m0.n1"],
    kept: [],
    removedNow: [],
    ablated: ["m0.n1"],
  });
  expect(small.map(({ id, state }) => [id, state])).toEqual([["m0.n1", "ablated"]]);
});
