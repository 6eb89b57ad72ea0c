import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sha256 } from "../../engine/base/hash.ts";
import { TINY_MODELS, tinyExpected, tinyManifest, tinyPath } from "./tiny-models.ts";

test("the reference files are those that the manifest was written for", () => {
  const { sha256: hashes } = tinyManifest();
  const found = Object.keys(hashes).map((file) => [file, sha256(readFileSync(tinyPath(file)))]);
  expect(Object.fromEntries(found)).toEqual(hashes);
});

test("every tiny model has logits for each prompt, and residuals and z of every layer for the first", () => {
  for (const model of TINY_MODELS) {
    const { logits, residuals, z } = tinyExpected(model);
    const sizes = model.prompts.map(({ ids }) => ids.length * 320);
    expect([model.name, logits.map(({ length }) => length)]).toEqual([model.name, sizes]);
    expect([residuals.length, z.length]).toEqual([4, 3]);
    expect(residuals.every(({ length }) => length === model.prompts[0].ids.length * 24)).toBe(true);
  }
});
