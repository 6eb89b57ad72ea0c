import { expect, test } from "vitest";
import type { Stage } from "../verbs/verb.ts";
import { type StageSeconds, TimeLeft } from "./time-left.ts";

const STAGES: readonly Stage<string>[] = [
  { name: "scores", share: 1 },
  { name: "search", share: 4 },
];

/** A clock that a test moves on. */
function at(stages: readonly Stage<string>[] = STAGES, past: readonly StageSeconds[] = []) {
  let now = 0;
  const left = new TimeLeft(stages, past, () => now);
  const step = (stage: string, done: number, total: number, seconds = 0) => {
    now += seconds;
    left.note(stage, done, total);
  };
  return { left, step };
}

test("before anything is known there is no range, and after the first steps one that covers what is to come", () => {
  const { left, step } = at();
  expect(left.range()).toBeUndefined();
  step("scores", 0, 10);
  expect(left.range()).toBeUndefined();
  for (let done = 1; done <= 5; done++) step("scores", done, 10, 2);
  // 10 s of scores are left, and the search has four times their share: 80 s, give or take.
  expect(left.range()).toEqual([10 + 40, 10 + 160]);
});

test("steady steps of the last stage leave no doubt", () => {
  const { left, step } = at([{ name: "search", share: 1 }]);
  for (let done = 0; done <= 40; done++) step("search", done, 100, 0.5);
  expect(left.range()).toEqual([30, 30]);
  step("search", 100, 100, 30);
  expect(left.range()).toEqual([0, 0]);
});

test("uneven steps widen the range around what they take on average", () => {
  const { left, step } = at([{ name: "search", share: 1 }]);
  step("search", 0, 100);
  for (let done = 1; done <= 40; done++) step("search", done, 100, done % 2 === 0 ? 1 : 3);
  const [low, high] = left.range()!;
  expect([low, high]).toEqual([60 * 1.5, 60 * 2.5]);
});

test("earlier jobs of the kind say how long the stages take, before the first step already, and are held against this one's pace", () => {
  const past = [
    { scores: 10, search: 200 },
    { scores: 20, search: 100 },
    { scores: 10, search: 100 },
  ];
  const { left, step } = at(STAGES, past);
  expect(left.range()).toEqual([(10 + 100) / 1.4, (10 + 100) * 1.4]);
  step("scores", 0, 10);
  for (let done = 1; done <= 10; done++) step("scores", done, 10, 2);
  // Its scores took twice as long as theirs.
  expect(left.range()).toEqual([200 / 1.4, 200 * 1.4]);
});

test("a stage that is passed over is not waited for, and one that begins again counts anew", () => {
  const { left, step } = at();
  step("search", 0, 10);
  for (let done = 1; done <= 5; done++) step("search", done, 10, 1);
  expect(left.range()).toEqual([5, 5]);
  step("search", 0, 4, 1);
  for (let done = 1; done <= 4; done++) step("search", done, 8, 3);
  expect(left.range()).toEqual([12, 12]);
});

test("what each stage took is told in seconds, also of one that came twice", () => {
  const { left, step } = at();
  step("scores", 0, 1);
  step("search", 0, 1, 3);
  step("scores", 0, 1, 5);
  step("scores", 1, 1, 2);
  expect(left.seconds()).toEqual({ scores: 5, search: 5 });
});

test("where a stage comes back to one before it, what is done between them does not count again", () => {
  const [one, between, last] = ["validation", "second-search", "held-out"].map((name) => ({ name, share: 1 }));
  const past = [{ validation: 10, "second-search": 100, "held-out": 10 }];
  const rangeOf = (stages: readonly Stage<string>[]) => {
    const { left, step } = at(stages, past);
    step("validation", 0, 4);
    step("second-search", 0, 1, 10);
    step("validation", 1, 4, 100);
    return left.range();
  };
  expect(rangeOf([one!, between!, last!])).toEqual(rangeOf([one!, last!]));
  expect(rangeOf([one!, between!, last!])![1]).toBeLessThan(100);
});
