import { expect, test } from "vitest";
import { placeOf } from "./layout.ts";

const sizes = { nLayers: 2, nHeads: 3, dMlp: 4 };

test("layers stand one above the other, heads beside each other, input below and logits above all", () => {
  const [input, early, later, logits] = ["input", "a0.h1", "a1.h1", "logits"].map((id) => placeOf(id, sizes));
  expect([input!.y > early!.y, early!.y > later!.y, later!.y > logits!.y]).toEqual([true, true, true]);
  expect(early!.x).toBe(later!.x);
  expect(placeOf("a0.h2", sizes)).toEqual({ x: 2 * early!.x, y: early!.y });
});

test("an MLP reads its layer's heads and stands right of and above them, its neurons right of it", () => {
  const [head, mlp, neuron] = ["a1.h2", "m1", "m1.n3"].map((id) => placeOf(id, sizes));
  expect([mlp!.x > head!.x, mlp!.y < head!.y, neuron!.x > mlp!.x]).toEqual([true, true, true]);
});

test("no two nodes stand in one place", () => {
  const ids = ["input", "logits", "a0.h0", "a0.h1", "a0.h2", "a1.h0", "a1.h1", "a1.h2", "m0", "m1"];
  expect(new Set(ids.map((id) => JSON.stringify(placeOf(id, sizes)))).size).toBe(ids.length);
});
