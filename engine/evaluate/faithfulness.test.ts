import { describe, expect, test } from "vitest";
import { EngineError } from "../base/errors.ts";
import {
  assertSeparated,
  criterionSlack,
  describeCriterion,
  describeMissed,
  faithfulness,
  firstHalfHolds,
  missedHalf,
  secondHalfHolds,
  type Criterion,
} from "./faithfulness.ts";

describe("faithfulness()", () => {
  test.each([
    [5, 5, 1, 1],
    [1, 5, 1, 0],
    [4, 5, 1, 0.75],
    [6, 5, 1, 1.25],
    [0, 5, 1, -0.25],
    [-4, -5, -1, 0.75],
  ])("of a circuit at %d between %d and %d is %d, not clamped", (circuit, full, empty, f) => {
    expect(faithfulness(circuit, full, empty)).toBe(f);
  });

  test("is no number where full and empty are the same, and NaN stays NaN", () => {
    expect(faithfulness(1, 1, 1)).toBeNaN();
    expect(faithfulness(2, 1, 1)).toBe(Infinity);
    expect(faithfulness(NaN, 1, 0)).toBeNaN();
  });
});

const match: Criterion = { name: "match", threshold: 0.9, second: "accuracy" };
const atLeast: Criterion = { ...match, name: "at-least" };
const differenceOnly: Criterion = { ...match, name: "difference-only" };
const ends = { full: 5, empty: 0, accuracy: 0.8, klEmpty: 2 };

describe("firstHalfHolds()", () => {
  // 1 − 0.9 is 0.09999999999999998 in binary: f of 0.9 and 1.1 are still inside.
  test.each([
    [1, true, true],
    [0.9, true, true],
    [1.1, true, true],
    [0.8999, false, false],
    [1.1001, false, true],
    [2, false, true],
    [-1, false, false],
    [NaN, false, false],
    [Infinity, false, true],
  ])("at f = %d: match %s, at-least %s", (f, matches, reaches) => {
    expect([match, differenceOnly, atLeast].map((criterion) => firstHalfHolds(criterion, f))).toEqual([
      matches,
      matches,
      reaches,
    ]);
  });

  test.each([0.5, 0.7, 0.8, 0.85, 0.95, 0.99, 1])("holds at the very threshold of %d", (threshold) => {
    expect(firstHalfHolds({ ...match, threshold }, threshold)).toBe(true);
    expect(firstHalfHolds({ ...atLeast, threshold }, threshold)).toBe(true);
    expect(firstHalfHolds({ ...match, threshold }, threshold - 1e-6)).toBe(false);
  });
});

describe("secondHalfHolds()", () => {
  test.each([
    [0.8, true],
    [0.72, true],
    [0.7199, false],
    [0, false],
    [NaN, false],
  ])("accuracy %d against 0.9 of 0.8: %s", (accuracy, holds) => {
    expect(secondHalfHolds(match, accuracy, ends)).toBe(holds);
    expect(secondHalfHolds(atLeast, accuracy, ends)).toBe(holds);
  });

  test.each([
    [0, true],
    [0.2, true],
    [0.2001, false],
    [NaN, false],
  ])("KL %d against 0.1 of 2: %s", (kl, holds) => {
    expect(secondHalfHolds({ ...match, second: "kl" }, kl, ends)).toBe(holds);
  });

  test("asks nothing of difference-only", () => {
    expect(secondHalfHolds(differenceOnly, 0, ends)).toBe(true);
  });
});

test("describeCriterion() says both halves in words", () => {
  expect(describeCriterion(match)).toBe("|1 − f| ≤ 0.1 and top-1 accuracy ≥ 90 % of the model's");
  expect(describeCriterion({ ...match, threshold: 0.875, second: "kl" })).toBe(
    "|1 − f| ≤ 0.125 and KL ≤ 0.125 × KL(model‖∅)",
  );
  expect(describeCriterion(atLeast)).toBe("f ≥ 0.9 and top-1 accuracy ≥ 90 % of the model's");
  expect(describeCriterion(differenceOnly)).toBe("|1 − f| ≤ 0.1");
});

describe("assertSeparated()", () => {
  const check = (full: readonly number[], empty: readonly number[]) => (): void =>
    assertSeparated(Float64Array.from(full), Float64Array.from(empty), "logits");

  test("passes ends that are apart, in either direction", () => {
    expect(check([4, 5, 6], [0, 0, 0])).not.toThrow();
    expect(check([0, 0, 0], [4, 5, 6])).not.toThrow();
    expect(check([2], [1])).not.toThrow();
  });

  // Gaps 1, 3, 5, 7: mean 4, standard error √(20/3/4) = 1.291; three of them are 3.873.
  test("asks for more than three standard errors", () => {
    expect(check([1, 3, 5, 7], [0, 0, 0, 0])).not.toThrow();
    // Gaps 0, 3, 4, 7: mean 3.5, standard error √(25/3/4) = 1.443; three of them are 4.330.
    expect(check([0, 3, 4, 7], [0, 0, 0, 0])).toThrow(EngineError);
  });

  test.each([
    ["the same", [1, 2], [1, 2], "0.00", "0.00", 2],
    ["equal in the mean", [1, -1], [0, 0], "0.00", "1.00", 2],
    ["apart by less than rounding", [1e-7, 1e-7], [0, 0], "1.00e-7", "0.00", 2],
    ["not numbers", [NaN, 1], [0, 0], "NaN", "NaN", 2],
  ])("refuses ends that are %s, with gap, error and remedy", (_, full, empty, gap, error, n) => {
    expect(check(full, empty)).toThrow(
      `Full model and empty circuit differ by only ${gap} logits (standard error ${error}, ${n} examples), so faithfulness would be a ratio of noise. ` +
        "Use a corruption that changes the answer, another ablation, or a model that can do the task.",
    );
    expect(check(full, empty)).toThrow(expect.objectContaining({ code: "degenerate-task" }));
  });

  test("refuses no examples", () => {
    expect(check([], [])).toThrow(EngineError);
  });
});

// By hand: the room of |1 − f|, 0.1, and what the circuit loses of accuracy 0.8 or adds of KL 2, as shares.
describe("criterionSlack()", () => {
  const kl: Criterion = { ...match, second: "kl" };
  test.each([
    ["f is nearer its bound", match, 0.93, 0.8, 0.03],
    ["f overshoots", match, 1.08, 0.8, 0.02],
    ["at-least asks nothing of what is above", atLeast, 1.4, 0.8, 0.1],
    ["answers are lost", match, 1, 0.74, 0.025],
    ["more answers than the model's leave f's room", match, 0.98, 0.9, 0.08],
    ["answers are missed", match, 1, 0.6, -0.15],
    ["KL is nearer its bound", kl, 1, 0.12, 0.04],
    ["difference-only asks f alone", differenceOnly, 0.95, 0, 0.05],
  ] as const)("%s", (_, criterion, f, second, slack) => {
    expect(criterionSlack(criterion, f, second, ends)).toBeCloseTo(slack, 12);
  });

  test("in a draw that the model is never right in, the answers leave all the room", () => {
    expect(criterionSlack(match, 1, 0, { ...ends, accuracy: 0 })).toBeCloseTo(0.1, 12);
    expect(criterionSlack(kl, 1, 0, { ...ends, klEmpty: 0 })).toBeCloseTo(0.1, 12);
  });
});

describe("missedHalf()", () => {
  const ends = { full: 2, empty: 0, accuracy: 0.8, klEmpty: 2 };
  const of = (name: Criterion["name"], second: Criterion["second"]): Criterion => ({ name, threshold: 0.9, second });

  // By hand: 0.9 of 0.8 is 0.72, a tenth of 2 is 0.2.
  test.each([
    ["match", "accuracy", 0.8999, null, "f 0.8999, below 0.9000"],
    ["match", "accuracy", 1.25, null, "f 1.2500, above 1.1000"],
    ["match", "accuracy", 0.9994, 0.7, "accuracy 0.7000, below 0.7200"],
    ["at-least", "kl", 1.25, 0.25, "KL 0.2500, above 0.2000"],
    ["match", "accuracy", 0.9994, 0.72, undefined],
    ["difference-only", "accuracy", 0.95, null, undefined],
  ] as const)("%s and %s at f %d, second half %d: %s", (name, second, f, value, sentence) => {
    const missed = missedHalf(of(name, second), f, value, ends);
    expect(missed && describeMissed(missed)).toBe(sentence);
  });
});
