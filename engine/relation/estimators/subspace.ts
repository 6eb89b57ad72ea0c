// Least squares between few principal axes: of subjects' states without labels, and of candidate objects' unembeddings.
import { Matrix, solve } from "ml-matrix";
import { bestByLeavingOut, without } from "../leave-one-out.ts";
import { difference, dot, type LinearMap, meanOf } from "../linear-map.ts";
import type { TrainingSet } from "../training-set.ts";

/** With P "dModel r" and Q "dModel r" the axes: W = Q C Pᵀ, C by least squares on the projected pairs, b = z̄ − W s̄. */
export async function subspaceRegression(training: TrainingSet): Promise<LinearMap> {
  const { subjects, objects } = training;
  const axes = training.axes();
  const most = Math.min(4, Math.floor(subjects.length / 2), axes.subject.length, axes.object.length);
  const widths = Array.from({ length: Math.max(1, most) }, (_, i) => i + 1);
  const fitted = (left: number, width: number) =>
    new Subspace(without(subjects, left), without(objects, left), cut(axes.subject, width), cut(axes.object, width));
  const width =
    subjects.length < 3
      ? 1
      : await bestByLeavingOut(training, widths, (left, r) => fitted(left, r).predict(subjects[left]));
  return new Subspace(subjects, objects, cut(axes.subject, width), cut(axes.object, width)).map();
}

const cut = (axes: readonly Float64Array[], width: number) => axes.slice(0, width);

class Subspace {
  private readonly meanSubject: Float64Array;
  private readonly meanObject: Float64Array;
  /** C, "subjectAxis objectAxis". */
  private readonly coefficients: Matrix;

  constructor(
    subjects: readonly ArrayLike<number>[],
    objects: readonly ArrayLike<number>[],
    private readonly subjectAxes: readonly Float64Array[],
    private readonly objectAxes: readonly Float64Array[],
  ) {
    this.meanSubject = meanOf(subjects);
    this.meanObject = meanOf(objects);
    const along = (axes: readonly Float64Array[], mean: Float64Array, of: readonly ArrayLike<number>[]) =>
      new Matrix(of.map((v) => axes.map((axis) => dot(axis, difference(v, mean)))));
    const from = along(subjectAxes, this.meanSubject, subjects);
    const to = along(objectAxes, this.meanObject, objects);
    this.coefficients = solve(from, to, true);
  }

  predict(subject: ArrayLike<number>): Float64Array {
    const move = difference(subject, this.meanSubject);
    const out = this.meanObject.slice();
    this.subjectAxes.forEach((axis, a) => {
      const along = dot(axis, move);
      this.objectAxes.forEach((target, o) => {
        const scale = along * this.coefficients.get(a, o);
        for (let i = 0; i < out.length; i++) out[i] += scale * target[i];
      });
    });
    return out;
  }

  map(): LinearMap {
    const n = this.meanSubject.length;
    const weight = new Float64Array(n * n);
    this.subjectAxes.forEach((axis, a) =>
      this.objectAxes.forEach((target, t) => {
        const c = this.coefficients.get(a, t);
        for (let o = 0; o < n; o++) for (let i = 0; i < n; i++) weight[o * n + i] += c * target[o] * axis[i];
      }),
    );
    const bias = this.meanObject.slice();
    for (let o = 0; o < n; o++) bias[o] -= dot(weight.subarray(o * n, (o + 1) * n), this.meanSubject);
    return { weight, bias, rank: this.subjectAxes.length };
  }
}
