import { expect, test } from "vitest";
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import type { DrawnNode } from "./drawn.ts";
import { keysAbove, nodeKey, type TreeItem, treeItems, treeMove } from "./tree.ts";

const NODES: readonly DrawnNode[] = ["logits", "a1.h0", "a0.h1", "m0", "input"].map((id) => ({
  id,
  role: undefined,
  state: "kept",
  pinned: false,
  side: undefined,
}));
const EDGES: readonly CircuitEdge[] = [
  { source: "input", target: "a0.h1", input: "v", weight: 0.5 },
  { source: "a0.h1", target: "a1.h0", input: "q", weight: -1 },
  { source: "a0.h1", target: "logits", weight: -3 },
];

const lineOf = (item: TreeItem): string => {
  const name =
    item.kind === "layer" ? `layer ${item.layer}` : item.kind === "node" ? item.node.id : `${item.way} ${item.other}`;
  const mark = item.open === undefined ? " " : item.open ? "-" : "+";
  return `${"  ".repeat(item.level - 1)}${mark}${name} ${item.place}/${item.siblings}`;
};
const draw = (...open: string[]) => treeItems(NODES, EDGES, new Set(open)).map(lineOf);

test("closed, the tree is the input, the layers and the logits", () => {
  expect(draw()).toEqual(["+input 1/4", "+layer 0 2/4", "+layer 1 3/4", "+logits 4/4"]);
});

test("an open node shows its connections, the strongest first", () => {
  expect(draw(...keysAbove("a0.h1"), nodeKey("a0.h1"))).toEqual([
    "+input 1/4",
    "-layer 0 2/4",
    "  -a0.h1 1/2",
    "     into input 1/3",
    "     outOf logits 2/3",
    "     outOf a1.h0 3/3",
    "   m0 2/2",
    "+layer 1 3/4",
    "+logits 4/4",
  ]);
});

test.each([
  ["down goes to the next line", "node input", "ArrowDown", { to: "layer 0" }],
  ["up stays at the first", "node input", "ArrowUp", { to: "node input" }],
  ["end goes to the last", "node input", "End", { to: "node logits" }],
  ["right opens what is closed", "layer 1", "ArrowRight", { to: "layer 1", toggle: "layer 1" }],
  ["right goes into what is open", "layer 0", "ArrowRight", { to: "node a0.h1" }],
  ["left closes what is open", "layer 0", "ArrowLeft", { to: "layer 0", toggle: "layer 0" }],
  ["left goes up from what is closed", "node a0.h1", "ArrowLeft", { to: "layer 0" }],
  ["a letter is none of its", "layer 0", "x", undefined],
])("%s", (_, at, key, move) => {
  expect(treeMove(treeItems(NODES, EDGES, new Set(["layer 0"])), at, key)).toEqual(move);
});
