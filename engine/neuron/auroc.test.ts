// Oracle: every pair of an event and another place, counted.
import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { aurocOf, Ranker } from "./auroc.ts";

function byPairs(values: readonly number[], events: readonly number[]): number {
  const others = values.filter((_, i) => !events.includes(i));
  let sum = 0;
  for (const i of events) for (const other of others) sum += values[i] > other ? 1 : values[i] === other ? 0.5 : 0;
  return sum / (events.length * others.length);
}

test("ranks equal values alike, negative ones below, and −0 as 0", () => {
  expect([...new Ranker(6).rank([0.5, -2, 0, -0, 0.5, -1e-30])]).toEqual([5.5, 1, 3.5, 3.5, 5.5, 2]);
});

test("AUROC is the share of pairs in which the event is above, ties half, over the same memory again and again", () => {
  const random = Random.seeded(1);
  const ranker = new Ranker(60);
  for (let draw = 0; draw < 20; draw++) {
    // A grid of few values makes many ties; float32 holds them exactly.
    const values = Array.from({ length: 60 }, () => (random.below(9) - 4) / 4);
    const events = random.sample(
      values.map((_, i) => i),
      7,
    );
    expect(aurocOf(ranker.rank(values), events)).toBeCloseTo(byPairs(values, events), 12);
  }
  expect(aurocOf(ranker.rank(new Array<number>(60).fill(3)), [1, 2])).toBe(0.5);
  expect(aurocOf(ranker.rank(new Array<number>(60).fill(3)), [])).toBe(0.5);
});

test("more places than can be ranked are refused with both numbers", () => {
  expect(() => new Ranker(2 ** 20 + 1)).toThrow("There are 1048577 places, and 1048576 can be ranked at once.");
});
