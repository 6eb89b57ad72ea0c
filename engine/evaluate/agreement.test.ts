import { expect, test } from "vitest";
import { agreementOf } from "./agreement.ts";

const sets = (...lists: string[][]) => lists.map((list) => new Set(list));

test("Jaccard over every two circuits, and the share of circuits that keep each unit", () => {
  expect(agreementOf(sets(["a", "b"], ["a", "b"], ["a", "c"]))).toEqual({
    jaccard: { mean: (1 + 1 / 3 + 1 / 3) / 3, least: 1 / 3 },
    units: [
      { id: "a", share: 1 },
      { id: "b", share: 2 / 3 },
      { id: "c", share: 1 / 3 },
    ],
  });
});

test("circuits that keep nothing agree; one circuit has none to agree with", () => {
  expect(agreementOf(sets([], [])).jaccard).toEqual({ mean: 1, least: 1 });
  expect(agreementOf(sets(["a"])).jaccard).toBeUndefined();
});
