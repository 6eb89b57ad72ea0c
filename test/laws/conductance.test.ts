// Laws of conductance, gradients beside the change of activations along the path of integrated gradients: complete over every cut,
// attribution where the path is one step, the sum that it is defined as; exact on a linear model in ablation.test.ts.
import { afterAll, describe, expect, test } from "vitest";
import type { Ablation } from "../../engine/activations/ablation.ts";
import { Executor } from "../../engine/activations/executor.ts";
import { ABLATIONS } from "../../engine/choices/lists.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { formatNode, INPUT, type Node } from "../../engine/circuit/node.ts";
import { headUnit, mlpUnit, neuronUnit, type Unit } from "../../engine/circuit/unit.ts";
import { mean } from "../../engine/evaluate/evaluator.ts";
import { metricValue } from "../../engine/metric/metric.ts";
import type { Model, ModelConfig } from "../../engine/model/model.ts";
import { edgeAttribution, type EdgeScore } from "../../engine/score/edge-attribution.ts";
import { type GradientScores, gradientScores, scoreOf } from "../../engine/score/gradient-scores.ts";
import { pathOf } from "../../engine/score/integration-path.ts";
import type { Example } from "../../engine/task/example.ts";
import { readyAblation, TRIED_ABLATIONS } from "../plain-ablations.ts";
import { embed, plainRun, type Rows } from "../plain-transformer.ts";
import { GATED, linearised, PARALLEL, PLAIN, randomExamples, randomModel, straighten } from "../random-model.ts";

const metric = "logit-difference" as const;
const resample = { kind: "resample", reference: "paired", perPosition: false } as const;

const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.dispose())));

function executorOf(model: Model): Executor {
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  executors.push(executor);
  return executor;
}

const edgesBy = (executor: Executor, examples: readonly Example[], steps: number): Promise<EdgeScore[]> =>
  edgeAttribution(executor, examples, { metric, ablation: resample, path: pathOf("conductance", steps) });

const unitsBy = (executor: Executor, examples: readonly Example[], steps: number): Promise<GradientScores> =>
  gradientScores(executor, examples, resample, pathOf("conductance", steps), { metric });

const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);

/** Scores of the edges over the stream in front of each layer and in front of the logits, added up: every way crosses each of these. */
function cutSums(scores: readonly EdgeScore[], { nLayers }: ModelConfig): number[] {
  const placeOf = (node: Node) => (node.kind === "input" ? -1 : node.kind === "logits" ? nLayers : node.layer);
  return Array.from({ length: nLayers + 1 }, (_, cut) => {
    const crossing = scores.filter(({ source, target }) => placeOf(source) < cut && placeOf(target) >= cut);
    return total(crossing.map(({ score }) => score));
  });
}

/** m(corrupt) − m(clean), by the plain transformer. */
function wholeChange(model: Model, examples: readonly Example[]): number {
  const valueOf = (example: Example, which: "clean" | "corrupt") =>
    metricValue(metric, example, plainRun(model, example[which].ids).logits);
  return mean(examples.map((example) => valueOf(example, "corrupt") - valueOf(example, "clean")));
}

const unitsOf = (
  { nLayers, nHeads, dMlp }: ModelConfig,
  layers = Array.from({ length: nLayers }, (_, l) => l),
): Unit[] =>
  layers.flatMap((layer) => [
    ...Array.from({ length: nHeads }, (_, head) => headUnit(layer, head)),
    mlpUnit(layer),
    ...Array.from({ length: dMlp }, (_, neuron) => neuronUnit(layer, neuron)),
  ]);

describe.each([
  ["plain", PLAIN],
  ["gated MLP, grouped key-value heads", GATED],
  ["parallel blocks", PARALLEL],
] as const)("%s", (_, config) => {
  const model = randomModel(config, 9);
  const executor = executorOf(model);
  const examples = randomExamples(config, [5, 6], 9, 0);

  // Oracle: whole runs of the plain transformer. What is left behind a first-order error is of second order.
  test("over every cut scores add up to m(corrupt) − m(clean): to 0.2 logits with 32 points, and twice the points halve the error (to 0.02)", async () => {
    const exact = wholeChange(model, examples);
    const [few, many] = [await edgesBy(executor, examples, 16), await edgesBy(executor, examples, 32)];
    const errors = [few, many].map((scores) => cutSums(scores, config).map((sum) => sum - exact));
    expect(errors[1]).toHaveLength(config.nLayers + 1);
    for (const [cut, error] of errors[1].entries()) {
      expect(Math.abs(error), `cut ${cut}`).toBeLessThanOrEqual(0.2);
      expect(Math.abs(error - errors[0][cut] / 2), `cut ${cut}`).toBeLessThanOrEqual(0.02);
    }
  });

  // Oracle: whole runs of the plain transformer from embeddings on the path, one edge alone carrying a little more or less of its change.
  test("the score of an edge is Σ over points of the slope along what its source changes by (1e-6)", async () => {
    const points = 3;
    const scores = await edgesBy(executor, examples, points);
    const chosen = scores.filter(({ source }, i) => i % (source.kind === "input" ? 17 : 43) === 0);
    expect(chosen.length).toBeGreaterThan(5);
    const runs = examples.map((example) => {
      const [clean, corrupt] = [embed(model, example.clean.ids), embed(model, example.corrupt.ids)];
      return Array.from({ length: points + 1 }, (_, k) => {
        const input = plus(corrupt, plus(clean, corrupt, -1), k / points);
        const fixed = new Map([[formatNode(INPUT), input]]);
        return { fixed, writes: plainRun(model, example.clean.ids, { fixed }).writes };
      });
    });
    const slope = 1e-4;
    for (const edge of chosen) {
      const source = formatNode(edge.source);
      const expected = examples.map((example, e) =>
        total(
          runs[e].slice(1).map(({ fixed, writes }, k) => {
            const here = writes.get(source)!;
            const change = plus(runs[e][k].writes.get(source)!, here, -1);
            const valueAt = (share: number) => {
              const carried = plus(here, change, share);
              const carry = (from: string, slot: Omit<EdgeScore, "source" | "score">) =>
                formatEdge({ ...slot, source: edge.source }) === formatEdge(edge) && from === source
                  ? carried
                  : undefined;
              return metricValue(metric, example, plainRun(model, example.clean.ids, { fixed, edge: carry }).logits);
            };
            return (valueAt(slope) - valueAt(-slope)) / (2 * slope);
          }),
        ),
      );
      expect(Math.abs(edge.score - mean(expected)), formatEdge(edge)).toBeLessThanOrEqual(1e-6);
    }
  });

  // Oracle: each node's own score, whose gradient is the sum of those at everything that reads it.
  test("scores of all edges out of a node add up to its own, and neurons of a layer to its MLP (1e-6)", async () => {
    const own = await unitsBy(executor, examples, 3);
    const edges = await edgesBy(executor, examples, 3);
    const outOf = (node: Node) =>
      total(edges.filter(({ source }) => formatNode(source) === formatNode(node)).map(({ score }) => score));
    expect(outOf(INPUT)).toBeCloseTo(own.input, 6);
    for (const unit of unitsOf(config)) {
      if (unit.kind === "head" || unit.kind === "mlp")
        expect(outOf(unit), formatNode(unit)).toBeCloseTo(scoreOf(own, unit), 6);
    }
    for (let layer = 0; layer < config.nLayers; layer++) {
      const neurons = unitsOf(config, [layer]).filter(({ kind }) => kind === "neuron");
      expect(total(neurons.map((unit) => scoreOf(own, unit)))).toBeCloseTo(own.mlps.data[layer], 6);
    }
  });

  test("in one step it is attribution, of edges (1e-9) and of units (1e-6, kept as float32)", async () => {
    const path = pathOf("attribution", 1);
    const edges = await edgeAttribution(executor, examples, { metric, ablation: resample, path });
    const stepped = await edgesBy(executor, examples, 1);
    for (const [i, edge] of edges.entries()) expect(stepped[i].score, formatEdge(edge)).toBeCloseTo(edge.score, 9);
    const units = await gradientScores(executor, examples, resample, path, { metric });
    const own = await unitsBy(executor, examples, 1);
    for (const unit of unitsOf(config)) expect(scoreOf(own, unit)).toBeCloseTo(scoreOf(units, unit), 6);
    expect(own.input).toBeCloseTo(units.input, 9);
  });
});

const plus = (rows: Rows, others: Rows, share: number): Rows =>
  rows.map((row, at) => row.map((x, i) => x + share * others[at][i]));

// The norms divide by √(10¹² + variance), so the model is linear to one part in 10¹¹.
test("on a linear model scores over every cut add up exactly, whatever the points (1e-6)", async () => {
  const model = randomModel(linearised, 5, straighten);
  const examples = randomExamples(linearised, [7, 7], 5);
  const exact = wholeChange(model, examples);
  expect(Math.abs(exact)).toBeGreaterThan(0.1);
  const executor = executorOf(model);
  for (const points of [1, 3]) {
    for (const sum of cutSums(await edgesBy(executor, examples, points), linearised)) expect(sum).toBeCloseTo(exact, 6);
  }
});

// 8,320 rows are more than one pass holds.
test("examples of two passes are walked each on its own path: their scores are the mean of those of their halves (1e-6, kept as float32)", async () => {
  const config = { ...PLAIN, nLayers: 1, nHeads: 2, nKeyValueHeads: 2, dMlp: 4 };
  const executor = executorOf(randomModel(config, 9));
  const examples = randomExamples(config, new Array<number>(260).fill(32), 9);
  const halves = [examples.slice(0, 130), examples.slice(130)];
  const units = await unitsBy(executor, examples, 2);
  const ofHalves = [await unitsBy(executor, halves[0], 2), await unitsBy(executor, halves[1], 2)];
  expect(units.input).toBeCloseTo(mean(ofHalves.map(({ input }) => input)), 6);
  for (const unit of unitsOf(config)) {
    expect(scoreOf(units, unit)).toBeCloseTo(mean(ofHalves.map((half) => scoreOf(half, unit))), 6);
  }
  const edges = await edgesBy(executor, examples, 2);
  const edgesOfHalves = [await edgesBy(executor, halves[0], 2), await edgesBy(executor, halves[1], 2)];
  for (const [i, { score }] of edges.entries()) {
    expect(score).toBeCloseTo(mean(edgesOfHalves.map((half) => half[i].score)), 6);
  }
});

test("by position, the scores of an edge at all positions add up to it (1e-9)", async () => {
  const executor = executorOf(randomModel(GATED, 4));
  const path = pathOf("conductance", 3);
  const request = { metric, ablation: resample, path, positions: [0, 1, 2, 3, 4, 5] } as const;
  for (const { score, byPosition } of await edgeAttribution(executor, randomExamples(GATED, [6, 6], 4), request)) {
    expect(total(byPosition!)).toBeCloseTo(score, 9);
  }
});

test.each(TRIED_ABLATIONS.filter(([, { kind }]) => !ABLATIONS[kind].isRun))(
  "%s: there is no run to begin at, and what to do instead is said",
  async (_, choice) => {
    const executor = executorOf(randomModel(PLAIN, 9));
    const examples = randomExamples(PLAIN, [5], 9);
    const ablation: Ablation = readyAblation(choice, PLAIN);
    const path = pathOf("conductance", 2);
    const sentence =
      `Conductance goes from a corrupt run of the model to the clean one, and what ${choice.kind} ablation gives is of no run; ` +
      "choose --ablation resample, or --method integrated-gradients.";
    await expect(edgeAttribution(executor, examples, { metric, ablation, path })).rejects.toThrow(sentence);
    await expect(gradientScores(executor, examples, ablation, path, { metric })).rejects.toThrow(sentence);
  },
);
