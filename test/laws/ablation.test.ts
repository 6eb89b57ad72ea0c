// Law: an ablation means one thing. Under every kind, per position and not, circuits of nodes, circuits of edges, single
// edges, gates and gradients agree on what the embedding, heads, MLPs and neurons give where they are ablated.
import { afterAll, describe, expect, test } from "vitest";
import type { Ablation, AblationChoice } from "../../engine/activations/ablation.ts";
import { Executor } from "../../engine/activations/executor.ts";
import { ABLATIONS } from "../../engine/choices/lists.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { parseNode } from "../../engine/circuit/node.ts";
import { edgeIndex, edgeTable } from "../../engine/circuit/topology.ts";
import { parseUnit } from "../../engine/circuit/unit.ts";
import { UnitSpace } from "../../engine/circuit/unit-set.ts";
import { Evaluator, mean } from "../../engine/evaluate/evaluator.ts";
import { MetricReader } from "../../engine/evaluate/metric-reader.ts";
import { metricValue } from "../../engine/metric/metric.ts";
import type { Model } from "../../engine/model/model.ts";
import { activationPatching } from "../../engine/score/activation-patching.ts";
import { attributionPatching } from "../../engine/score/attribution-patching.ts";
import { measureConnections } from "../../engine/score/connections.ts";
import { edgeAttribution } from "../../engine/score/edge-attribution.ts";
import { EdgeCircuits } from "../../engine/score/edge-circuit.ts";
import { closedGates, openGates } from "../../engine/score/gated-pass.ts";
import { GatedRuns } from "../../engine/score/gated-runs.ts";
import { gradientScores } from "../../engine/score/gradient-scores.ts";
import { pathOf } from "../../engine/score/integration-path.ts";
import type { Example } from "../../engine/task/example.ts";
import { greatestDifference } from "../greatest-difference.ts";
import { plainlyAblated, readyAblation, TRIED_ABLATIONS } from "../plain-ablations.ts";
import { plainRun } from "../plain-transformer.ts";
import { GATED, linearised, PARALLEL, PLAIN, randomExamples, randomModel, straighten } from "../random-model.ts";

const metric = "logit-difference" as const;

const MODELS = [
  ["plain", PLAIN],
  ["gated MLP, grouped key-value heads", GATED],
  ["parallel blocks", PARALLEL],
] as const;

const disposables: { dispose(): Promise<unknown> }[] = [];
afterAll(async () => {
  for (const each of disposables.reverse()) await each.dispose();
});

function executorOf(model: Model): Executor {
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  disposables.push(executor);
  return executor;
}

/** Methods that go from a run of the model to another. */
const alongRuns = ({ kind }: Ablation) => (ABLATIONS[kind].isRun ? (["conductance"] as const) : []);

async function edgesOf(executor: Executor, examples: readonly Example[], ablation: Ablation) {
  const circuits = await EdgeCircuits.over(executor, examples, ablation);
  disposables.push(circuits);
  const reader = new MetricReader(executor, metric);
  const value = async (table: Uint8Array) => {
    const values: number[] = [];
    for (const { examples, end } of await circuits.ends(table)) values.push(...(await reader.values(end, examples)));
    return mean(values);
  };
  return { topology: circuits.topology, value, all: edgeTable(circuits.topology, circuits.topology.edges) };
}

/** What is made for an ablation, once for all the laws that ask for it. */
function onceEach<T>(make: (choice: AblationChoice) => Promise<T>): (choice: AblationChoice) => Promise<T> {
  const made = new Map<AblationChoice, Promise<T>>();
  return (choice) => {
    if (!made.has(choice)) made.set(choice, make(choice));
    return made.get(choice)!;
  };
}

describe.each(MODELS)("%s", (_, config) => {
  const model = randomModel(config, 9);
  const executor = executorOf(model);
  const examples = randomExamples(config, [6, 8, 6], 9);
  const edgesUnder = onceEach((choice) => edgesOf(executor, examples, readyAblation(choice, config)));

  // Oracle: whole runs of a plain transformer in float64 loops, with what the nodes write replaced.
  test.each(TRIED_ABLATIONS)(
    "%s: edges from the embedding and from other nodes, cut alone, are as by hand (1e-9)",
    async (_, choice) => {
      const ablation = readyAblation(choice, config);
      const ablated = await plainlyAblated(model, examples, ablation);
      const { topology, value, all } = await edgesUnder(choice);
      const full = new UnitSpace(config, ["head", "mlp"]).full();
      const { edges } = await measureConnections(executor, examples, full, { metric, ablation });
      const whole = await value(all);
      const plain = (edge?: string) =>
        mean(
          examples.map((example, e) => {
            const { logits } = plainRun(model, example.clean.ids, {
              edge: (from, slot) =>
                edge && formatEdge({ source: parseNode(from)!, ...slot }) === edge ? ablated[e].get(from) : undefined,
            });
            return metricValue(metric, example, logits);
          }),
        );
      const base = plain();
      const chosen = edges.filter(({ source }, i) => (source === "input" ? i % 5 === 0 : i % 29 === 0));
      expect(chosen.filter(({ source }) => source === "input").length).toBeGreaterThan(5);
      for (const { source, target, input, weight } of chosen) {
        const edge = { source: parseNode(source)!, target: parseNode(target)!, ...(input && { input }) };
        const cut = all.slice();
        cut[edgeIndex(topology, edge)] = 0;
        const expected = plain(formatEdge(edge)) - base;
        expect(weight, formatEdge(edge)).toBeCloseTo(expected, 9);
        expect((await value(cut)) - whole, formatEdge(edge)).toBeCloseTo(expected, 9);
      }
    },
  );

  // Oracle: the plain transformer, every node's output fixed at what the ablation gives.
  test.each(TRIED_ABLATIONS)(
    "%s: no edge at all is everything ablated, the embedding too (1e-9)",
    async (_, choice) => {
      const ablation = readyAblation(choice, config);
      const ablated = await plainlyAblated(model, examples, ablation);
      const { value, all } = await edgesUnder(choice);
      const expected = examples.map((example, e) =>
        metricValue(metric, example, plainRun(model, example.clean.ids, { fixed: ablated[e] }).logits),
      );
      expect(await value(all.map(() => 0))).toBeCloseTo(mean(expected), 9);
    },
  );

  // Oracle: the evaluator of circuits of nodes.
  test.each(TRIED_ABLATIONS)(
    "%s: all edges out of some nodes cut are those nodes ablated (1e-9)",
    async (_, choice) => {
      const ablation = readyAblation(choice, config);
      const { topology, value } = await edgesUnder(choice);
      const space = new UnitSpace(config, ["head", "mlp"]);
      const evaluator = await Evaluator.create(executor, examples, { metric, ablation, space });
      for (const ids of [["a0.h1", "m0", "a1.h0"], ["m2", "a2.h3"], space.full().ids()]) {
        const measured = await evaluator.measure(space.full().without(ids.map((id) => parseUnit(id)!)));
        const edges = topology.edges.filter((edge) => !ids.includes(formatEdge(edge).split("->")[0]!));
        expect(await value(edgeTable(topology, edges)), ids.join(" ")).toBeCloseTo(mean(measured.metric), 9);
      }
    },
  );

  // Oracle: the evaluator's run of the same circuit of heads, MLPs and neurons.
  test.each(TRIED_ABLATIONS)("%s: gates of 0 and 1 are the circuit of the open ones (1e-9)", async (_, choice) => {
    const ablation = readyAblation(choice, config);
    const runs = await GatedRuns.over(executor, examples, metric, ablation);
    disposables.push(runs);
    const space = new UnitSpace(config, ["head", "mlp", "neuron"]);
    const evaluator = await Evaluator.create(executor, examples, { metric, ablation, space });
    const closed = ["a0.h1", "a2.h3", "m1", "m0.n3", "m2.n0"].map((id) => parseUnit(id)!);
    const gates = openGates(config);
    gates.heads[1] = gates.heads[2 * config.nHeads + 3] = gates.mlps[1] = 0;
    gates.neurons[3] = gates.neurons[2 * config.dMlp] = 0;
    for (const [kept, open] of [
      [space.full().without(closed), gates],
      [space.empty(), closedGates(config)],
    ] as const) {
      const expected = await evaluator.measure(kept);
      const values = await runs.values(open);
      expected.metric.forEach((value, e) => expect(values[e]).toBeCloseTo(value, 9));
    }
  });
});

describe("gated MLP, grouped key-value heads: gradients", () => {
  const executor = executorOf(randomModel(GATED, 9));
  const examples = randomExamples(GATED, [6, 8, 6], 9);

  // Oracle: each node's own attribution; the gradient behind a node is the sum of those at everything that reads it.
  test.each(TRIED_ABLATIONS)(
    "%s: on every path, scores of all edges out of a node add up to its own (1e-6)",
    async (_, choice) => {
      const ablation = readyAblation(choice, GATED);
      for (const method of [
        "attribution",
        "integrated-gradients",
        "clean-corrupted",
        ...alongRuns(ablation),
      ] as const) {
        const path = pathOf(method, 2);
        const { heads, mlps, input } = await gradientScores(executor, examples, ablation, path, { metric });
        const edges = await edgeAttribution(executor, examples, { metric, ablation, path });
        const outOf = new Map<string, number>();
        for (const edge of edges) {
          const source = formatEdge(edge).split("->")[0]!;
          outOf.set(source, (outOf.get(source) ?? 0) + edge.score);
        }
        const own = new Map([["input", input]]);
        for (let layer = 0; layer < GATED.nLayers; layer++) {
          own.set(`m${layer}`, mlps.data[layer]);
          for (let head = 0; head < GATED.nHeads; head++)
            own.set(`a${layer}.h${head}`, heads.data[layer * GATED.nHeads + head]);
        }
        expect([...outOf.keys()].sort()).toEqual([...own.keys()].sort());
        const largest = Math.max(1, ...[...own.values()].map(Math.abs));
        for (const [id, score] of own)
          expect(Math.abs(outOf.get(id)! - score), `${method} ${id}`).toBeLessThanOrEqual(1e-6 * largest);
      }
    },
  );
});

// The norms divide by √(10¹² + variance), so the model is linear to one part in 10¹¹; scores are kept as float32.
// Zeros and small constants stand too far from the values of neurons behind a raised bias for the ReLUs of later layers to stay straight.
describe("on a linear model", () => {
  const executor = executorOf(randomModel(linearised, 5, straighten));
  const examples = randomExamples(linearised, [7, 7, 7], 5);
  const positions = [2, 6];

  // Oracle: exact patching of single sites.
  test.each(TRIED_ABLATIONS)(
    "%s: attribution is exact, by unit and position, the embedding too (1e-6 of the largest)",
    async (_, choice) => {
      const ablation = readyAblation(choice, linearised);
      const lastOnly = ablation.kind === "zero" || ablation.kind === "optimal" ? [linearised.nLayers - 1] : undefined;
      const { heads, mlps, neurons, input, byPosition } = await attributionPatching(executor, examples, {
        metric,
        ablation,
        positions,
      });
      const forms = [
        ["z", "head", heads],
        ["z", "head-position", byPosition!.heads],
        ["mlpOut", "layer", mlps],
        ["mlpOut", "position", byPosition!.mlps],
        ["hidden", "neuron", neurons],
        ["residPre", "layer", { data: Float32Array.of(input) }],
        ["residPre", "position", byPosition!.input],
      ] as const;
      for (const [site, by, estimate] of forms) {
        // A constant stands for the embedding, not for a stream; edges out of the embedding are held to it below.
        if (ablation.kind === "optimal" && site === "residPre") continue;
        const layers = site === "residPre" ? [0] : site === "hidden" ? lastOnly : undefined;
        const request = { direction: "noising", site, by, ablation, metric, positions, layers } as const;
        const { effect } = await activationPatching(executor, examples, request);
        const found = estimate.data.slice(-effect.data.length);
        const largest = greatestDifference(effect.data, new Float32Array(effect.data.length));
        expect(largest, `${site} by ${by}: an effect to be found`).toBeGreaterThan(0.1);
        expect(greatestDifference(found, effect.data), `${site} by ${by}`).toBeLessThanOrEqual(1e-6 * largest);
      }
    },
  );

  // Oracle: path patching of single edges in the full model.
  test.each(TRIED_ABLATIONS)(
    "%s: scores of edges are exact, on the path through the embeddings too (1e-6 of the largest)",
    async (_, choice) => {
      const ablation = readyAblation(choice, linearised);
      const full = new UnitSpace(linearised, ["head", "mlp"]).full();
      const { edges } = await measureConnections(executor, examples, full, { metric, ablation });
      const exact = new Map(
        edges.map(({ source, target, input, weight }) => [`${source}->${target}${input ? `<${input}>` : ""}`, weight]),
      );
      const largest = Math.max(...edges.map(({ weight }) => Math.abs(weight)));
      for (const method of ["attribution", "integrated-gradients", ...alongRuns(ablation)] as const) {
        const scores = await edgeAttribution(executor, examples, { metric, ablation, path: pathOf(method, 2) });
        expect(scores).toHaveLength(edges.length);
        for (const edge of scores) {
          const name = formatEdge(edge);
          expect(Math.abs(edge.score - exact.get(name)!), `${method} ${name}`).toBeLessThanOrEqual(1e-6 * largest);
        }
      }
    },
  );
});
