// The laws of the estimators, on states drawn at random.
import { Matrix, solve } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { Random } from "../../base/random.ts";
import { DualRidge } from "../dual-ridge.ts";
import { identity, type LinearMap, meanOf, predicted, product } from "../linear-map.ts";
import { decompose, principalAxes } from "../svd.ts";
import type { TrainingSet } from "../training-set.ts";
import { meanJacobian } from "./mean-jacobian.ts";
import { ESTIMATORS } from "./registry.ts";

const d = 16;

function vectors(count: number, seed: string): Float64Array[] {
  const random = Random.seeded(5, seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: d }, () => random.normal()));
}

const matrix = (seed: string) => Float64Array.from(vectors(d, seed).flatMap((row) => [...row]));
const zeros = (count: number) => Array.from({ length: count }, () => new Float64Array(d));

function greatest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}

/** A training set whose readout is the largest entry of the state. */
function trainingSet(subjects: Float64Array[], objects: Float64Array[], jacobians: Float64Array[] = []): TrainingSet {
  const top = (state: Float64Array) => state.indexOf(Math.max(...state));
  return {
    subjects,
    objects,
    objectTokens: objects.map(top),
    jacobians,
    axes: () => ({ subject: principalAxes(vectors(40, "axes")), object: principalAxes(vectors(40, "objects")) }),
    answers: (states) => Promise.resolve(states.map(top)),
  };
}

/** z = W* s + b* */
const W = matrix("W*");
const b = vectors(1, "b*")[0];
const made = (subjects: Float64Array[]) => subjects.map((s) => product(W, s).map((x, i) => x + b[i]));

describe("mean Jacobian", () => {
  test("of one sample with β = 1 gives that sample's object state, whatever its Jacobian", async () => {
    const [s] = vectors(1, "s");
    const [z] = vectors(1, "z");
    const map = await meanJacobian(trainingSet([s], [z], [matrix("J")]));
    expect(greatest(predicted(map, s), z)).toBeLessThan(1e-13);
  });

  test("recovers a linear model from one sample", async () => {
    const subjects = vectors(1, "s");
    const map = await meanJacobian(trainingSet(subjects, made(subjects), [W]));
    expect({ W: greatest(map.weight, W), b: greatest(map.bias, b) < 1e-13 }).toEqual({ W: 0, b: true });
  });

  test("does not read which object belongs to which subject", async () => {
    const [subjects, objects, jacobians] = [vectors(4, "s"), vectors(4, "z"), [1, 2, 3, 4].map((i) => matrix(`J${i}`))];
    const paired = await meanJacobian(trainingSet(subjects, objects, jacobians));
    const shuffled = await meanJacobian(trainingSet(subjects, [...objects].reverse(), jacobians));
    expect(greatest(shuffled.weight, paired.weight)).toBe(0);
    expect(greatest(shuffled.bias, paired.bias)).toBeLessThan(1e-13);
  });
});

describe("DualRidge", () => {
  const subjects = vectors(8, "s");
  const objects = vectors(8, "z");
  const plain = new DualRidge({ subjects, objects, prior: zeros(8) });

  // Oracle: the primal normal equations (S̃ᵀ S̃ + λ I) Wᵀ = S̃ᵀ Z̃; tolerance 1e-10.
  test.each([1e-2, 1, 100])("equals the primal solution at λ = %d", (lambda) => {
    const centre = (rows: Float64Array[]) => {
      const mean = meanOf(rows);
      return new Matrix(rows.map((row) => row.map((x, i) => x - mean[i])));
    };
    const [S, Z] = [centre(subjects), centre(objects)];
    const normal = Matrix.add(S.transpose().mmul(S), Matrix.eye(d).mul(lambda));
    const primal = solve(normal, S.transpose().mmul(Z)).transpose().to1DArray();
    expect(greatest(plain.map(lambda).weight, primal)).toBeLessThan(1e-10);
  });

  test("predicts without W what W predicts", () => {
    const [s] = vectors(1, "other");
    const prior = matrix("prior");
    const ridge = new DualRidge({ subjects, objects, prior: subjects.map((x) => product(prior, x)) });
    const map = ridge.map(0.5, { weight: prior, rank: d });
    expect(greatest(ridge.predict(s, product(prior, s), 0.5), predicted(map, s))).toBeLessThan(1e-12);
  });

  test("interpolates any labels as λ → 0, shuffled ones too", () => {
    const shuffled = [...objects].reverse();
    const map = new DualRidge({ subjects, objects: shuffled, prior: zeros(8) }).map(1e-10);
    subjects.forEach((s, i) => expect(greatest(predicted(map, s), shuffled[i])).toBeLessThan(1e-6));
  });

  test("gives the mean object everywhere as λ → ∞, and the prior where there is one", () => {
    const [s] = vectors(1, "other");
    expect(greatest(predicted(plain.map(1e15), s), meanOf(objects))).toBeLessThan(1e-10);
    const prior = matrix("prior");
    const ridge = new DualRidge({ subjects, objects, prior: subjects.map((x) => product(prior, x)) });
    expect(greatest(ridge.map(1e15, { weight: prior, rank: d }).weight, prior)).toBeLessThan(1e-10);
  });

  test("recovers a linear relation from d + 1 samples exactly", () => {
    const many = vectors(d + 1, "many");
    const map = new DualRidge({ subjects: many, objects: made(many), prior: zeros(d + 1) }).map(1e-12);
    expect(greatest(map.weight, W)).toBeLessThan(1e-7);
    expect(greatest(map.bias, b)).toBeLessThan(1e-7);
  });

  test("recovers from 8 samples what they span, and nothing across it", () => {
    const map = new DualRidge({ subjects, objects: made(subjects), prior: zeros(8) }).map(1e-12);
    const mean = meanOf(subjects);
    const axes = principalAxes(subjects);
    expect(axes).toHaveLength(7);
    for (const axis of axes) expect(greatest(product(map.weight, axis), product(W, axis))).toBeLessThan(1e-7);
    const [across] = vectors(1, "across");
    for (const axis of axes) {
      const along = axis.reduce((sum, x, i) => sum + x * across[i], 0);
      axis.forEach((x, i) => (across[i] -= along * x));
    }
    expect(greatest(product(map.weight, across), new Float64Array(d))).toBeLessThan(1e-7);
    expect(greatest(predicted(map, mean), meanOf(made(subjects)))).toBeLessThan(1e-10);
  });
});

describe("estimators by name", () => {
  const subjects = vectors(8, "s");
  const jacobians = subjects.map(() => W);

  test("have the rank that they say", async () => {
    const ranks: Record<string, number[]> = {};
    for (const [name, { fit }] of Object.entries(ESTIMATORS)) {
      const map: LinearMap = await fit(trainingSet(subjects, vectors(8, "z"), jacobians));
      ranks[name] = [map.rank, decompose(map.weight, d).singular.length];
    }
    expect(ranks).toEqual({
      jacobian: [16, 16],
      ridge: [7, 7],
      "ridge-translation": [16, 16],
      "ridge-jacobian": [16, 16],
      subspace: [ranks.subspace[0], ranks.subspace[0]],
      translation: [16, 16],
      "logit-lens": [16, 16],
      "bias-only": [0, 0],
    });
    expect(ranks.subspace[0]).toBeLessThanOrEqual(4);
  });

  test("towards the right prior give the right map from any samples", async () => {
    const toJacobian = await ESTIMATORS["ridge-jacobian"].fit(trainingSet(subjects, made(subjects), jacobians));
    expect(greatest(toJacobian.weight, W)).toBeLessThan(1e-12);
    const moved = subjects.map((s) => s.map((x, i) => x + b[i]));
    for (const name of ["translation", "ridge-translation"] as const) {
      const map = await ESTIMATORS[name].fit(trainingSet(subjects, moved));
      expect(greatest(map.weight, identity(d)), name).toBeLessThan(1e-12);
      expect(greatest(map.bias, b), name).toBeLessThan(1e-12);
    }
  });

  test("find a relation between two axes by subspace regression from 8 samples", async () => {
    const [from, to] = [principalAxes(vectors(40, "axes"))[0], principalAxes(vectors(40, "objects"))[0]];
    const objects = subjects.map((s) => {
      const along = s.reduce((sum, x, i) => sum + x * from[i], 0);
      return to.map((x, i) => 3 * along * x + b[i]);
    });
    const map = await ESTIMATORS.subspace.fit(trainingSet(subjects, objects));
    const [s] = vectors(1, "other");
    const along = s.reduce((sum, x, i) => sum + x * from[i], 0);
    expect(
      greatest(
        predicted(map, s),
        to.map((x, i) => 3 * along * x + b[i]),
      ),
    ).toBeLessThan(1e-10);
  });
});
