// An edge carries what one node writes to one input of a later node: `m0->a5.h5<q>`, `a0.h1->m3`, `m11->logits`.
import { compareNodes, formatNode, parseNode, type Node } from "./node.ts";

/** The inputs of a head that an edge can enter; other targets have one input and name none. */
export const HEAD_INPUTS = ["q", "k", "v"] as const;
export type HeadInput = (typeof HEAD_INPUTS)[number];

export interface Edge {
  readonly source: Node;
  readonly target: Node;
  /** Present if and only if the target is a head. */
  readonly input?: HeadInput;
}

const EDGE = /^([^<>]+)->([^<>]+?)(?:<([qkv])>)?$/;

export function formatEdge(edge: Edge): string {
  const input = edge.input === undefined ? "" : `<${edge.input}>`;
  return `${formatNode(edge.source)}->${formatNode(edge.target)}${input}`;
}

/** The edge of a name, or undefined when the text is not one (an unknown node, a head without its input, an input without a head). */
export function parseEdge(name: string): Edge | undefined {
  const match = EDGE.exec(name);
  const source = match && parseNode(match[1] as string);
  const target = match && parseNode(match[2] as string);
  if (!source || !target) return undefined;
  const input = match[3] as HeadInput | undefined;
  if ((target.kind === "head") !== (input !== undefined)) return undefined;
  return input === undefined ? { source, target } : { source, target, input };
}

/** By target, then input, then source, each in the order of the data flow. */
export function compareEdges(a: Edge, b: Edge): number {
  return compareNodes(a.target, b.target) || inputRank(a) - inputRank(b) || compareNodes(a.source, b.source);
}

function inputRank(edge: Edge): number {
  return edge.input === undefined ? -1 : HEAD_INPUTS.indexOf(edge.input);
}
