import { describe, expect, test } from "vitest";
import { leastKnown, splitSubjects } from "./split.ts";

const request = { samples: 8, seeds: 10, seed: 1, pool: Infinity };

describe("splitSubjects()", () => {
  test("keeps fitted, choosing and tested subjects apart in every draw, and uses each", () => {
    const objects = Array.from({ length: 40 }, (_, i) => i % 10);
    const { test: tested, seeds } = splitSubjects(objects, request);
    expect(tested).toHaveLength(16);
    for (const { order, validation } of seeds) {
      const all = [...order.slice(0, 8), ...validation, ...tested].sort((a, b) => a - b);
      expect(all).toEqual(objects.map((_, i) => i));
    }
  });

  test("fits on as many objects as there are", () => {
    const objects = [...Array.from({ length: 30 }, () => 0), 1, 1, 1, 1, 2, 2, 2, 2];
    const { test: tested, seeds } = splitSubjects(objects, request);
    const left = new Set(objects.filter((_, i) => !tested.includes(i)));
    for (const { order } of seeds) expect(new Set(order.slice(0, 8).map((i) => objects[i]))).toEqual(left);
  });

  test("draws differ from one another and are the same for the same seed", () => {
    const objects = Array.from({ length: 40 }, (_, i) => i);
    const split = splitSubjects(objects, request);
    expect(splitSubjects(objects, request)).toEqual(split);
    expect(new Set(split.seeds.map(({ order }) => order.slice(0, 8).join())).size).toBe(10);
    expect(splitSubjects(objects, { ...request, seed: 2 }).test).not.toEqual(split.test);
  });

  test("draws from a pool no larger than asked for", () => {
    const objects = Array.from({ length: 40 }, (_, i) => i);
    const { seeds } = splitSubjects(objects, { ...request, pool: 12 });
    expect(new Set(seeds.flatMap(({ order }) => order)).size).toBe(12);
  });

  test("leaves four to test and two to choose by where subjects are as few as can be", () => {
    const { test: tested, seeds } = splitSubjects(
      Array.from({ length: leastKnown(8) }, (_, i) => i),
      request,
    );
    expect([tested.length, seeds[0].order.length, seeds[0].validation.length]).toEqual([4, 10, 2]);
  });
});
