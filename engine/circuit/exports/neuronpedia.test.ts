import { expect, test } from "vitest";
import { z } from "zod";
import { exampleCircuit } from "../../../test/example-circuit.ts";
import { circuitToNeuronpedia } from "./neuronpedia.ts";

/** The required fields of Neuronpedia's graph-schema.json 1.0.0, written down by hand. */
const required = z.object({
  metadata: z.object({ slug: z.string(), scan: z.string(), prompt_tokens: z.array(z.string()), prompt: z.string() }),
  qParams: z.object({}),
  nodes: z.array(
    z.object({
      node_id: z.string(),
      feature: z.int().nullable(),
      layer: z.union([z.string(), z.int()]),
      ctx_idx: z.int(),
      feature_type: z.string(),
      jsNodeId: z.string(),
      clerp: z.string(),
    }),
  ),
  links: z.array(z.object({ source: z.string(), target: z.string(), weight: z.number() })),
});

const PROMPT = { text: "When Mary and John", tokens: ["When", " Mary", " and", " John"] };
const graph = required.parse(JSON.parse(circuitToNeuronpedia(exampleCircuit(), PROMPT)));

test("the kept nodes stand between the embeddings and the logits, at the last position", () => {
  expect(graph.nodes.map((node) => [node.node_id, node.layer, node.ctx_idx, node.feature_type])).toEqual([
    ["input", "E", 3, "embedding"],
    ["a0.h0", "0", 3, "attention head"],
    ["a1.h1", "1", 3, "attention head"],
    ["m1", "1", 3, "mlp"],
    ["m1.n2", "1", 3, "mlp neuron"],
    ["m1.n5", "1", 3, "mlp neuron"],
    ["logits", "3", 3, "logit"],
  ]);
});

test("labels say what a node is and its role", () => {
  expect(graph.nodes.map((node) => node.clerp)).toEqual([
    "input",
    "Head 0.0",
    "Head 1.1 (name mover)",
    "MLP 1",
    "Neuron 1.2",
    "Neuron 1.5",
    "logits",
  ]);
});

test("links join nodes of the graph, with the measured weights", () => {
  const ids = graph.nodes.map((node) => node.node_id);
  expect(graph.links.every(({ source, target }) => ids.includes(source) && ids.includes(target))).toBe(true);
  expect(graph.links.map(({ weight }) => weight)).toEqual([-0.25, -0.4, 0.05, -1.5]);
});

test("a link to a removed node is left out", () => {
  const circuit = exampleCircuit();
  const fewer = { ...circuit, kept: { ...circuit.kept, heads: ["a1.h1"] } };
  const { links } = required.parse(JSON.parse(circuitToNeuronpedia(fewer)));
  expect(links.map(({ source, target }) => `${source}->${target}`)).toEqual(["a1.h1->m1", "a1.h1->logits"]);
});

test("without a prompt the task's name stands in", () => {
  const { metadata } = required.parse(JSON.parse(circuitToNeuronpedia(exampleCircuit())));
  expect(metadata).toEqual({ slug: "tiny-ioi", scan: "tiny", prompt_tokens: ["ioi"], prompt: "ioi" });
});
