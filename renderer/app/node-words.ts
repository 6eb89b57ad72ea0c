// Roles of nodes in the reader's language, on the graph and in pictures of it.
import type { DrawnNode } from "../graph/drawn.ts";
import type { Words } from "../words/words.svelte.ts";

export function inWords(nodes: readonly DrawnNode[], words: Words): DrawnNode[] {
  return nodes.map((node) => {
    if (node.neurons !== undefined)
      return { ...node, role: words.t("graph.neurons", { n: words.count(node.neurons) }) };
    return node.role === undefined ? node : { ...node, role: words.named("role", node.role) };
  });
}
