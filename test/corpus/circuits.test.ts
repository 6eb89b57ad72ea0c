// Broken circuit files, each with the sentence that a reader of it must see.
import { describe, expect, test } from "vitest";
import { EngineError } from "../../engine/base/errors.ts";
import { formatCircuit, parseCircuit } from "../../engine/circuit/circuit-file.ts";
import { exampleCircuit } from "../example-circuit.ts";

const GOOD = formatCircuit(exampleCircuit());

/** The good file with one change to its parsed content. */
function changed(change: (circuit: Loose) => void): string {
  const circuit = JSON.parse(GOOD) as Loose;
  change(circuit);
  return JSON.stringify(circuit);
}

/** A circuit whose fields can be set to anything, as in a broken file. */
type Loose = { [field: string]: Loose } & Loose[] & { push(value: unknown): void };

function set(path: string, value: unknown): string {
  return changed((circuit) => {
    const keys = path.split(".");
    const parent = keys
      .slice(0, -1)
      .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, circuit);
    const last = keys.at(-1) as string;
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  });
}

const NOT_JSON: [name: string, text: string, sentence: string][] = [
  ["empty", "", "x.circuit.json: the file is empty. Is it still being written?"],
  ["white space", " \n\t", "x.circuit.json: the file is empty. Is it still being written?"],
  [
    "cut off",
    GOOD.slice(0, 200),
    "x.circuit.json:8:61: not valid JSON: Unterminated string. Restore the file from where it was written, or correct it there.",
  ],
  [
    "trailing comma",
    '{\n  "format": "secateur.circuit",\n}',
    "x.circuit.json:3:1: not valid JSON: Expected double-quoted property name.",
  ],
  ["two values", `${GOOD}${GOOD}`, "not valid JSON: Unexpected non-whitespace character after JSON."],
  ["bare NaN", '{"version": NaN}', "x.circuit.json:1:13: not valid JSON: Unexpected token"],
  ["a ZIP file", "PK\u0003\u0004\u0000\u0000", "x.circuit.json:1:1: not valid JSON: Unexpected token"],
  ["brackets without end", "[".repeat(100_000), "x.circuit.json:1:100001: not valid JSON"],
];

const NOT_A_CIRCUIT: [name: string, text: string, sentence: string][] = [
  ["a list", "[]", "x.circuit.json: holds a list where a circuit is an object; is this a circuit file?"],
  ["null", "null", "x.circuit.json: holds null where a circuit is an object; is this a circuit file?"],
  ["a number", "1", "x.circuit.json: holds a number where a circuit is an object; is this a circuit file?"],
  [
    "an empty object",
    "{}",
    'x.circuit.json: format: is missing, a circuit file says "secateur.circuit"; is this another kind of file?',
  ],
  [
    "an EAP-IG graph",
    '{"cfg": {}, "nodes": {}, "edges": {}}',
    "x.circuit.json: format: missing; this looks like an EAP-IG graph, which is read as such, not as a circuit file.",
  ],
  [
    "another format",
    set("format", "secateur.journal"),
    'x.circuit.json: format: is "secateur.journal", a circuit file says "secateur.circuit"; is this another kind of file?',
  ],
  [
    "a later version",
    set("version", 3),
    "x.circuit.json: version: is 3, this program reads version 1 and 2; use the release that wrote the file.",
  ],
  [
    "a version as text",
    set("version", "1"),
    'x.circuit.json: version: is "1", this program reads version 1 and 2; use the release that wrote the file.',
  ],
];

const WRONG_FIELD: [name: string, text: string, sentence: string][] = [
  ["no model", set("model", undefined), "model: missing; write an object."],
  ["no kept", set("kept", undefined), "kept: missing; write an object."],
  ["kept is a list", set("kept", ["a0.h0"]), "kept: is a list of 1; write an object."],
  [
    "a misspelt field",
    set("kept.head", ["a0.h0"]),
    'kept.head: unknown field; correct its name or remove it. Did you mean "heads"?',
  ],
  ["an unknown field at the top", set("colour", "red"), "colour: unknown field; correct its name or remove it."],
  ["layers as text", set("model.nLayers", "2"), 'model.nLayers: is "2"; write a finite number.'],
  ["no layers", set("model.nLayers", 0), "model.nLayers: is 0; write 1 or more."],
  ["half a head", set("model.nHeads", 1.5), "model.nHeads: is 1.5; write a whole number."],
  ["absurdly many heads", set("model.nHeads", 1e12), "model.nHeads: is 1000000000000; write 1000000000 or less."],
  [
    "heads that do not divide",
    set("model.nKeyValueHeads", 3),
    "model.nKeyValueHeads: 2 query heads do not divide into 3 key-value heads; correct model.nHeads or model.nKeyValueHeads.",
  ],
  ["a short hash", set("model.sha256", "abc"), 'model.sha256: is "abc"; write 64 lower-case hexadecimal digits.'],
  ["an empty name", set("task.name", ""), 'task.name: is ""; write at least 1 characters.'],
  [
    "a criterion that is none",
    set("search.criterion", "best"),
    'search.criterion: is "best"; write "match" or "at-least" or "difference-only".',
  ],
  [
    "an ablation that is none",
    set("task.ablation.kind", "noise"),
    'task.ablation.kind: is "noise"; write "resample" or "mean" or "zero" or "optimal".',
  ],
  ["a threshold above 1", set("search.threshold", 90), "search.threshold: is 90; write 1 or less."],
  ["nothing searched", set("search.units", []), "search.units: is a list of 0; write at least 1 entries."],
  [
    "a kind that is none",
    set("search.units.0", "layer"),
    'search.units[0]: is "layer"; write "head" or "mlp" or "neuron" or "feature" or "error".',
  ],
  [
    "a faithfulness of null",
    set("results.heldOut.faithfulness", null),
    "results.heldOut.faithfulness: is null; write a finite number.",
  ],
  [
    "an overflowing number",
    GOOD.replace('"weight": -0.25', '"weight": 1e999'),
    "edges[0].weight: is Infinity; write a finite number.",
  ],
  [
    "an interval of three",
    set("results.discovery.interval", [0, 1, 2]),
    "results.discovery.interval: is a list of 3; write at most 2 entries.",
  ],
  [
    "an interval upside down",
    set("results.discovery.interval", [1, 0]),
    "results.discovery.interval: the lower end 1 is above the upper end 0; write [lower, upper].",
  ],
  [
    "a set of units that the model lacks",
    set("results.completeness.worst.removed", ["a0.h0", "a7.h0"]),
    "results.completeness.worst.removed[1]: the model has no a7.h0 (layers 0–1, heads 0–1, neurons 0–7); correct the id, or the sizes in model.",
  ],
  [
    "a unit that is taken out twice",
    set("results.minimality.units", [
      { id: "m1", without: 1 },
      { id: "m1", without: 1 },
    ]),
    'results.minimality.units[1]: "m1" stands here twice; remove one.',
  ],
  [
    "searches that kept a unit that the model lacks",
    set("results.stability.rows.0.units", [{ id: "a7.h0", share: 1 }]),
    "results.stability.rows[0].units[0]: the model has no a7.h0 (layers 0–1, heads 0–1, neurons 0–7); correct the id, or the sizes in model.",
  ],
  [
    "a share of searches in percent",
    set("results.stability.rows.0.holds", 100),
    "results.stability.rows[0].holds: is 100; write 1 or less.",
  ],
  [
    "fewer searches than seeds",
    set("results.stability.rows.1.kept", [3]),
    "results.stability.rows[1].kept: has 1 entries for 3 seeds; write one for each search.",
  ],
  [
    "sizes that fall",
    set("results.stability.rows.1.discovery", 2),
    "results.stability.rows[1].discovery: is 2 after 4; list the sizes rising, each once.",
  ],
  [
    "a size that suffices and was not tried",
    set("results.stability.enough", 6),
    "results.stability.enough: is 6, a size that was not tried (4, 8); write one of these, or leave it out.",
  ],
  [
    "an interval of Jaccard upside down",
    set("results.stability.rows.0.jaccard.interval", [1, 0]),
    "results.stability.rows[0].jaccard.interval: the lower end 1 is above the upper end 0; write [lower, upper].",
  ],
  [
    "neither figures nor a failure on another task",
    set("results.transfer.1.failure", undefined),
    "results.transfer[1]: none has neither figures nor a failure; write one of the two.",
  ],
  [
    "figures on another task without the examples that they are of",
    set("results.transfer.0.split", undefined),
    "results.transfer[0].split: goes with figures; write it.",
  ],
  [
    "an ablation of another task that is none",
    set("results.transfer.0.ablation.kind", "noise"),
    'results.transfer[0].ablation.kind: is "noise"; write "resample" or "mean" or "zero" or "optimal".',
  ],
  [
    "an accuracy in percent",
    set("results.heldOut.accuracy.full", 97),
    "results.heldOut.accuracy.full: is 97; write 1 or less.",
  ],
  [
    "a __proto__ field",
    GOOD.replace('"kept": {', '"kept": { "__proto__": {"heads": []},'),
    "kept.__proto__: unknown field; correct its name or remove it.",
  ],
];

const WRONG_ID: [name: string, text: string, sentence: string][] = [
  [
    "TransformerLens's spelling",
    set("kept.heads.0", "0.0"),
    `kept.heads[0]: is "0.0"; write a head's id such as a3.h1.`,
  ],
  ["an MLP among the heads", set("kept.heads.0", "m0"), `kept.heads[0]: is "m0"; write a head's id such as a3.h1.`],
  [
    "a leading zero",
    set("kept.heads.0", "a00.h0"),
    'kept.heads[0]: "a00.h0" is not an id; numbers have no leading zeros, as in a3.h1, m2, m2.n17.',
  ],
  [
    "a head that the model lacks",
    set("kept.heads.0", "a0.h7"),
    "kept.heads[0]: the model has no a0.h7 (layers 0–1, heads 0–1, neurons 0–7); correct the id, or the sizes in model.",
  ],
  [
    "a layer that the model lacks",
    set("kept.mlps.0", "m2"),
    "kept.mlps[0]: the model has no m2 (layers 0–1, heads 0–1, neurons 0–7); correct the id, or the sizes in model.",
  ],
  ["a head kept twice", set("kept.heads", ["a0.h0", "a0.h0"]), 'kept.heads[1]: "a0.h0" stands here twice; remove one.'],
  [
    "a neuron out of range",
    set("kept.neurons.m1", [8]),
    "kept.neurons.m1[0]: the model has no m1.n8 (layers 0–1, heads 0–1, neurons 0–7); correct the id, or the sizes in model.",
  ],
  ["a neuron kept twice", set("kept.neurons.m1", [2, 2]), 'kept.neurons.m1[1]: "m1.n2" stands here twice; remove one.'],
  ["a negative neuron", set("kept.neurons.m1", [-1]), "kept.neurons.m1[0]: is -1; write 0 or more."],
  [
    "neurons of a head",
    set("kept.neurons", { "a0.h0": [1] }),
    "kept.neurons.a0.h0: is a list of 1; write an MLP's id such as m2 as the name.",
  ],
  [
    "neurons of a removed MLP",
    set("kept.neurons.m0", [1]),
    "kept.neurons.m0: lists neurons of m0, which is not in kept.mlps; add m0 there or leave its neurons out.",
  ],
  [
    "a searched kind without a list",
    set("kept.mlps", undefined),
    'kept.mlps: missing, though search.units names "mlp"; list the kept ones, or [] for none.',
  ],
  [
    "a list of a kind not searched",
    set("search.units", ["head", "mlp"]),
    'kept.neurons: present, though search.units does not name "neuron"; leave it out or add "neuron" there.',
  ],
  [
    "a removed unit that the model lacks",
    set("search.trajectory.1.removed", ["a5.h0"]),
    "search.trajectory[1].removed[0]: the model has no a5.h0 (layers 0–1, heads 0–1, neurons 0–7); correct the id, or the sizes in model.",
  ],
  [
    "the logits removed",
    set("search.trajectory.1.removed", ["logits"]),
    `search.trajectory[1].removed[0]: is "logits"; write a unit's id such as a3.h1, m2, m2.n17, d2.f17 or d2.error.`,
  ],
];

const WRONG_GRAPH: [name: string, text: string, sentence: string][] = [
  [
    "a node of another layer than its id",
    set("nodes.1.layer", 1),
    "nodes[1].layer: 1 does not fit the id a0.h0; write 0.",
  ],
  [
    "a head without its number",
    set("nodes.1.head", undefined),
    "nodes[1].head: absent does not fit the id a0.h0; write 0.",
  ],
  ["an MLP with a head number", set("nodes.3.head", 0), "nodes[3].head: 0 does not fit the id m1; leave it out."],
  [
    "a node listed twice",
    changed((circuit) => circuit.nodes!.push(circuit.nodes![1])),
    'nodes[6].id: "a0.h0" stands here twice; remove one.',
  ],
  [
    "an edge backwards",
    set("edges.1", { source: "a1.h1", target: "a0.h0", input: "q", weight: 1 }),
    "edges[1]: a1.h1 does not feed a0.h0 (an edge runs to a later layer, or from a layer's heads to its MLP); remove it.",
  ],
  [
    "an edge out of the logits",
    set("edges.1", { source: "logits", target: "m1", weight: 1 }),
    "edges[1]: logits does not feed m1",
  ],
  [
    "an edge into a head without its input",
    set("edges.0.input", undefined),
    'edges[0]: an edge into the head a0.h0 needs input "q", "k" or "v".',
  ],
  [
    "an edge into the logits by a query",
    set("edges.3.input", "q"),
    'edges[3]: logits has one input; leave "input" out.',
  ],
  [
    "a head feeding the MLP of its layer in parallel blocks",
    set("model.parallelBlocks", true),
    "edges[2]: a1.h1 does not feed m1",
  ],
  [
    "an edge listed twice",
    changed((circuit) => circuit.edges!.push(circuit.edges![3])),
    "edges[4]: a1.h1->logits stands here twice; remove one.",
  ],
  [
    "an edge to nowhere",
    set("edges.0.target", "a0"),
    `edges[0].target: is "a0"; write a node's id such as input, a3.h1, m2, m2.n17, d2.f17, d2.error or logits.`,
  ],
];

describe.each([
  ["is not JSON", NOT_JSON],
  ["is not a circuit", NOT_A_CIRCUIT],
  ["has a wrong field", WRONG_FIELD],
  ["has a wrong id", WRONG_ID],
  ["has a wrong graph", WRONG_GRAPH],
])("a circuit file that %s", (_, cases) => {
  test.each(cases)("%s", (_name, text, sentence) => {
    const error = errorOf(text);
    expect(error.message).toContain(sentence);
    expect(error.message.startsWith("x.circuit.json")).toBe(true);
    expect([error.code, error.facts.place?.file]).toEqual(["invalid-file", "x.circuit.json"]);
  });
});

test("several problems are listed together", () => {
  const error = errorOf(
    changed((circuit) => {
      circuit.kept!.heads = ["a9.h0", "a0.h9"] as unknown as Loose;
    }),
  );
  expect(error.message.split("\n")).toEqual([
    "x.circuit.json: 2 problems:",
    "  kept.heads[0]: the model has no a9.h0 (layers 0–1, heads 0–1, neurons 0–7); correct the id, or the sizes in model.",
    "  kept.heads[1]: the model has no a0.h9 (layers 0–1, heads 0–1, neurons 0–7); correct the id, or the sizes in model.",
  ]);
});

test("a thousand problems make a short message", () => {
  const heads = Array.from({ length: 1000 }, (_, i) => `a${i + 2}.h0`);
  const lines = errorOf(set("kept.heads", heads)).message.split("\n");
  expect([lines.length, lines.at(-1)]).toEqual([22, "  and 980 more"]);
});

test("every truncation of a good file is a sentence", () => {
  for (let length = 0; length < GOOD.length - 2; length += 7) {
    expect(errorOf(GOOD.slice(0, length)).message).toMatch(/^x\.circuit\.json.*(the file is empty|not valid JSON)/);
  }
});

function errorOf(text: string): EngineError {
  try {
    parseCircuit(text, "x.circuit.json");
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("the broken file was read without an error");
}

test("a circuit with a hundred and fifty thousand wrong ids is a sentence with their number", () => {
  const ids = Array.from({ length: 150_000 }, (_, i) => `a99.h${i}`);
  const error = errorOf(set("kept.heads", ids));
  expect(error.message).toMatch(/^x\.circuit\.json: \d+ problems:/);
  expect(error.facts.count).toBeGreaterThanOrEqual(150_000);
});
