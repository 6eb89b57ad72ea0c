// Laws of every lens, on small random models in float64.
import { describe, expect, test } from "vitest";
import { GATED, PARALLEL, PLAIN, randomModel } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import { Packing } from "../activations/packing.ts";
import { capture } from "../activations/capture.ts";
import { logitsOf } from "../readout/logits.ts";
import type { Reading } from "../readout/readings.ts";
import { affineLens } from "./affine-lens.ts";
import { fitJacobianLens } from "./jacobian-lens.ts";
import { depthOf, formatPoint, lensPoints } from "./points.ts";
import { readLens } from "./read.ts";
import { shiftedLens } from "./shifted-lens.ts";
import { statesAt } from "./states.ts";
import { trainTunedLens } from "./tuned-lens.ts";

const PROMPTS = [{ ids: [3, 7, 1, 9, 4] }, { ids: [2, 5, 11] }];
const ENDS = [
  { prompt: 0, position: 4 },
  { prompt: 1, position: 2 },
];
const EVERY = [...Array(20).keys()];

const logitsIn = ({ tokens }: Reading) => tokens.map(({ logit }) => logit);

test("points follow the computation, and the last one is the stream behind the last layer", () => {
  expect(lensPoints(2, ["residPre"]).map(formatPoint)).toEqual(["residPre 0", "residPre 1", "residPost 1"]);
  expect(lensPoints(2, ["residMid", "residPost"]).map(formatPoint)).toEqual([
    "residMid 0",
    "residPost 0",
    "residMid 1",
    "residPost 1",
  ]);
  expect(lensPoints(2, ["residPre", "residMid"]).map(depthOf)).toEqual([0, 0.5, 1, 1.5, 2]);
});

describe.each([
  ["gated", GATED],
  ["plain", PLAIN],
  ["parallel", PARALLEL],
])("on a model of the %s form", (_, config) => {
  const model = randomModel(config, 5);
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  const points = lensPoints(config.nLayers, ["residPre"]);
  const request = { points, tokens: [EVERY, EVERY] };

  test("at the last point every lens is the model itself", async () => {
    const packing = Packing.ofLengths(PROMPTS.map(({ ids }) => ids.length));
    const ids = PROMPTS.flatMap((prompt) => prompt.ids);
    const { residual } = await capture(executor, packing, executor.embed(ids, packing.positions), { sites: [] });
    const logits = await logitsOf(executor, residual);
    const expected = [...packing.endRows].map((row) => [...logits.subarray(row * 20, (row + 1) * 20)]);
    const shifted = await shiftedLens(executor, PROMPTS, points);
    for (const lens of [undefined, shifted]) {
      const read = await readLens(executor, PROMPTS, ENDS, { ...request, lens });
      expect(read.map((place) => logitsIn(place.at(-1)!))).toEqual(expected);
      expect(read.map((place) => place.at(-1)!.kl.to)).toEqual([expect.closeTo(0, 12), expect.closeTo(0, 12)]);
    }
  });

  test("before the first layer it is the run in which every layer writes nothing", async () => {
    const silent = randomModel(config, 5, (weights) => ({
      ...weights,
      W_O: weights.W_O.map(() => 0),
      b_O: weights.b_O?.map(() => 0),
      W_out: weights.W_out.map(() => 0),
      b_out: weights.b_out?.map(() => 0),
    }));
    const other = new Executor(silent, { threads: 1, precision: "float64" });
    const own = await readLens(executor, PROMPTS, ENDS, request);
    const none = await readLens(other, PROMPTS, ENDS, request);
    await other.dispose();
    expect(own.map((place) => logitsIn(place[0]))).toEqual(none.map((place) => logitsIn(place.at(-1)!)));
  });

  test("a tuned lens of zeros is the logit lens to the bit", async () => {
    const zero = { weight: new Float32Array(config.dModel ** 2), bias: new Float32Array(config.dModel) };
    const lens = await affineLens(
      executor,
      "tuned",
      points.map(() => zero),
    );
    expect(await readLens(executor, PROMPTS, ENDS, { ...request, lens })).toEqual(
      await readLens(executor, PROMPTS, ENDS, request),
    );
    await lens.dispose();
  });

  test("the shifted lens changes nothing in the mean of its own prompts behind the last layer, and moves the others there", async () => {
    const lens = await shiftedLens(executor, PROMPTS, points);
    const states = await statesAt(executor, PROMPTS, ENDS, points);
    const { dModel } = config;
    const at = (place: number, point: number) =>
      states.subarray((place * points.length + point) * dModel, (place * points.length + point + 1) * dModel);
    const mean = (rows: readonly ArrayLike<number>[]) =>
      Array.from({ length: dModel }, (_, i) => (rows[0][i] + rows[1][i]) / 2);
    const moved = [await lens.translate(points[1], at(0, 1)), await lens.translate(points[1], at(1, 1))];
    const target = mean([at(0, points.length - 1), at(1, points.length - 1)]);
    mean(moved).forEach((value, i) => expect(value).toBeCloseTo(target[i], 12));
  });

  test("the Jacobian lens is the mean of the derivatives that central differences give", async () => {
    const texts = [{ ids: [3, 7, 1, 9, 4, 6] }];
    const skip = 1;
    const maps = await fitJacobianLens(executor, texts, { skip });
    const layer = 1;
    const { dModel } = config;
    const packing = Packing.ofLengths([6]);
    const embedded = executor.embed(texts[0].ids, packing.positions);
    const { at } = await capture(executor, packing, embedded, { sites: ["residPre"] });
    const valid = [1, 2, 3, 4];
    const last = async (position: number, dimension: number, by: number) => {
      const start = at.residPre![layer].slice();
      start[position * dModel + dimension] += by;
      const { residual } = await capture(executor, packing, start, { sites: [], from: layer });
      return Array.from({ length: dModel }, (_, out) =>
        valid.reduce((sum, target) => sum + residual[target * dModel + out], 0),
      );
    };
    const h = 1e-5;
    for (const dimension of [0, 7]) {
      const columns = await Promise.all(
        valid.map(async (position) => {
          const [above, below] = [await last(position, dimension, h), await last(position, dimension, -h)];
          return above.map((value, i) => (value - below[i]) / (2 * h));
        }),
      );
      for (let out = 0; out < dModel; out++) {
        const expected = columns.reduce((sum, column) => sum + column[out], 0) / valid.length;
        expect(maps[layer].weight[dimension * dModel + out]).toBeCloseTo(expected, 5);
      }
    }
  });
});

test("a lens of maps between layers has none inside them, and says so", async () => {
  const executor = new Executor(randomModel(GATED, 1), { threads: 1 });
  const zero = { weight: new Float32Array(256), bias: new Float32Array(16) };
  const lens = await affineLens(executor, "tuned", [zero, zero, zero]);
  await expect(readLens(executor, PROMPTS, ENDS, { points: lensPoints(3, ["residMid"]), lens })).rejects.toThrow(
    "A tuned lens has no map at residMid 0",
  );
  await lens.dispose();
  await executor.dispose();
});

test("training a tuned lens brings every layer nearer to the model's output on texts that it did not see", async () => {
  const model = randomModel(GATED, 8);
  const executor = new Executor(model, { threads: 1 });
  const texts = Array.from({ length: 40 }, (_, t) => ({
    ids: Array.from({ length: 12 }, (_, i) => (t * 7 + i * i + 3 * i) % 20),
  }));
  const losses: number[] = [];
  const settings = { steps: 60, rows: 40, seed: 1 };
  const maps = await trainTunedLens(executor, texts.slice(0, 30), settings, {
    onStep: (_, __, loss) => losses.push(loss),
  });
  expect(losses).toHaveLength(60);
  const unseen = texts.slice(30);
  const places = unseen.map((_, prompt) => ({ prompt, position: 11 }));
  const points = lensPoints(3, ["residPre"]);
  const lens = await affineLens(executor, "tuned", maps);
  const [plain, tuned] = [
    await readLens(executor, unseen, places, { points }),
    await readLens(executor, unseen, places, { points, lens }),
  ];
  const divergence = (read: Reading[][], point: number) =>
    read.reduce((sum, place) => sum + place[point].kl.from, 0) / read.length;
  for (const point of [0, 1, 2]) expect(divergence(tuned, point)).toBeLessThan(divergence(plain, point));
  expect(await trainTunedLens(executor, texts.slice(0, 30), { ...settings, steps: 3 })).toEqual(
    await trainTunedLens(executor, texts.slice(0, 30), { ...settings, steps: 3 }),
  );
  await lens.dispose();
  await executor.dispose();
});
