// Oracle: PyTorch (test/reference/vectors says how), on the embedded model. Vectors 1e-5 relative; scores 1e-4; KL 2e-4; logits of hooks
// against weights 1e-3 (measured there: 6.7e-6).
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { Executor } from "../activations/executor.ts";
import { dot, norm } from "../activations/change-rows.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { type FreeChange, neutralEffects } from "../evaluate/neutral-effect.ts";
import { SafetensorsFile } from "../formats/safetensors.ts";
import { openModel } from "../model/open.ts";
import { runPlan } from "../activations/run-plan.ts";
import { aurocOf, Ranker } from "../neuron/auroc.ts";
import { logitsOf } from "../readout/logits.ts";
import type { ContrastSets } from "../task/contrast-sets.ts";
import { changesOf, writesOf } from "./act.ts";
import type { Directions } from "./direction.ts";
import { orthogonalised } from "./orthogonalised.ts";
import { ofLayer, statesOfSides } from "./sides.ts";
import { scoresUnder } from "./score.ts";
import { differenceOfMeans } from "./ways/difference-of-means.ts";

interface Reference {
  readonly norm: readonly number[];
  readonly aurocTest: readonly number[];
  readonly plusTokens: readonly (readonly [number, string])[];
  readonly minusTokens: readonly (readonly [number, string])[];
  readonly metricPrompts: readonly { readonly text: string; readonly clean: number }[];
  readonly layerSweep: { readonly delta: readonly number[]; readonly KL: readonly number[] };
  readonly coefficients: Readonly<Record<string, { readonly perPrompt: readonly number[]; readonly KL: number }>>;
  readonly ablation: { readonly perPrompt: readonly number[]; readonly KL: number };
  readonly null: {
    readonly metric: readonly number[];
    readonly deltaOfVector: number;
    readonly z: number;
    readonly KL: readonly number[];
  };
  readonly data: {
    readonly plus: readonly string[];
    readonly minus: readonly string[];
    readonly neutral: readonly string[];
  };
  readonly bestLayer: number;
  readonly metricClean: number;
}

const folder = new URL("../../test/reference/vectors/", import.meta.url);
const reference = JSON.parse(readFileSync(new URL("sprig-gender.json", folder), "utf8")) as Reference;
const tensors = SafetensorsFile.open(new URL("sprig-gender.safetensors", folder).pathname);
const v = tensors.readRows("v", 0, 5);
const random = tensors.readRows("random", 0, 20);
tensors.close();

const model = openModel("sprig");
const executor = new Executor(model);
const { dModel, nLayers } = model.config;
const weights = orthogonalised(model, v.subarray(2 * dModel, 3 * dModel));
const orthogonal = new Executor(weights);
afterAll(async () => {
  await executor.dispose();
  await orthogonal.dispose();
  model.close();
});

const SETS: Pick<ContrastSets, "template" | "plus" | "minus"> = {
  template: "plain",
  plus: { train: reference.data.plus.slice(0, 24), validation: [], test: reference.data.plus.slice(24) },
  minus: { train: reference.data.minus.slice(0, 24), validation: [], test: reference.data.minus.slice(24) },
};
const prompts = reference.metricPrompts.map(({ text }) => ({ ids: model.tokenizer.encode(text) }));
const neutral = reference.data.neutral.map((text) => ({ ids: model.tokenizer.encode(text) }));
const score = { plus: reference.plusTokens.map(([id]) => id), minus: reference.minusTokens.map(([id]) => id) };
const directions: Directions = {
  method: "difference",
  layers: [-1, 0, 1, 2, 3],
  vectors: [0, 1, 2, 3, 4].map((i) => Float64Array.from(v.subarray(i * dModel, (i + 1) * dModel))),
  about: {},
};
const acting = { action: "add", layers: [reference.bestLayer], scale: 1, unit: "vector", positions: "all" } as const;
const changes = (over: Partial<Parameters<typeof changesOf>[1]>): FreeChange[] =>
  changesOf(directions, { ...acting, ...over }, model.config);
const furthest = (found: ArrayLike<number>, expected: readonly number[]) =>
  Math.max(...expected.map((x, i) => Math.abs(x - found[i])));

test("the difference of means is PyTorch's at every layer, and parts the test texts as it does there", async () => {
  const states = await statesOfSides(executor, SETS as ContrastSets, "end");
  const vectors = differenceOfMeans(states);
  vectors.forEach((vector, i) => {
    const expected = directions.vectors[i];
    const error = norm(vector.map((x, d) => x - expected[d]));
    expect(error, `layer ${i - 1}`).toBeLessThanOrEqual(1e-5 * Math.max(norm(expected), 1));
    expect(norm(vector)).toBeCloseTo(reference.norm[i], 4);
    if (norm(vector) === 0) return;
    const along = (rows: readonly Float64Array[]) => rows.map((row) => dot(row, vector));
    const values = [...along(ofLayer(states.plus.test, i)), ...along(ofLayer(states.minus.test, i))];
    const auroc = aurocOf(
      new Ranker(values.length).rank(values),
      Int32Array.from({ length: 8 }, (_, e) => e),
    );
    expect(auroc).toBeCloseTo(reference.aurocTest[i], 6);
  });
});

describe("added, subtracted and projected out", () => {
  test("it moves score and neutral text as in PyTorch, at every layer and coefficient", async () => {
    const layers = Array.from({ length: nLayers }, (_, layer) => layer);
    const coefficients = Object.keys(reference.coefficients).map(Number);
    const sweep = layers.map((layer) => changes({ layers: [layer] }));
    const doses = coefficients.map((scale) => changes({ scale }));
    const [clean, ...scores] = await scoresUnder(executor, prompts, score, [[], ...sweep, ...doses]);
    const effects = await neutralEffects(
      executor,
      neutral,
      [...sweep, ...doses].map((of) => ({ changes: of })),
    );
    expect(
      furthest(
        clean,
        reference.metricPrompts.map((prompt) => prompt.clean),
      ),
    ).toBeLessThan(1e-4);
    layers.forEach((layer) => {
      const change = [0, 1, 2, 3, 4, 5].reduce((sum, p) => sum + (scores[layer][p] - clean[p]) / 6, 0);
      expect(Math.abs(change - reference.layerSweep.delta[layer])).toBeLessThan(1e-4);
      expect(Math.abs(effects[layer].kl.mean - reference.layerSweep.KL[layer])).toBeLessThan(2e-4);
    });
    coefficients.forEach((scale, c) => {
      const expected = reference.coefficients[String(scale)];
      expect(furthest(scores[nLayers + c], expected.perPrompt), `at ${scale}`).toBeLessThan(1e-4);
      expect(Math.abs(effects[nLayers + c].kl.mean - expected.KL), `KL at ${scale}`).toBeLessThan(2e-4);
    });
    // Law: 0 times anything is nothing, to the bit.
    expect(Array.from(scores[nLayers + coefficients.indexOf(0)])).toEqual(Array.from(clean));
  });

  test("it is beside 20 random directions what it is there, rank 1 of 21", async () => {
    const nulls = Array.from({ length: 20 }, (_, r): FreeChange[] => [
      {
        where: { site: "residPost", layer: 1, at: "all" },
        change: { op: "add", what: { vector: Array.from(random.subarray(r * dModel, (r + 1) * dModel)) }, scale: 1 },
      },
    ]);
    const scores = await scoresUnder(executor, prompts, score, [changes({}), ...nulls]);
    const means = scores.map((row) => row.reduce((sum, x) => sum + x, 0) / row.length - reference.metricClean);
    expect(
      furthest(
        means.slice(1),
        reference.null.metric.map((x) => x - reference.metricClean),
      ),
    ).toBeLessThan(1e-4);
    const figure = besideNull(means[0], undefined, means.slice(1));
    expect(figure.value).toBeCloseTo(reference.null.deltaOfVector, 3);
    expect(figure.z).toBeCloseTo(reference.null.z, 2);
    expect([figure.rank, figure.rankApart]).toEqual([1, 1]);
  });

  test("projected out of every write, nothing of it is left in the stream, twice is once, and the weights say the same", async () => {
    const project = changes({ action: "project" });
    const [scores, twice] = await scoresUnder(executor, prompts, score, [project, [...project, ...project]]);
    expect(furthest(scores, reference.ablation.perPrompt)).toBeLessThan(1e-4);
    expect(furthest(twice, Array.from(scores))).toBeLessThan(1e-5);
    const [effect] = await neutralEffects(executor, neutral, [{ changes: project }]);
    expect(Math.abs(effect.kl.mean - reference.ablation.KL)).toBeLessThan(2e-4);
    const unit = directions.vectors[2].map((x) => x / norm(directions.vectors[2]));
    const read = [0, 1, 2, 3].map((layer) => ({ world: 0, site: "residPost", layer, at: "all" }) as const);
    const plan = { worlds: [prompts[0]], changes: project.map((change) => ({ ...change, world: 0 })), read };
    for (const { rows } of (await runPlan(executor, plan)).read) {
      for (const row of rows) expect(Math.abs(dot(unit, row))).toBeLessThan(1e-5 * norm(row));
    }
    const ends = [{ world: 0, site: "residPost", layer: nLayers - 1, at: "end" }] as const;
    for (const { ids } of prompts) {
      const hooks = await runPlan(executor, { ...plan, worlds: [{ ids }], read: ends });
      const bare = await runPlan(orthogonal, { worlds: [{ ids }], changes: [], read: ends });
      const [a, b] = await Promise.all([
        logitsOf(executor, hooks.read[0].rows[0]),
        logitsOf(orthogonal, bare.read[0].rows[0]),
      ]);
      expect(furthest(a, Array.from(b))).toBeLessThan(1e-3);
    }
    const [byWeights] = await neutralEffects(executor, neutral, [{ model: orthogonal }]);
    expect(Math.abs(byWeights.kl.mean - reference.ablation.KL)).toBeLessThan(2e-4);
    expect(project).toHaveLength(writesOf(nLayers).length);
  });

  test("a coefficient in units of the stream is one of the vector at another length", () => {
    const streamNorms = [1, 2, 30, 4, 5];
    const [{ change }] = changes({ unit: "stream", scale: 0.5, streamNorms });
    expect(change).toMatchObject({ op: "add", scale: 15 / norm(directions.vectors[2]) });
  });

  test.each([
    [
      "a layer that it is not known at",
      { layers: [7] },
      "The direction is not known at layer 7; it is at -1, 0, 1, 2, 3.",
    ],
    ["a layer at which both sides are one state", { layers: [-1] }, "The direction is zero at layer -1"],
    ["several layers of one projection", { action: "project", layers: [1, 2] }, "name one layer whose direction it is"],
    ["the other side's mean where there are no sides", { action: "affine" }, "was not made from two sides"],
    [
      "a state of generated tokens",
      { action: "replace", positions: "generated" },
      "A state is replaced at the prompt's end",
    ],
  ] as const)("is refused: %s", (_, over, sentence) => {
    expect(() => changes(over)).toThrow(sentence);
  });
});
