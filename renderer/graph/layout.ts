// Where the nodes stand: input at the bottom, layers upwards, logits at the top, heads across, the MLP at the right of its layer.
//
// Layer and head are known, so no layout is searched for, and nothing moves while one scrubs.
import { parseNode } from "../../engine/circuit/node.ts";
import type { UnitSizes } from "../../engine/circuit/unit.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

const column = 92;
const row = 96;

/** y grows downwards. Neurons stand where their MLP does, in rows of sixteen to its right. */
export function placeOf(id: string, { nLayers, nHeads }: UnitSizes): Point {
  const node = parseNode(id);
  const middle = (nHeads * column) / 2;
  if (!node || node.kind === "input") return { x: middle, y: row };
  if (node.kind === "logits") return { x: middle, y: -nLayers * row };
  const y = -node.layer * row;
  switch (node.kind) {
    case "head":
      return { x: node.head * column, y };
    case "mlp":
      return { x: nHeads * column + column / 4, y: y - row / 3 };
    case "neuron":
      return { x: (nHeads + 1) * column + (node.neuron % 16) * 14, y: y - row / 3 + Math.floor(node.neuron / 16) * 14 };
  }
}
