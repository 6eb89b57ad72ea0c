import { expect, test } from "vitest";
import type { NeuronTable } from "../../engine/choices/neuron.ts";
import { idAt, indexOf, neuronRows, type NeuronRowsChoice } from "./neuron-rows.ts";

const column = (...values: number[]) => Float32Array.from(values);
const table: NeuronTable = {
  nLayers: 2,
  dMlp: 3,
  auroc: column(0.5, 0.9, 0.05, NaN, 0.6, 0.9),
  pointBiserial: column(0, 1, -1, 0, 0.5, 0.25),
  meanOn: column(0, 0, 0, 0, 0, 0),
  meanOff: column(0, 0, 0, 0, 0, 0),
  mean: column(3, 1, 2, 6, 5, 4),
  meanAbsolute: column(0, 0, 0, 0, 0, 0),
  deviation: column(0, 0, 0, 0, 0, 0),
  min: column(0, 0, 0, 0, 0, 0),
  max: column(0, 0, 0, 0, 0, 0),
};
const rows = (choice: Partial<NeuronRowsChoice>) =>
  Array.from(neuronRows(table, { by: "apart", descending: true, least: 0, find: "", ...choice }), (i) =>
    idAt(table, i),
  );

test("farthest from .5 first, low as well as high, equals by their place, what is no number last", () => {
  expect(rows({})).toEqual(["m0.n2", "m0.n1", "m1.n2", "m1.n1", "m0.n0", "m1.n0"]);
  expect(rows({ by: "auroc", descending: false })).toEqual(["m0.n2", "m0.n0", "m1.n1", "m0.n1", "m1.n2", "m1.n0"]);
  expect(rows({ by: "id", descending: true }).at(0)).toBe("m1.n2");
});

test("a layer, a least distance and a part of the name leave the others out", () => {
  expect(rows({ layer: 1, by: "mean" })).toEqual(["m1.n0", "m1.n1", "m1.n2"]);
  expect(rows({ least: 0.3 })).toEqual(["m0.n2", "m0.n1", "m1.n2"]);
  expect(rows({ find: ".n2" })).toEqual(["m0.n2", "m1.n2"]);
});

test("an id finds its place, and none that the model has not", () => {
  expect([indexOf(table, "m1.n2"), indexOf(table, "m2.n0"), indexOf(table, "m0.n3"), indexOf(table, "a0.h1")]).toEqual([
    5, -1, -1, -1,
  ]);
});
