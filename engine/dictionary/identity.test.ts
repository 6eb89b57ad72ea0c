// A circuit names the features of one dictionary: whatever would make them others makes it another one.
import { expect, test } from "vitest";
import { dictionaryHash } from "./identity.ts";
import type { DictionaryPlace, DictionaryWeights } from "./weights.ts";

const weights: DictionaryWeights = {
  dIn: 2,
  dSae: 3,
  dOut: 2,
  wEnc: Float32Array.of(1, 2, 3, 4, 5, 6),
  bEnc: Float32Array.of(0, 0, 0),
  wDec: Float32Array.of(6, 5, 4, 3, 2, 1),
  bDec: Float32Array.of(1, -1),
  selection: { kind: "topk", k: 2, rescale: false },
  normalisation: "none",
  centred: true,
  transcodes: false,
};
const place: DictionaryPlace = { hook: "layers.1", site: "residPost", layer: 1, model: "sprig" };
const own = dictionaryHash(weights, place);

test.each<[string, Partial<DictionaryWeights>]>([
  ["one weight", { wDec: Float32Array.of(6, 5, 4, 3, 2, 1.0000001) }],
  ["k", { selection: { kind: "topk", k: 1, rescale: false } }],
  ["rescaling", { selection: { kind: "topk", k: 2, rescale: true } }],
  ["the kind of selection", { selection: { kind: "relu" } }],
  ["normalised states", { normalisation: "layer-norm" }],
  ["b_dec at the input", { centred: false }],
  ["weights that stand in another matrix", { wEnc: weights.wDec, wDec: weights.wEnc }],
])("%s makes it another dictionary", (_, other) => {
  expect(dictionaryHash({ ...weights, ...other }, place)).not.toBe(own);
});

test("another layer makes it another dictionary; the file's own words for the place and an absent field do not", () => {
  expect(dictionaryHash(weights, { ...place, layer: 2 })).not.toBe(own);
  expect(dictionaryHash({ ...weights, wSkip: undefined }, { ...place, hook: "blocks.1.hook_resid_post" })).toBe(own);
});
