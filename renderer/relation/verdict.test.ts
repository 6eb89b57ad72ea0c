import { expect, test } from "vitest";
import type { RelationFit } from "../../engine/contract/relations.ts";
import { verdictOf } from "./verdict.ts";

const base = { mean: 0.95, embedding: 0.3 as number | null, nearest: 0.1, biasOnly: 0.1, majority: 0.1 };

test.each([
  ["layers", {}],
  ["layers", { embedding: null }],
  ["embedding", { embedding: 0.93 }],
  ["trivial", { nearest: 0.94, embedding: 0.95 }],
  ["trivial", { biasOnly: 0.95 }],
  ["trivial", { majority: 0.96 }],
  ["partly", { mean: 0.6 }],
  ["not-linear", { mean: 0.15 }],
  ["not-linear", { mean: 0.6, majority: 0.55 }],
] as const)("%s where %o", (verdict, change) => {
  const { mean, majority, ...controls } = { ...base, ...change };
  const figures = { faithfulness: { mean, interval: [0, 1] }, majority };
  expect(verdictOf({ figures, controls } as unknown as RelationFit)).toBe(verdict);
});
