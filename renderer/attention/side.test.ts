import { expect, test } from "vitest";
import { tensor } from "../../engine/base/tensor.ts";
import type { Attention } from "../../engine/contract.ts";
import { shownPattern } from "./side.ts";

const row = (...tokens: string[]) => ({ ids: tokens.map((_, i) => i), tokens });
const pattern = (...values: number[]) => tensor("query key", [2, 2], new Float32Array(values));
const attention: Attention = {
  clean: row(" Mary", " gave"),
  corrupt: row(" Anna", " gave"),
  positions: {},
  cleanPattern: pattern(1, 0, 0.75, 0.25),
  corruptPattern: pattern(1, 0, 0.25, 0.75),
  promoted: [],
  suppressed: [],
};

test("each side has its own words; the difference names both where they differ, and is signed", () => {
  expect(shownPattern(attention, "clean").tokens).toEqual([" Mary", " gave"]);
  expect(shownPattern(attention, "corrupt").tokens).toEqual([" Anna", " gave"]);
  expect(shownPattern(attention, "difference")).toEqual({
    tokens: [" Mary | Anna", " gave"],
    values: new Float32Array([0, 0, 0.5, -0.5]),
    signed: true,
  });
});
