// Finding nodes by id, role or kind.
import { compareNodes, parseNode } from "../../engine/circuit/node.ts";

export interface Found {
  readonly id: string;
  readonly role: string | undefined;
}

/** Nodes whose id or role holds every word of the query, ids that begin with it first. */
export function findNodes(
  query: string,
  ids: Iterable<string>,
  roleOf: (id: string) => string | undefined,
): readonly Found[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return [];
  const hits = [...new Set(ids)]
    .map((id) => ({ id, role: roleOf(id) }))
    .filter(({ id, role }) => wanted.split(/\s+/).every((word) => `${id} ${role ?? ""}`.toLowerCase().includes(word)));
  const rank = ({ id }: Found) => (id.startsWith(wanted) ? 0 : 1);
  return hits.sort((a, b) => rank(a) - rank(b) || order(a.id, b.id));
}

function order(a: string, b: string): number {
  const [nodeA, nodeB] = [parseNode(a), parseNode(b)];
  return nodeA && nodeB ? compareNodes(nodeA, nodeB) : 0;
}
