// The name of a connection, the same in circuit files, addresses and graphs of EAP-IG.
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { parseNode } from "../../engine/circuit/node.ts";

/** Such as "a0.h7->a1.h2<q>". */
export function edgeName({ source, target, input }: CircuitEdge): string {
  return formatEdge({ source: parseNode(source)!, target: parseNode(target)!, input });
}
