import { expect, suite, test } from "vitest";
import { learningRate } from "./schedule.ts";

suite("learningRate()", () => {
  const schedule = { peak: 2, steps: 110, warmUp: 10, floor: 0.5 };

  test("rises to the peak in equal steps, falls along half a cosine and ends at the floor", () => {
    expect([0, 4, 9, 10, 60, 110].map((step) => Number(learningRate(schedule, step).toFixed(12)))).toEqual([
      0.2, 1, 2, 2, 1.5, 1,
    ]);
  });
});
