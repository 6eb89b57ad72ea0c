// Oracle: the same products over all features in plain JavaScript (float64); max |Δ| ≤ 1e-5.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { few, type FeatureLists, type TrainingArrays, trainingMemory, type TrainingSizes } from "./training-memory.ts";
import { TrainingProducts } from "./training-products.ts";

const [batch, dIn, dSae, dOut] = [8, 5, 32, 7];
const sizes: TrainingSizes = { batch, dIn, dSae, dOut, kind: "jumprelu", k: 4, sparsity: 1, bandwidth: 0.5 };
const random = Random.seeded(3, "products");
const normal = () => random.normal();

let arrays: TrainingArrays;
let products: TrainingProducts;

beforeAll(async () => {
  const memory = trainingMemory(sizes);
  arrays = memory.arrays;
  products = await TrainingProducts.over(sizes, arrays, memory.kernels);
});

afterAll(async () => {
  await products.dispose();
});

/** Lists so many entries of "row feature", spread evenly. */
function fill({ starts, columns, values }: FeatureLists, features: number, entries: number): Float32Array {
  const whole = new Float32Array(batch * features);
  for (let i = 0; i < entries; i++) whole[Math.floor((i * whole.length) / entries)] = normal();
  let count = 0;
  for (let row = 0; row < batch; row++) {
    for (let j = 0; j < features; j++) {
      const value = whole[row * features + j];
      if (value === 0) continue;
      columns[count] = j;
      values[count++] = value;
    }
    starts[row + 1] = count;
  }
  expect(count).toBe(entries);
  return whole;
}

/** a "n m" · b "m p"; a and b by their entries. */
function product(
  [n, m, p]: readonly [number, number, number],
  a: (i: number, j: number) => number,
  b: (i: number, j: number) => number,
): number[] {
  return Array.from({ length: n * p }, (_, at) => {
    let sum = 0;
    for (let j = 0; j < m; j++) sum += a(Math.floor(at / p), j) * b(j, at % p);
    return sum;
  });
}

function far(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i])), 0);
}

const AMONG = Int32Array.from([1, 4, 5, 9, 14, 15, 20, 31]);

describe.each([
  ["few features", 12, undefined],
  ["as many as are multiplied one by one", 16, undefined],
  ["many features", 17, undefined],
  ["all features", batch * dSae, undefined],
  ["few features of some", 9, AMONG],
  ["many features of some", 50, AMONG],
] as const)("with %s", (_, entries, some) => {
  test("the reconstruction's error and all gradients are those of whole matrices", async () => {
    const { values, gradients, centred, error, pre } = arrays;
    const near = arrays.near!;
    for (const array of [values.wEnc, values.bEnc, values.wDec, values.bDec, centred]) array.set(array.map(normal));
    for (const gradient of Object.values(gradients)) gradient.fill(0);
    const target = Float32Array.from({ length: batch * dOut }, normal);
    const features = some?.length ?? dSae;
    const f = fill(arrays.active, features, entries);
    const nearby = some ? undefined : fill(near, dSae, entries === batch * dSae ? 64 : 3);
    const feature = (j: number) => some?.[j] ?? j;
    const slope = 0.3;

    await products.encode(centred, pre);
    const before = product(
      [batch, dIn, dSae],
      (r, i) => centred[r * dIn + i],
      (i, j) => values.wEnc[j * dIn + i],
    );
    expect(
      far(
        pre,
        before.map((sum, at) => sum + values.bEnc[at % dSae]),
      ),
    ).toBeLessThan(1e-5);

    const among = some && products.named(arrays.active, some);
    expect(among).toBe(entries > few(sizes) ? some : undefined);
    const lists = arrays.active;
    await products.reconstruct({
      ...{ lists, near: nearby && near, among, target, bias: values.bDec, slope, error },
    });
    const decoded = product(
      [batch, features, dOut],
      (r, j) => f[r * features + j],
      (j, i) => values.wDec[feature(j) * dOut + i],
    );
    expect(
      far(
        error,
        decoded.map((sum, at) => slope * (sum + values.bDec[at % dOut] - target[at])),
      ),
    ).toBeLessThan(1e-5);

    const atFeatures = product(
      [batch, dOut, features],
      (r, i) => error[r * dOut + i],
      (i, j) => values.wDec[feature(j) * dOut + i],
    );
    const listed = (whole: Float32Array) => atFeatures.filter((_, at) => whole[at] !== 0);
    expect(far(lists.gradients.subarray(0, entries), listed(f))).toBeLessThan(1e-5);
    if (nearby) expect(far(near.gradients.subarray(0, near.starts[batch]), listed(nearby))).toBeLessThan(1e-5);

    const place = new Map([...Array(features).keys()].map((j) => [feature(j), j]));
    const of = (whole: ArrayLike<number>, row: number, j: number) => {
      const own = place.get(j);
      return own === undefined ? 0 : whole[row * features + own];
    };
    const atDecoder = product(
      [dSae, batch, dOut],
      (j, r) => of(f, r, j),
      (r, i) => error[r * dOut + i],
    );
    expect(far(gradients.wDec, atDecoder)).toBeLessThan(1e-5);

    await products.encodeBack({ lists, among }, centred);
    const masked = atFeatures.map((slope, at) => (f[at] === 0 ? 0 : slope));
    const atEncoder = product(
      [dSae, batch, dIn],
      (j, r) => of(masked, r, j),
      (r, i) => centred[r * dIn + i],
    );
    expect(far(gradients.wEnc, atEncoder)).toBeLessThan(1e-5);
  });
});
