import { SCORE_SIGNS } from "../../choices/lists.ts";
import { describe, expect, test } from "vitest";
import { EngineError } from "../../base/errors.ts";
import { exampleCircuit } from "../../../test/example-circuit.ts";
import { keptUnits } from "../kept.ts";
import { topologyOf } from "../topology.ts";
import { formatEdge } from "../edge.ts";
import { circuitToEapIg, edgesOfEapIg, edgesToEapIg, formatEapIg, parseEapIg, unitsOfEapIg } from "./eap-ig.ts";

interface EapIgFile {
  cfg: Record<string, unknown>;
  nodes: Record<string, Record<string, unknown>>;
  edges: Record<string, { score: number; in_graph: boolean }>;
  secateur: { d_mlp: number; hidden_neurons: Record<string, number[]> };
}

const TEXT = formatEapIg(circuitToEapIg(exampleCircuit()));
const FILE = JSON.parse(TEXT) as EapIgFile;

test("a graph is the same after writing and reading", () => {
  expect(parseEapIg(TEXT, "x.json")).toEqual(circuitToEapIg(exampleCircuit()));
  expect(formatEapIg(parseEapIg(TEXT, "x.json"))).toBe(TEXT);
});

test("a circuit of features has no graph, which is said", () => {
  const circuit = exampleCircuit();
  const dictionaries = [
    { layer: 0, site: "residPost", features: 2, source: "sae", path: "/sae", sha256: "c".repeat(64) } as const,
  ];
  expect(() => circuitToEapIg({ ...circuit, model: { ...circuit.model, dictionaries } })).toThrow(
    "Graphs of EAP-IG have no nodes for features of dictionaries",
  );
});

test("the kept units come back, neurons too", () => {
  const units = unitsOfEapIg(parseEapIg(TEXT, "x.json"), "x.json", 8);
  expect(units.equals(keptUnits(exampleCircuit()))).toBe(true);
});

test("kept neurons of MLPs of another width are said not to fit", () => {
  expect(() => unitsOfEapIg(parseEapIg(TEXT, "x.json"), "x.json", 16)).toThrow(
    "x.json: the kept neurons are of MLPs of 8, the model's have 16. Choose the model it was found in.",
  );
});

test("the sizes stand under EAP-IG's names and no node has the key neurons", () => {
  expect(FILE.cfg).toEqual({ n_layers: 2, n_heads: 2, parallel_attn_mlp: false, d_model: 4 });
  expect(Object.keys(FILE.nodes)).toEqual(["input", "a0.h0", "a0.h1", "m0", "a1.h0", "a1.h1", "m1", "logits"]);
  expect(Object.values(FILE.nodes).some((node) => "neurons" in node)).toBe(false);
});

test("an edge is in the graph when both its ends are", () => {
  const inGraph = Object.keys(FILE.edges).filter((name) => FILE.edges[name]!.in_graph);
  expect(inGraph).toEqual([
    ...["input->a0.h0<q>", "input->a0.h0<k>", "input->a0.h0<v>"],
    ...[
      "input->a1.h1<q>",
      "a0.h0->a1.h1<q>",
      "input->a1.h1<k>",
      "a0.h0->a1.h1<k>",
      "input->a1.h1<v>",
      "a0.h0->a1.h1<v>",
    ],
    ...["input->m1", "a0.h0->m1", "a1.h1->m1"],
    ...["input->logits", "a0.h0->logits", "a1.h1->logits", "m1->logits"],
  ]);
});

test("a node's effect is the score of its outgoing edges, positive where the node helps", () => {
  expect([FILE.edges["a1.h1->logits"]!.score, FILE.edges["a1.h1->m1"]!.score, FILE.edges["m1->logits"]!.score]).toEqual(
    [2.25, 2.25, -0.125],
  );
  expect(FILE.edges["m0->logits"]!.score).toBe(0);
});

test("every real edge is written: 32,491 for the sizes of GPT-2 small", () => {
  const circuit = exampleCircuit();
  const model = { ...circuit.model, nLayers: 12, nHeads: 12, nKeyValueHeads: 12 };
  const graph = circuitToEapIg({ ...circuit, model });
  expect([graph.nodes.size, graph.edges.size]).toEqual([158, 32_491]);
});

test("Python's bare NaN and Infinity are read as unscored, and stay text inside strings", () => {
  const text = `{"cfg": {"n_layers": 1, "n_heads": 1, "d_model": 4, "parallel_attn_mlp": false, "note": "NaN \\" Infinity"},
    "nodes": {"input": {"in_graph": true, "score": NaN}, "m0": {"in_graph": true, "score": 0.5}},
    "edges": {"input->m0": {"score": -Infinity, "in_graph": true}, "m0->logits": {"score": NaN, "in_graph": true}}}`;
  const graph = parseEapIg(text, "x.json");
  expect([graph.nodes.get("input"), graph.nodes.get("m0")]).toEqual([{ inGraph: true }, { inGraph: true, score: 0.5 }]);
  expect(graph.edges.get("m0->logits")).toEqual({ inGraph: true, score: 0 });
  expect(graph.edges.get("a0.h0->m0")).toEqual({ inGraph: false, score: 0 });
});

test("the reader says what the file's scores mean", () => {
  const score = (sign: "helpful-positive" | "helpful-negative" | "absolute") =>
    parseEapIg(TEXT, "x.json", sign).edges.get("m1->logits")?.score;
  expect([score("helpful-positive"), score("helpful-negative"), score("absolute")]).toEqual([-0.125, 0.125, 0.125]);
});

describe("other spellings of the same graph are read, and what is passed over is said:", () => {
  const spelled = (change: (file: EapIgFile) => unknown) => {
    const file = JSON.parse(TEXT) as EapIgFile;
    change(file);
    return parseEapIg(JSON.stringify(file), "x.json");
  };
  const plain = parseEapIg(TEXT, "x.json");
  const flag = (value: unknown) => (value ? 1 : 0);

  test("nodes as bare verdicts, verdicts as 0 and 1", () => {
    const bare = spelled((file) => {
      for (const [id, { in_graph }] of Object.entries(file.nodes)) Object.assign(file.nodes, { [id]: in_graph });
    });
    const flags = spelled((file) => {
      file.cfg["parallel_attn_mlp"] = 0;
      for (const [id, { in_graph }] of Object.entries(file.nodes)) Object.assign(file.nodes, { [id]: flag(in_graph) });
      for (const edge of Object.values(file.edges)) Object.assign(edge, { in_graph: flag(edge.in_graph) });
    });
    expect([bare, flags]).toEqual([plain, plain]);
  });

  test("edges as bare scores, of which none is in the circuit", () => {
    const graph = spelled((file) => {
      for (const [name, { score }] of Object.entries(file.edges)) Object.assign(file.edges, { [name]: score });
    });
    const scores = [...plain.edges].map(([name, { score }]) => [name, { inGraph: false, score }]);
    expect([...graph.edges]).toEqual(scores);
    expect(graph.nodes).toEqual(plain.nodes);
    expect(graph.passedOver).toEqual(["edges are scores alone: none of them is said to be in the circuit."]);
  });

  test("edges as bare verdicts, with or without numbers for them", () => {
    for (const write of [Boolean, flag]) {
      const graph = spelled((file) => {
        for (const [name, { in_graph }] of Object.entries(file.edges))
          Object.assign(file.edges, { [name]: write(in_graph) });
      });
      expect([...graph.edges].map(([name, { inGraph }]) => [name, inGraph])).toEqual(
        [...plain.edges].map(([name, { inGraph }]) => [name, inGraph]),
      );
    }
  });

  test("strings of any length, whatever is escaped in them", () => {
    const graph = spelled((file) => Object.assign(file.cfg, { note: `${"x".repeat(1e6)}${"\\".repeat(1e6)} NaN` }));
    expect(graph.edges).toEqual(plain.edges);
  });

  test("neurons and fields of no meaning here are named", () => {
    const graph = spelled((file) => {
      Object.assign(file.nodes["m0"]!, { neurons: [true, false], neurons_scores: [1, 0], hook: "x" });
      Object.assign(file, { author: "y" });
    });
    expect(graph.passedOver).toEqual([
      "neurons of 1 nodes are not read: a node is kept or ablated whole, with all that it writes.",
      "fields of nodes and edges that are not read: hook.",
      "fields that are not read: author.",
    ]);
  });

  test("edges without a score, and edges that are not there", () => {
    const graph = spelled((file) => {
      Object.assign(file.edges, { "m1->logits": true, "m0->logits": { in_graph: false } });
      delete (file.edges as Partial<typeof file.edges>)["input->m1"];
    });
    const total = plain.edges.size;
    expect(graph.edges.get("m1->logits")).toEqual({ inGraph: true, score: 0 });
    expect(graph.passedOver).toEqual([
      `2 of the ${total - 1} edges have no score; it counts as 0.`,
      `1 of the model's ${total} edges are not in the file: they are outside the circuit, with score 0.`,
    ]);
  });
});

describe("a broken graph is a sentence:", () => {
  const cases: [name: string, change: (file: EapIgFile) => void, sentence: string][] = [
    ["no cfg", (file) => delete (file as Partial<EapIgFile>).cfg, "x.json: cfg: missing; write an object."],
    ["no edges", (file) => delete (file as Partial<EapIgFile>).edges, "x.json: edges: missing; write an object."],
    ["layers as text", (file) => (file.cfg["n_layers"] = "2"), 'x.json: cfg.n_layers: is "2"; write a finite number.'],
    [
      "too many layers to lay out",
      (file) => (file.cfg["n_layers"] = 1e6),
      "x.json: cfg.n_layers: is 1000000; write 1000 or less.",
    ],
    [
      "more edges than can be laid out",
      (file) => Object.assign(file.cfg, { n_layers: 1000, n_heads: 1000 }),
      "x.json: cfg: 1000 layers of 1000 heads have about 1502000500000 edges, more than 10000000 are not read. Are n_layers and n_heads right?",
    ],
    [
      "an unknown edge",
      (file) => (file.edges["a1.h1->a0.h0<q>"] = { score: 0, in_graph: true }),
      'x.json: edges: "a1.h1->a0.h0<q>" is not in a model of 2 layers of 2 heads. Correct cfg, or the name (as in m1->logits).',
    ],
    [
      "an unknown node",
      (file) => (file.nodes["m2"] = { in_graph: true }),
      'x.json: nodes: "m2" is not in a model of 2 layers of 2 heads. Correct cfg, or the name (as in logits).',
    ],
    [
      "a score as text",
      (file) => Object.assign(file.edges["m1->logits"]!, { score: "1.5" }),
      'x.json: edges.m1->logits.score: is "1.5"; write a finite number or "NaN" or "Infinity" or "-Infinity" or null.',
    ],
    [
      "a same-layer edge in parallel blocks",
      (file) => (file.cfg["parallel_attn_mlp"] = true),
      'x.json: edges: "a0.h0->m0" is not in a model of 2 layers of 2 heads, parallel blocks.',
    ],
    [
      "neurons of an MLP that the model lacks",
      (file) => (file.secateur.hidden_neurons["m2"] = [1]),
      'x.json: secateur.hidden_neurons: "m2" is not an MLP of the model; write m0 to m1.',
    ],
    [
      "a neuron beyond the MLP's width",
      (file) => (file.secateur.hidden_neurons["m1"] = [8]),
      "x.json: secateur.hidden_neurons.m1: 8 is not below d_mlp, 8; correct one of them.",
    ],
    [
      "an edge without its verdict",
      (file) => delete (file.edges["m1->logits"] as Partial<{ in_graph: boolean }>).in_graph,
      "x.json: edges.m1->logits.in_graph: missing; write true or false.",
    ],
  ];
  test.each(cases)("%s", (_, change, sentence) => {
    const file = JSON.parse(TEXT) as EapIgFile;
    change(file);
    const read = () => parseEapIg(JSON.stringify(file), "x.json");
    expect(read).toThrow(EngineError);
    expect(read).toThrow(sentence);
  });
});

const SIZES = { nLayers: 1, nHeads: 1, parallelBlocks: false, dModel: 4 };
const SCORED = topologyOf(SIZES).edges.map((edge, i) => ({ ...edge, score: i % 2 === 0 ? 0 - i : i }));
const IN_CIRCUIT = new Set(["input->m0", "m0->logits"]);

test.each(SCORE_SIGNS.filter((sign) => sign !== "absolute"))(
  "a circuit of edges comes back with its scores, %s",
  (sign) => {
    const text = formatEapIg(edgesToEapIg(SIZES, SCORED, IN_CIRCUIT), sign);
    const { scores, kept } = edgesOfEapIg(parseEapIg(text, "x.json", sign));
    expect(scores.map(({ score, ...edge }) => [formatEdge(edge), score])).toEqual(
      SCORED.map(({ score, ...edge }) => [formatEdge(edge), score]),
    );
    expect(kept).toEqual(IN_CIRCUIT);
  },
);

test("a helpful edge, whose cut lowers the metric, is above zero in MIB's convention and below it in ours", () => {
  const graph = edgesToEapIg(SIZES, [{ ...SCORED[0]!, score: -2 }, ...SCORED.slice(1)], IN_CIRCUIT);
  const scoreIn = (text: string) => (JSON.parse(text) as EapIgFile).edges[formatEdge(SCORED[0]!)]!.score;
  expect([scoreIn(formatEapIg(graph)), scoreIn(formatEapIg(graph, "helpful-negative"))]).toEqual([2, -2]);
});

test("the nodes of a circuit of edges are those that its edges touch, input and logits always", () => {
  const { nodes } = edgesToEapIg(SIZES, SCORED, new Set(["a0.h0->logits"]));
  expect([...nodes].map(([id, { inGraph }]) => [id, inGraph])).toEqual([
    ["input", true],
    ["a0.h0", true],
    ["m0", false],
    ["logits", true],
  ]);
});
