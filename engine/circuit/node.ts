// A node is a place of the circuit's graph: the embeddings (`input`), the read-out (`logits`), or a unit.
import { compareUnits, formatUnit, hasUnit, parseUnit, type Unit, type UnitSizes } from "./unit.ts";

export const INPUT = { kind: "input" } as const;
export const LOGITS = { kind: "logits" } as const;

export type Node = typeof INPUT | typeof LOGITS | Unit;

export function formatNode(node: Node): string {
  return node.kind === "input" || node.kind === "logits" ? node.kind : formatUnit(node);
}

/** The node of an id, or undefined when the text is not one. */
export function parseNode(id: string): Node | undefined {
  if (id === "input") return INPUT;
  if (id === "logits") return LOGITS;
  return parseUnit(id);
}

export function hasNode(sizes: UnitSizes, node: Node): boolean {
  return node.kind === "input" || node.kind === "logits" || hasUnit(sizes, node);
}

/** Order of the data flow: input, then the units by layer, then logits. */
export function compareNodes(a: Node, b: Node): number {
  const rankA = rank(a);
  const rankB = rank(b);
  if (rankA !== rankB) return rankA - rankB;
  return a.kind === "input" || a.kind === "logits" || b.kind === "input" || b.kind === "logits"
    ? 0
    : compareUnits(a, b);
}

function rank(node: Node): number {
  return node.kind === "input" ? 0 : node.kind === "logits" ? 2 : 1;
}
