// Laws of gradient scores: complete along the path, nothing where nothing differs; exact on a linear model in ablation.test.ts.
import { afterAll, expect, test } from "vitest";
import { capture } from "../../engine/activations/capture.ts";
import { Executor } from "../../engine/activations/executor.ts";
import { Packing, takeRows } from "../../engine/activations/packing.ts";
import { MetricReader } from "../../engine/evaluate/metric-reader.ts";
import { activationPatching } from "../../engine/score/activation-patching.ts";
import { formatNode } from "../../engine/circuit/node.ts";
import { UnitSpace } from "../../engine/circuit/unit-set.ts";
import { attributionPatching } from "../../engine/score/attribution-patching.ts";
import { edgeAttribution } from "../../engine/score/edge-attribution.ts";
import { integratedGradients } from "../../engine/score/integrated-gradients.ts";
import { type PathEnd, pathOf, pathPoints } from "../../engine/score/integration-path.ts";
import { gradientScores } from "../../engine/score/gradient-scores.ts";
import { Evaluator, mean } from "../../engine/evaluate/evaluator.ts";
import { greatestDifference } from "../greatest-difference.ts";
import { GATED, PLAIN, randomExamples, randomModel } from "../random-model.ts";

const resample = { kind: "resample", reference: "paired", perPosition: false } as const;
const metric = "logit-difference" as const;
const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.dispose())));

function executorOf(model: Parameters<typeof randomModel>): Executor {
  const executor = new Executor(randomModel(...model), { threads: 1, precision: "float64" });
  executors.push(executor);
  return executor;
}

test("by position, the scores of all positions add up to the whole", async () => {
  const executor = executorOf([PLAIN, 9]);
  const examples = randomExamples(PLAIN, [6, 6], 9);
  const scores = await attributionPatching(executor, examples, {
    metric,
    ablation: resample,
    positions: [0, 1, 2, 3, 4, 5],
  });
  const sums = Float32Array.from(scores.heads.data, (_, i) =>
    scores.byPosition!.heads.data.subarray(i * 6, (i + 1) * 6).reduce((sum, x) => sum + x, 0),
  );
  expect(greatestDifference(sums, scores.heads.data)).toBeLessThanOrEqual(1e-6);
});

test("the neurons of a layer add up to its MLP (1e-6)", async () => {
  const executor = executorOf([GATED, 4]);
  const scores = await attributionPatching(executor, randomExamples(GATED, [6, 8], 4), { metric, ablation: resample });
  const sums = Float32Array.from(scores.mlps.data, (_, layer) =>
    scores.neurons.data.subarray(layer * GATED.dMlp, (layer + 1) * GATED.dMlp).reduce((sum, x) => sum + x, 0),
  );
  expect(greatestDifference(sums, scores.mlps.data)).toBeLessThanOrEqual(1e-6);
});

// The gradient behind a node is the sum of those at everything that reads it.
test.each([
  ["plain", PLAIN],
  ["gated, grouped key-value heads", GATED],
  ["parallel blocks", { ...PLAIN, parallelBlocks: true }],
] as const)("the scores of all edges out of a node add up to its attribution (1e-6), %s", async (_, config) => {
  const executor = executorOf([config, 9]);
  const examples = randomExamples(config, [6, 8], 9);
  const request = { metric, ablation: resample } as const;
  const { heads, mlps, input } = await attributionPatching(executor, examples, request);
  const edges = await edgeAttribution(executor, examples, request);
  const outOf = new Map<string, number>();
  for (const { source, score } of edges) outOf.set(formatNode(source), (outOf.get(formatNode(source)) ?? 0) + score);
  const { nHeads, nLayers } = config;
  const nodes = Array.from({ length: nLayers }, (_, layer) => [
    ...Array.from({ length: nHeads }, (_, head) => [`a${layer}.h${head}`, heads.data[layer * nHeads + head]] as const),
    [`m${layer}`, mlps.data[layer]] as const,
  ]).flat();
  for (const [id, attribution] of [["input", input] as const, ...nodes]) {
    expect(outOf.get(id), id).toBeCloseTo(attribution, 6);
  }
});

// Oracle: central differences of the plain pass along the path at its clean end, in float64, step 1e-5.
test.each(["probability-difference", "log-probability"] as const)(
  "the input's score at a metric that is not linear, %s, is the slope of the metric along the path",
  async (name) => {
    const executor = executorOf([GATED, 4]);
    const examples = randomExamples(GATED, [6, 8], 4);
    const { input } = await attributionPatching(executor, examples, { metric: name, ablation: resample });
    const packing = Packing.ofLengths(examples.map(({ clean }) => clean.ids.length));
    const embed = (which: "clean" | "corrupt") =>
      executor.embed(
        examples.flatMap((example) => example[which].ids),
        packing.positions,
      );
    const [clean, corrupt] = [embed("clean"), embed("corrupt")];
    const reader = new MetricReader(executor, name);
    const metricAt = async (step: number) => {
      const embedded = clean.map((x, i) => x + step * (corrupt[i] - x));
      const { residual } = await capture(executor, packing, embedded, { sites: [] });
      return mean(await reader.values(takeRows(residual, GATED.dModel, packing.endRows), examples));
    };
    const slope = ((await metricAt(1e-5)) - (await metricAt(-1e-5))) / 2e-5;
    expect(Math.abs(input - slope)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(slope)));
  },
);

// Both ends together are the trapezoidal rule, whose error falls with the square of the number of points.
test("integrated gradients of the input add up to m(corrupt) − m(clean), 1e-4 with 128 points and both ends", async () => {
  const executor = executorOf([PLAIN, 9]);
  const examples = randomExamples(PLAIN, [5, 6], 9);
  const inputOf = async (end: PathEnd) =>
    (await integratedGradients(executor, examples, { metric, steps: 128, end })).input;
  const ends = await Promise.all([inputOf("clean"), inputOf("corrupt")]);
  const { clean, corrupt } = await activationPatching(executor, examples, {
    direction: "noising",
    site: "residPre",
    by: "layer",
    ablation: resample,
    metric,
    layers: [0],
  });
  expect(Math.abs(mean(ends) - (corrupt - clean))).toBeLessThanOrEqual(1e-4);
});

// Oracle: the evaluator's passes with a whole part ablated. The path through a part is straight in what that part writes.
test.each([
  ["plain", PLAIN],
  ["gated, grouped key-value heads", GATED],
  ["parallel blocks", { ...PLAIN, parallelBlocks: true }],
] as const)(
  "gradients through each part's own output add up to what ablating that part does (1e-3 of the largest), %s",
  async (_, config) => {
    const executor = executorOf([config, 9]);
    const examples = randomExamples(config, [5, 6], 9);
    const points = Array.from({ length: 16 }, (_, k) => (k + 0.5) / 16);
    const path = { through: "parts", change: "whole", alphas: points } as const;
    const { heads, mlps, neurons } = await gradientScores(executor, examples, resample, path, { metric });
    const edges = await edgeAttribution(executor, examples, { metric, ablation: resample, path });
    const space = new UnitSpace(config, ["head", "mlp"]);
    const evaluator = await Evaluator.create(executor, examples, { metric, ablation: resample, space });
    const full = space.full();
    const whole = await evaluator.metric(full);
    const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
    const found: { readonly part: string; readonly exact: number; readonly sums: readonly number[] }[] = [];
    for (let layer = 0; layer < config.nLayers; layer++) {
      const units = { head: full.units("head"), mlp: full.units("mlp") };
      for (const kind of ["head", "mlp"] as const) {
        const own = units[kind].filter((unit) => unit.layer === layer);
        const exact = (await evaluator.metric(full.without(own))) - whole;
        const outOf = edges.filter(({ source }) => source.kind === kind && source.layer === layer);
        const width = kind === "head" ? config.nHeads : config.dMlp;
        const parts = (kind === "head" ? heads : neurons).data.subarray(layer * width, (layer + 1) * width);
        const sums = [sum(parts), sum(outOf.map(({ score }) => score)), ...(kind === "mlp" ? [mlps.data[layer]] : [])];
        found.push({ part: `${kind} ${layer}`, exact, sums });
      }
    }
    const largest = Math.max(...found.map(({ exact }) => Math.abs(exact)));
    for (const { part, exact, sums } of found) {
      for (const value of sums) expect(Math.abs(value - exact), part).toBeLessThanOrEqual(1e-3 * largest);
    }
  },
);

test("clean and corrupt are the two ends of the path through the embeddings", async () => {
  const executor = executorOf([PLAIN, 9]);
  const examples = randomExamples(PLAIN, [5, 6], 9);
  const scoresOn = (alphas: readonly number[]) =>
    edgeAttribution(executor, examples, {
      metric,
      ablation: resample,
      path: { through: "input", change: "whole", alphas },
    });
  const both = await edgeAttribution(executor, examples, {
    metric,
    ablation: resample,
    path: pathOf("clean-corrupted", 5),
  });
  const [clean, corrupt] = [await scoresOn([1]), await scoresOn([0])];
  both.forEach(({ score }, i) => expect(score).toBeCloseTo((clean[i].score + corrupt[i].score) / 2, 9));
});

test("by position, the scores of an edge at all positions add up to it (1e-9)", async () => {
  const executor = executorOf([GATED, 4]);
  const examples = randomExamples(GATED, [6, 6], 4);
  const positions = [0, 1, 2, 3, 4, 5];
  const edges = await edgeAttribution(executor, examples, { metric, ablation: resample, positions });
  for (const { score, byPosition } of edges) expect(byPosition!.reduce((a, b) => a + b, 0)).toBeCloseTo(score, 9);
});

test("the points of the path are k/m for k = 1 … m, or for k = 0 … m − 1", () => {
  expect(pathPoints(5, "clean")).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
  expect(pathPoints(5, "corrupt")).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
});

test.each([0, 2.5, -1])("%d points are refused", async (steps) => {
  const executor = executorOf([PLAIN, 9]);
  const examples = randomExamples(PLAIN, [5], 9);
  await expect(async () => integratedGradients(executor, examples, { metric, steps })).rejects.toThrow(
    `Integrated gradients need a whole number of steps from 1, not ${steps}.`,
  );
});

test("scores are zero where clean and corrupt are the same", async () => {
  const executor = executorOf([PLAIN, 9]);
  const same = randomExamples(PLAIN, [5, 6], 9).map((example) => ({ ...example, corrupt: example.clean }));
  const { heads, mlps, input } = await attributionPatching(executor, same, { metric, ablation: resample });
  expect([...heads.data, ...mlps.data, input].every((score) => score === 0)).toBe(true);
});
