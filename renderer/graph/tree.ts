// The graph as a tree for the keyboard and for screen readers: layers, their nodes, and each node's connections.
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { groupBy } from "../../engine/base/group.ts";
import { compareNodes, parseNode } from "../../engine/circuit/node.ts";
import type { DrawnNode } from "./drawn.ts";

/** A line of the tree that can be seen, that is all of whose parents are open. */
export type TreeItem = {
  /** Of its own among all. */
  readonly key: string;
  readonly level: number;
  /** Among its siblings, from 1. */
  readonly place: number;
  readonly siblings: number;
  /** Undefined where it has no children. */
  readonly open: boolean | undefined;
  readonly parent: string | undefined;
} & TreeContent;

interface Branch {
  readonly item: TreeContent;
  readonly key: string;
  readonly children: () => readonly Branch[];
}

type TreeContent =
  | { readonly kind: "layer"; readonly layer: number; readonly nodes: number }
  | { readonly kind: "node"; readonly node: DrawnNode }
  | { readonly kind: "edge"; readonly edge: CircuitEdge; readonly way: "into" | "outOf"; readonly other: string };

export const nodeKey = (id: string): string => `node ${id}`;
const layerKey = (layer: number): string => `layer ${layer}`;

/** Keys of what must be open so that a node can be seen. */
export function keysAbove(id: string): readonly string[] {
  const layer = layerOf(id);
  return layer === undefined ? [] : [layerKey(layer)];
}

/** From input to logits; connections of a node the strongest first, those into it before those out of it. */
export function treeItems(
  nodes: readonly DrawnNode[],
  edges: readonly CircuitEdge[],
  open: ReadonlySet<string>,
): TreeItem[] {
  return listed(rootsOf(nodes, edges), open, 1, undefined);
}

function listed(
  branches: readonly Branch[],
  open: ReadonlySet<string>,
  level: number,
  parent: string | undefined,
): TreeItem[] {
  return branches.flatMap(({ item, key, children }, i) => {
    const below = children();
    const isOpen = below.length === 0 ? undefined : open.has(key);
    const own = { ...item, key, level, place: i + 1, siblings: branches.length, open: isOpen, parent } as TreeItem;
    return isOpen ? [own, ...listed(below, open, level + 1, key)] : [own];
  });
}

function rootsOf(nodes: readonly DrawnNode[], edges: readonly CircuitEdge[]): Branch[] {
  const sorted = nodes
    .map((node) => ({ node, place: parseNode(node.id)! }))
    .sort((a, b) => compareNodes(a.place, b.place));
  const byLayer = groupBy(sorted, ({ place }) => ("layer" in place ? place.layer : undefined));
  const ends = (byLayer.get(undefined) ?? []).map(({ node }) => nodeBranch(node, edges));
  const between = [...byLayer].flatMap(([layer, own]): Branch[] => {
    if (layer === undefined) return [];
    const item = { kind: "layer", layer, nodes: own.length } as const;
    return [{ item, key: layerKey(layer), children: () => own.map(({ node }) => nodeBranch(node, edges)) }];
  });
  const isInput = ({ key }: Branch) => key === nodeKey("input");
  return [...ends.filter(isInput), ...between, ...ends.filter((end) => !isInput(end))];
}

function nodeBranch(node: DrawnNode, edges: readonly CircuitEdge[]): Branch {
  const strongest = (a: CircuitEdge, b: CircuitEdge) => Math.abs(b.weight) - Math.abs(a.weight);
  const children = () => [
    ...edges
      .filter(({ target }) => target === node.id)
      .sort(strongest)
      .map((edge) => edgeBranch(node.id, edge, "into", edge.source)),
    ...edges
      .filter(({ source }) => source === node.id)
      .sort(strongest)
      .map((edge) => edgeBranch(node.id, edge, "outOf", edge.target)),
  ];
  return { item: { kind: "node", node }, key: nodeKey(node.id), children };
}

function edgeBranch(of: string, edge: CircuitEdge, way: "into" | "outOf", other: string): Branch {
  const key = `edge ${of} ${way} ${edge.source} ${edge.target} ${edge.input ?? ""}`;
  return { item: { kind: "edge", edge, way, other }, key, children: () => [] };
}

function layerOf(id: string): number | undefined {
  const node = parseNode(id);
  return node && "layer" in node ? node.layer : undefined;
}

export interface TreeMove {
  /** Key of the line to go to. */
  readonly to: string;
  /** Key of a line to open or to close. */
  readonly toggle?: string;
}

/** What a key does in a tree, as the ARIA practices have it; undefined for keys that are none of its. */
export function treeMove(items: readonly TreeItem[], at: string, key: string): TreeMove | undefined {
  const index = Math.max(
    0,
    items.findIndex((item) => item.key === at),
  );
  const own = items[index];
  const toIndex = (i: number) => ({ to: items[Math.max(0, Math.min(i, items.length - 1))].key });
  switch (key) {
    case "ArrowDown":
      return toIndex(index + 1);
    case "ArrowUp":
      return toIndex(index - 1);
    case "Home":
      return toIndex(0);
    case "End":
      return toIndex(items.length - 1);
    case "ArrowRight":
      return own.open === false ? { to: own.key, toggle: own.key } : own.open ? toIndex(index + 1) : { to: own.key };
    case "ArrowLeft":
      return own.open ? { to: own.key, toggle: own.key } : { to: own.parent ?? own.key };
    default:
      return undefined;
  }
}
