// Neuronpedia's graph schema, version 1: the circuit's nodes and measured connections as a graph that its viewer loads.
import type { Circuit, CircuitNode } from "../circuit-schema.ts";
import { formatJson } from "../json.ts";
import { formatNode, parseNode } from "../node.ts";
import { compareUnits } from "../unit.ts";
import { keptUnits } from "../kept.ts";

/** The prompt that the graph is shown over; a circuit itself belongs to a whole task. */
export interface ShownPrompt {
  readonly text: string;
  /** One string per token. */
  readonly tokens: readonly string[];
}

/** Name of each kind of node in the graph; heads and d_mlp neurons have none of their own in the schema. */
const FEATURE_TYPES: Readonly<Record<CircuitNode["kind"], string>> = {
  input: "embedding",
  head: "attention head",
  mlp: "mlp",
  neuron: "mlp neuron",
  feature: "sparse autoencoder feature",
  error: "sparse autoencoder error",
  logits: "logit",
};

/**
 * Kept nodes, with input and logits, and the circuit's connections as links (weights in metric units, our sign: negative
 * helps). Positions are not part of a circuit, so every node stands at the last position.
 */
export function circuitToNeuronpedia(circuit: Circuit, prompt: ShownPrompt = taskAsPrompt(circuit)): string {
  const nodes = shownNodes(circuit);
  const shown = new Set(nodes.map(({ id }) => id));
  return formatJson({
    metadata: {
      slug: slugOf(`${circuit.model.name}-${circuit.task.name}`),
      scan: circuit.model.name,
      prompt_tokens: prompt.tokens,
      prompt: prompt.text,
      info: {
        description: `Circuit of ${circuit.task.name} in ${circuit.model.name}: ${shown.size} nodes, ${circuit.search.criterion} at ${circuit.search.threshold}`,
        generator: { name: "Secateur", version: circuit.environment?.secateur ?? "unknown" },
      },
      schema_version: 1,
    },
    qParams: { linkType: "both", pinnedIds: [...shown], clickedId: "", supernodes: [], sg_pos: "" },
    nodes: nodes.map((node) => toNode(node, circuit.model.nLayers, Math.max(0, prompt.tokens.length - 1))),
    links: circuit.edges
      .filter(({ source, target }) => shown.has(source) && shown.has(target))
      .map(({ source, target, weight, input }) => ({ source, target, weight, input })),
  });
}

/** Stands in for a prompt when the graph is made from the file alone. */
function taskAsPrompt(circuit: Circuit): ShownPrompt {
  return { text: circuit.task.name, tokens: [circuit.task.name] };
}

/** Input, kept units of the searched kinds, logits; with what the file says about them. */
function shownNodes(circuit: Circuit): CircuitNode[] {
  const said = new Map(circuit.nodes.map((node) => [node.id, node]));
  const nodes: CircuitNode[] = keptUnits(circuit)
    .units()
    .sort(compareUnits)
    .map((unit) => ({ id: formatNode(unit), ...unit }));
  return [{ id: "input", kind: "input" as const }, ...nodes, { id: "logits", kind: "logits" as const }].map(
    (node) => said.get(node.id) ?? node,
  );
}

function toNode(node: CircuitNode, nLayers: number, position: number) {
  return {
    node_id: node.id,
    feature: null,
    layer: layerOf(node, nLayers),
    ctx_idx: position,
    feature_type: FEATURE_TYPES[node.kind],
    jsNodeId: node.id,
    clerp: labelOf(node),
    is_target_logit: node.kind === "logits",
  };
}

/** "E" for the embeddings and one more than the last layer for the logits, as in circuit-tracer's graphs. */
function layerOf(node: CircuitNode, nLayers: number): string {
  if (node.kind === "input") return "E";
  return node.kind === "logits" ? String(nLayers + 1) : String(node.layer);
}

function labelOf({ id, role }: CircuitNode): string {
  const node = parseNode(id);
  const roleText = role === undefined ? "" : ` (${role.name})`;
  switch (node?.kind) {
    case "head":
      return `Head ${node.layer}.${node.head}${roleText}`;
    case "mlp":
      return `MLP ${node.layer}${roleText}`;
    case "neuron":
      return `Neuron ${node.layer}.${node.neuron}${roleText}`;
    case "feature":
      return `Feature ${node.feature} of layer ${node.layer}${roleText}`;
    case "error":
      return `Error of layer ${node.layer}${roleText}`;
    default:
      return id;
  }
}

function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
