// Oracles: a probe is at the minimum of its own loss (gradient in plain loops, 1e-8); a component is the axis along which the differences
// of random pairs are longest (power iteration, 1e-6); directions of the weights are the weights.
import { afterAll, describe, expect, test } from "vitest";
import { GATED, randomModel } from "../../../test/random-model.ts";
import { Executor } from "../../activations/executor.ts";
import { dot, norm } from "../../activations/change-rows.ts";
import { runPlan } from "../../activations/run-plan.ts";
import { Random } from "../../base/random.ts";
import { cosine, meanOfRows, minus, times, unit } from "../direction.ts";
import type { SidesStates } from "../sides.ts";
import { differenceOfMeans } from "./difference-of-means.ts";
import { headsVector, indirectEffects, meanHeadOutputs, topHeads } from "./function-vector.ts";
import { probeWeights, RIDGE } from "./logistic-probe.ts";
import { featureVector, neuronVector, relationVector, unembeddingDifference } from "./of-weights.ts";
import { principalComponent } from "./principal-component.ts";
import { randomVectors } from "./random.ts";
import { taskVector } from "./task-vector.ts";

const random = Random.seeded(4);
const row = (width: number, shift = 0) => Float64Array.from({ length: width }, () => random.normal() + shift);
const rows = (count: number, width: number, shift: number) => Array.from({ length: count }, () => row(width, shift));

const model = randomModel(GATED, 9);
const executor = new Executor(model, { threads: 1, precision: "float64" });
afterAll(() => executor.dispose());
const { dModel, dHead, nHeads, nLayers } = model.config;

const sides = (plus: Float64Array[], other: Float64Array[]): SidesStates => {
  const split = (texts: Float64Array[]) => ({ train: texts.map((text) => [text]), validation: [], test: [] });
  return { layers: [0], at: "end", plus: split(plus), minus: split(other) };
};

describe.each([
  ["more texts than dimensions", 30, 6],
  ["more dimensions than texts", 5, 40],
])("of two sides, with %s", (_, count, width) => {
  const [plus, other] = [rows(count, width, 0.4), rows(count, width, -0.4)];
  const mean = minus(meanOfRows(plus), meanOfRows(other));

  test("the difference of means is that", () => {
    expect(differenceOfMeans(sides(plus, other))).toEqual([mean]);
  });

  test("the component is the longest axis of the differences, as long as the mean lies along it, towards plus", () => {
    const [component] = principalComponent(sides(plus, other));
    const differences = plus.map((a, i) => minus(a, other[i]));
    let axis = unit(row(width));
    for (let step = 0; step < 3000; step++) {
      const next = new Float64Array(width);
      for (const difference of differences) times(difference, dot(difference, axis)).forEach((x, i) => (next[i] += x));
      axis = unit(next);
    }
    expect(Math.abs(cosine(component, axis))).toBeCloseTo(1, 6);
    expect(dot(component, mean)).toBeGreaterThan(0);
    expect(norm(component)).toBeCloseTo(Math.abs(dot(axis, mean)), 6);
  });

  test("the probe's weights are where its loss is flat", () => {
    const all = [...plus, ...other];
    const centre = meanOfRows(all);
    const centred = all.map((x) => minus(x, centre));
    const scale = Math.sqrt(centred.reduce((sum, x) => sum + dot(x, x), 0) / (all.length * width));
    const x = centred.map((one) => times(one, 1 / scale));
    const w = times(probeWeights(plus, other), scale);
    // The intercept is where the chances sum to the number of plus texts.
    let [low, high] = [-50, 50];
    const chance = (z: number) => 1 / (1 + Math.exp(-z));
    const total = (bias: number) => x.reduce((sum, one) => sum + chance(dot(one, w) + bias), 0) - count;
    for (let step = 0; step < 200; step++) {
      const middle = (low + high) / 2;
      if (total(middle) > 0) high = middle;
      else low = middle;
    }
    const gradient = times(w, RIDGE);
    x.forEach((one, r) => {
      const error = (chance(dot(one, w) + low) - (r < count ? 1 : 0)) / all.length;
      one.forEach((value, i) => (gradient[i] += error * value));
    });
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-8);
  });
});

describe("of examples", () => {
  const prompts = [3, 7, 5].map((length) => ({
    ids: Array.from({ length }, () => random.below(20)),
    answer: random.below(20),
  }));

  test("a task vector is the mean state at the ends; in the state's place at the last layer the model says the same whatever the query", async () => {
    const theta = await taskVector(executor, prompts);
    expect(theta).toHaveLength(nLayers + 1);
    const logits = async (ids: readonly number[]) => {
      const { read } = await runPlan(executor, {
        worlds: [{ ids }],
        changes: [
          {
            world: 0,
            where: { site: "residPost", layer: nLayers - 1, at: "end" },
            change: { op: "set", to: { vector: Array.from(theta[nLayers]) } },
          },
        ],
        read: [{ world: 0, site: "logits", at: "end" }],
      });
      return Array.from(read[0].rows[0]);
    };
    expect(await logits(prompts[0].ids)).toEqual(await logits(prompts[1].ids));
  });

  test("all heads of a layer together, with the bias, are its attention output", async () => {
    const means = await meanHeadOutputs(executor, prompts);
    const heads = Array.from({ length: nHeads }, (_, head) => ({ layer: 1, head }));
    const sum = headsVector(executor, heads, means);
    const outs = [];
    for (const { ids } of prompts) {
      outs.push(
        (
          await runPlan(executor, {
            worlds: [{ ids }],
            changes: [],
            read: [{ world: 0, site: "attnOut", layer: 1, at: "end" }],
          })
        ).read[0].rows[0],
      );
    }
    const { b_O } = model.layer(1);
    meanOfRows(outs).forEach((x, i) => expect(sum[i] + (b_O?.[i] ?? 0)).toBeCloseTo(x, 5));
  });

  test("a head's indirect effect is 0 where its mean is what it writes anyway", async () => {
    const [prompt] = prompts;
    const means = await meanHeadOutputs(executor, [prompt]);
    const { byHead } = await indirectEffects(executor, [prompt], means);
    byHead.forEach((layer) => layer.forEach((effect) => expect(Math.abs(effect)).toBeLessThan(1e-12)));
    const other = await indirectEffects(executor, [prompts[1]], means);
    const [first, second] = topHeads(other.byHead, 2);
    expect(other.byHead[first.layer][first.head]).toBeGreaterThanOrEqual(other.byHead[second.layer][second.head]);
    expect(means[0]).toHaveLength(nHeads * dHead);
  });
});

describe("of the weights", () => {
  test("a neuron's is its row of W_out, an unembedding difference that of two columns", () => {
    expect(Array.from(neuronVector(model, 1, 3))).toEqual(
      Array.from(model.layer(1).W_out.subarray(3 * dModel, 4 * dModel)),
    );
    const columns = model.unembedRows([4, 2]);
    const difference = unembeddingDifference(model, 4, 2);
    difference.forEach((x, i) => expect(x).toBeCloseTo(columns[i] - columns[dModel + i], 6));
    expect(() => neuronVector(model, 9, 0)).toThrow("There is no layer 9");
  });

  test("a feature's is its row of the decoder, whatever the decoder's bias", async () => {
    const dictionary = {
      width: 3,
      features: 2,
      decode: (f: ArrayLike<number>) => Float64Array.of(1 + 2 * f[0], 5 + f[1], f[0] - f[1]),
    };
    const unused = () => new Float64Array(0);
    const whole = { ...dictionary, encode: unused, encodeGradient: unused, decodeGradient: unused };
    expect(Array.from(await featureVector(whole, 0, new Float64Array(3)))).toEqual([2, 0, 1]);
    await expect(featureVector(whole, 2, new Float64Array(3))).rejects.toThrow(
      "There is no feature 2; the dictionary has features 0 to 1.",
    );
  });

  test("a relation's, sent through its map, is the difference of the two objects' unembeddings", () => {
    const weight = Float64Array.from(
      { length: dModel * dModel },
      (_, i) => (i % (dModel + 1) === 0 ? 2 : 0) + 0.1 * random.normal(),
    );
    const move = relationVector(model, { weight, bias: new Float64Array(dModel) }, dModel, { from: 2, to: 4 });
    const target = unembeddingDifference(model, 4, 2);
    target.forEach((x, r) => expect(dot(weight.subarray(r * dModel, (r + 1) * dModel), move)).toBeCloseTo(x, 8));
  });
});

test("random directions have the length asked for, and draw i is the same whatever the number of draws", () => {
  const three = randomVectors(8, 2.5, 3, 7);
  three.forEach((vector) => expect(norm(vector)).toBeCloseTo(2.5, 12));
  expect(randomVectors(8, 2.5, 2, 7)).toEqual(three.slice(0, 2));
  expect(randomVectors(8, 2.5, 1, 8)[0]).not.toEqual(three[0]);
});
