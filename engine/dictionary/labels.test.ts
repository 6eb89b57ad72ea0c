import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readLabels, writeLabels } from "./labels.ts";

const folder = mkdtempSync(join(tmpdir(), "labels-"));
afterAll(() => rmSync(folder, { recursive: true }));
const weights = join(folder, "sae_weights.safetensors");

test("labels are kept beside the weights, and an empty one is taken away", () => {
  expect([...readLabels(weights)]).toEqual([]);
  writeLabels(weights, new Map([[51, "weekdays"]]));
  writeLabels(weights, new Map([[7, "names"]]));
  expect([...readLabels(weights)]).toEqual([
    [7, "names"],
    [51, "weekdays"],
  ]);
  writeLabels(weights, new Map([[51, ""]]));
  expect([...readLabels(weights)]).toEqual([[7, "names"]]);
});

test("a list of labels that is none is a sentence, and nothing is lost", () => {
  writeFileSync(join(folder, "labels.json"), '{"first": "x"}');
  expect(() => readLabels(weights)).toThrow('labels.json: "first" names no feature with a text; it should be such as');
  expect(() => writeLabels(weights, new Map([[1, "x"]]))).toThrow("names no feature");
});
