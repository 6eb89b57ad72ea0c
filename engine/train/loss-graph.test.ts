import { expect, suite, test } from "vitest";
import { Random } from "../base/random.ts";
import { f64, type Feed, i64, Program } from "../runtime/ort.ts";
import { lossGraph } from "./loss-graph.ts";
import { initialWeights, type ModelShape, parametersOf, view } from "./parameters.ts";

const SHAPE: ModelShape = { nLayers: 2, nHeads: 2, dModel: 6, dMlp: 5, dVocab: 9, nContext: 5 };
const BATCH = { rows: 2, pairs: 3, pos: 4 };
const WEIGHTS = { circuit: 0.5, consistency: 3, divergence: 2, necessity: 1.5, dispensable: -5 };

suite("lossGraph()", () => {
  test("its gradient is that of central differences in float64, step 1e-6, max |Δ| ≤ 1e-6 · max(1, |gradient|)", async () => {
    const random = Random.seeded(11, "gradient check");
    const parameters = parametersOf(SHAPE);
    const values = initialWeights(parameters, random).map((value) => 3 * value + 0.1 * random.normal());
    const program = await Program.compile(lossGraph(SHAPE, BATCH, WEIGHTS, "float64"), { threads: 1 });
    const fixed = fixedFeeds(random);
    const run = (flat: Float64Array) => {
      const weights = parameters.map(({ name, shape, offset, size }) => [
        name,
        f64(shape, flat.slice(offset, offset + size)),
      ]);
      return program.run({ ...fixed, ...Object.fromEntries(weights) });
    };
    const point = Float64Array.from(values);
    const base = await run(point);
    expect(Number(base.necessity!.data[0])).toBeGreaterThan(0); // else that term would go unchecked
    const lossAt = async (index: number, shift: number) => {
      const moved = point.slice();
      moved[index]! += shift;
      return Number((await run(moved)).loss!.data[0]);
    };
    for (const parameter of parameters) {
      const gradient = base[`gradient.${parameter.name}`]!.data as Float64Array;
      for (const i of new Set([0, parameter.size >> 1, parameter.size - 1, random.below(parameter.size)])) {
        const difference = (await lossAt(parameter.offset + i, 1e-6)) - (await lossAt(parameter.offset + i, -1e-6));
        const slope = gradient[i]!;
        expect(Math.abs(difference / 2e-6 - slope), `${parameter.name}[${i}]`).toBeLessThan(
          1e-6 * Math.max(1, Math.abs(slope)),
        );
      }
    }
    await program.dispose();
  });

  test("with plain text the loss of zero weights is log dVocab", async () => {
    const parameters = parametersOf(SHAPE);
    const program = await Program.compile(lossGraph(SHAPE, { ...BATCH, pairs: 0 }, WEIGHTS, "float64"), { threads: 1 });
    const zeros = parameters.map(({ name, shape, size }) => [name, f64(shape, new Float64Array(size))]);
    const { ids, targets, targetWeights } = fixedFeeds(Random.seeded(1));
    const rows = (ids!.data as BigInt64Array).slice(0, BATCH.rows * BATCH.pos);
    const feeds = { ids: i64([BATCH.rows, BATCH.pos], rows), targets: targets!, targetWeights: targetWeights! };
    const { loss } = await program.run({ ...Object.fromEntries(zeros), ...feeds }, ["loss"]);
    expect(Number(loss!.data[0])).toBeCloseTo(Math.log(SHAPE.dVocab), 12);
    await program.dispose();
  });
});

function fixedFeeds(random: Random): Record<string, Feed> {
  const { rows, pairs, pos } = BATCH;
  const { nLayers, nHeads, dModel, dVocab } = SHAPE;
  const ids = (count: number) => Array.from({ length: count }, () => random.below(dVocab));
  const z = [pairs, nHeads, pos, dModel / nHeads];
  const normals = (count: number) => Float64Array.from({ length: count }, () => random.normal());
  const corruptZ = Array.from({ length: nLayers }, (_, layer) => [
    `corruptZ.${layer}`,
    f64(z, normals(pairs * pos * dModel)),
  ]);
  return {
    ids: i64([rows + pairs, pos], BigInt64Array.from(ids((rows + pairs) * pos), BigInt)),
    targets: i64([rows * pos], BigInt64Array.from(ids(rows * pos), BigInt)),
    targetWeights: f64([rows * pos], new Float64Array(rows * pos).fill(1 / (rows * pos))),
    end: i64([pairs], BigInt64Array.from([2, 7, 11], BigInt)),
    right: i64([pairs], BigInt64Array.from([1, 2, 3], BigInt)),
    wrong: i64([pairs], BigInt64Array.from([4, 5, 6], BigInt)),
    gates: f64([nLayers, nHeads], Float64Array.of(1, 0, 0, 1)),
    reducedGates: f64([nLayers, nHeads], Float64Array.of(1, 0, 0, 0)),
    ...Object.fromEntries(corruptZ),
  };
}

suite("view()", () => {
  test("shares memory with the flat array", () => {
    const [first] = parametersOf(SHAPE);
    const flat = new Float32Array(first!.size + 1);
    view(flat, first!)[0] = 7;
    expect(flat[0]).toBe(7);
  });
});
