import { expect, test } from "vitest";
import { TimeLeft } from "./time-left.ts";

function noted(times: readonly number[]): TimeLeft {
  const left = new TimeLeft();
  times.forEach((now, done) => left.note("pruning", done, now));
  return left;
}

test("before five steps there is no estimate", () => {
  expect(noted([0, 100, 200, 300, 400]).seconds(100)).toBeUndefined();
});

test("the estimate is the median step times the steps that remain, so that one slow step does not count", () => {
  expect(noted([0, 100, 200, 300, 9000, 9100]).seconds(15)).toBe(1);
});

test("only the last twenty steps count", () => {
  const times = Array.from({ length: 41 }, (_, i) => (i <= 20 ? i * 1000 : 20_000 + (i - 20) * 10));
  expect(noted(times).seconds(140)).toBe(1);
});

test("another stage, or a pass that begins again, starts from nothing", () => {
  const left = noted([0, 100, 200, 300, 400, 500]);
  left.note("random", 1, 600);
  expect(left.seconds(10)).toBeUndefined();
});

test("progress over several steps at once counts for each of them", () => {
  const left = new TimeLeft();
  left.note("effects", 0, 0);
  left.note("effects", 8, 800);
  expect(left.seconds(32)).toBeCloseTo(2.4, 10);
});

test("progress is handed on with the seconds that are left", () => {
  const left = new TimeLeft();
  expect(left.progress("effects", { done: 0, total: 32 }, 0)).toEqual({ done: 0, total: 32, secondsLeft: undefined });
  expect(left.progress("effects", { done: 8, total: 32 }, 800)).toEqual({
    done: 8,
    total: 32,
    secondsLeft: expect.closeTo(2.4, 10) as number,
  });
});
