// Laws of circuits of edges: all, none and one cut, against other ways to the same numbers; under other kinds of ablation see
// ablation.test.ts.
import { afterAll, expect, test } from "vitest";
import { Random } from "../../engine/base/random.ts";
import { Executor } from "../../engine/activations/executor.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { parseNode } from "../../engine/circuit/node.ts";
import { edgeIndex, edgeTable } from "../../engine/circuit/topology.ts";
import { UnitSpace } from "../../engine/circuit/unit-set.ts";
import { Evaluator, mean } from "../../engine/evaluate/evaluator.ts";
import { MetricReader } from "../../engine/evaluate/metric-reader.ts";
import { measureConnections } from "../../engine/score/connections.ts";
import { EdgeCircuits } from "../../engine/score/edge-circuit.ts";
import { exactEdges } from "../../engine/score/exact-edges.ts";
import { GATED, PLAIN, randomExamples, randomModel } from "../random-model.ts";

const metric = "logit-difference" as const;
const resample = { kind: "resample", reference: "paired", perPosition: false } as const;
const disposables: { dispose(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(disposables.map((each) => each.dispose())));

const MODELS = [
  ["plain", PLAIN],
  ["gated, grouped key-value heads", GATED],
  ["parallel blocks", { ...PLAIN, parallelBlocks: true }],
] as const;

async function circuitsOf(config: (typeof MODELS)[number][1]) {
  const executor = new Executor(randomModel(config, 9), { threads: 1, precision: "float64" });
  const examples = randomExamples(config, [6, 8, 6], 9);
  const circuits = await EdgeCircuits.over(executor, examples, resample);
  disposables.push(circuits, executor);
  const reader = new MetricReader(executor, metric);
  const value = async (kept: Uint8Array) => {
    const values: number[] = [];
    for (const { examples, end } of await circuits.ends(kept)) values.push(...(await reader.values(end, examples)));
    return mean(values);
  };
  return { executor, examples, circuits, value, all: edgeTable(circuits.topology, circuits.topology.edges) };
}

// Oracle: the executor's own passes over clean and corrupt prompts.
test.each(MODELS)("all edges are the model, none the corrupt run (1e-9), %s", async (_, config) => {
  const { executor, examples, value, all, circuits } = await circuitsOf(config);
  const space = new UnitSpace(config, ["head", "mlp"]);
  const evaluator = await Evaluator.create(executor, examples, { metric, ablation: resample, space });
  const full = await evaluator.measure(space.full());
  const swapped = examples.map((example) => ({ ...example, clean: example.corrupt, corrupt: example.clean }));
  const other = await Evaluator.create(executor, swapped, { metric, ablation: resample, space });
  const corrupt = await other.measure(space.full());
  expect(await value(all)).toBeCloseTo(mean(full.metric), 9);
  expect(await value(edgeTable(circuits.topology, []))).toBeCloseTo(mean(corrupt.metric), 9);
});

// Oracle: path patching of one edge at a time in the full model.
test.each(MODELS)("one edge cut is that edge patched (1e-9), %s", async (_, config) => {
  const { executor, examples, value, all, circuits } = await circuitsOf(config);
  const full = new UnitSpace(config, ["head", "mlp"]).full();
  const { edges } = await measureConnections(executor, examples, full, { metric, ablation: resample });
  const whole = await value(all);
  for (const { source, target, input, weight } of edges.filter((_, i) => i % 7 === 0)) {
    const edge = { source: parseNode(source)!, target: parseNode(target)!, ...(input && { input }) };
    const cut = all.slice();
    cut[edgeIndex(circuits.topology, edge)] = 0;
    expect((await value(cut)) - whole, formatEdge(edge)).toBeCloseTo(weight, 9);
  }
});

// Oracle: circuits with every edge but one.
test("exact scores of edges are what cutting each does, in the order of the topology (1e-9)", async () => {
  const { executor, examples, circuits, value, all } = await circuitsOf(GATED);
  const scores = await exactEdges(executor, examples, { metric, ablation: resample });
  expect(scores.map(formatEdge)).toEqual(circuits.topology.edges.map(formatEdge));
  const whole = await value(all);
  for (const edge of scores.filter((_, i) => i % 11 === 0)) {
    const cut = all.slice();
    cut[edgeIndex(circuits.topology, edge)] = 0;
    expect((await value(cut)) - whole, formatEdge(edge)).toBeCloseTo(edge.score, 9);
  }
});

// Oracle: runs that begin at the first layer, every one on circuits of edges of its own.
test.each(MODELS)("a run that goes on from another circuit's gives the same bits, %s", async (_, config) => {
  const { circuits, value, all } = await circuitsOf(config);
  const random = Random.seeded(4, "circuits");
  const tables = [1, 0.9, 0.2, 0.9, 0.05, 0.5].map((share) => all.map((edge) => (random.uniform() < share ? edge : 0)));
  const { slots } = circuits.topology;
  const last = tables.at(-1)!.slice();
  for (let at = slots.length - 1; at < last.length; at += slots.length) last[at] = all[at];
  tables.push(last);
  for (const [i, table] of tables.entries()) {
    const fresh = await circuitsOf(config);
    expect(await value(table), `table ${i}`).toBe(await fresh.value(table));
  }
});

test("only what differs is run again: from an input that differs, or a node that is wanted again", async () => {
  const { circuits, all } = await circuitsOf(PLAIN);
  const { topology } = circuits;
  const but = (...names: string[]) => {
    const table = all.slice();
    for (const edge of topology.edges) if (names.includes(formatEdge(edge))) table[edgeIndex(topology, edge)] = 0;
    return table;
  };
  const lastLayer = PLAIN.nLayers - 1;
  expect(circuits.firstDifference(all, undefined)).toBe(0);
  expect(circuits.firstDifference(but("input->logits"), all)).toBe(PLAIN.nLayers);
  expect(circuits.firstDifference(but(`input->m${lastLayer}`), all)).toBe(lastLayer);
  expect(circuits.firstDifference(but("input->m0", `input->m${lastLayer}`), all)).toBe(0);
  const silent = topology.edges.filter(({ source }) => source.kind === "head" && source.layer === 0).map(formatEdge);
  expect(circuits.firstDifference(but(...silent.filter((name) => !name.endsWith("logits"))), but(...silent))).toBe(0);
});
