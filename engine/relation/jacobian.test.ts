import { describe, expect, test } from "vitest";
import { GATED, PARALLEL, PLAIN, randomModel } from "../../test/random-model.ts";
import { capture } from "../activations/capture.ts";
import { Executor } from "../activations/executor.ts";
import type { ModelConfig } from "../model/model.ts";
import { allLayers, jacobians } from "./jacobian.ts";
import type { SubjectPrompt } from "./prompts.ts";
import { packPrompts } from "./states.ts";

const prompt = (ids: number[], subjectPosition: number): SubjectPrompt => ({
  subject: "s",
  object: "o",
  text: "",
  ids,
  subjectPosition,
  objectToken: 0,
});

/** z when the subject's state at a layer is moved by a vector. */
async function objectState(executor: Executor, of: SubjectPrompt, layer: number, move: ArrayLike<number>) {
  const { dModel } = executor.model.config;
  const { packing, embedded } = packPrompts(executor, [of]);
  const site = layer < 0 ? "residPre" : "residPost";
  const at = Math.max(layer, 0);
  const plain = await capture(executor, packing, embedded, { sites: [site], layers: [at] });
  const value = plain.at[site]![at].slice();
  const start = of.subjectPosition * dModel;
  for (let i = 0; i < dModel; i++) value[start + i] += move[i];
  const where = new Uint8Array(value.length).fill(1);
  const moved = await capture(executor, packing, embedded, {
    sites: [],
    patchSites: [site],
    patch: (_, l) => (l === at ? { where, value } : undefined),
  });
  return moved.residual.slice(-dModel);
}

async function centralDifference(executor: Executor, of: SubjectPrompt, layer: number): Promise<Float64Array> {
  const { dModel } = executor.model.config;
  const found = new Float64Array(dModel * dModel);
  const step = 1e-4;
  for (let i = 0; i < dModel; i++) {
    const shifted = (by: number) => {
      const move = new Float64Array(dModel);
      move[i] = by;
      return objectState(executor, of, layer, move);
    };
    const far = [await shifted(2 * step), await shifted(-2 * step)];
    const near = [await shifted(step), await shifted(-step)];
    for (let o = 0; o < dModel; o++) {
      found[o * dModel + i] = (8 * (near[0][o] - near[1][o]) - (far[0][o] - far[1][o])) / (12 * step);
    }
  }
  return found;
}

const greatest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

const models: readonly (readonly [string, ModelConfig])[] = [
  ["gated", GATED],
  ["plain", PLAIN],
  ["parallel", PARALLEL],
];

// Oracle: central differences of fourth order, step 1e-4, float64; tolerance 1e-7 of the largest entry or of 1.
describe.each(models)("jacobians() on a random %s model", (_, config) => {
  const model = randomModel(config, 3);
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  const layers = allLayers(config.nLayers);

  test("agree with central differences at every layer, with tokens before and after the subject", async () => {
    const prompts = [prompt([3, 1, 4, 1, 5, 9], 2), prompt([2, 7, 1], 0)];
    const found = await jacobians(executor, prompts, layers);
    for (const [p, of] of prompts.entries()) {
      for (const [l, layer] of layers.entries()) {
        const oracle = await centralDifference(executor, of, layer);
        const scale = oracle.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
        expect(greatest(found[p][l], oracle) / scale, `prompt ${p}, layer ${layer}`).toBeLessThan(1e-7);
      }
    }
  });

  test("are the identity behind the last block where the subject ends the prompt", async () => {
    const { dModel, nLayers } = config;
    const [[found]] = await jacobians(executor, [prompt([3, 1, 4], 2)], [nLayers - 1]);
    const identity = Float64Array.from({ length: dModel * dModel }, (_, i) => (i % (dModel + 1) === 0 ? 1 : 0));
    expect(found).toEqual(identity);
  });
});
