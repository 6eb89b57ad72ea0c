// Roles of nodes in the reader's language, on the graph and in pictures of it.
import type { DrawnNode } from "../graph/drawn.ts";
import type { Words } from "../words/words.svelte.ts";

export function inWords(nodes: readonly DrawnNode[], words: Words): DrawnNode[] {
  return nodes.map((node) => (node.role === undefined ? node : { ...node, role: words.named("role", node.role) }));
}
