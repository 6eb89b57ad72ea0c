import { expect, test } from "vitest";
import { agreementOf } from "./agreement.ts";

const setOf = (...ids: string[]) => new Set(ids);
const sets = (...lists: string[][]) => lists.map((list) => new Set(list));

test("Jaccard over every two circuits with its interval, and the share of circuits that keep each unit", () => {
  const [a, b, c] = ["a1.h0", "a0.h10", "m0"];
  // Of ten pairs six are alike and four share one of three. Without the fifth circuit (a share of 0.8^5 = 0.33 of the draws) all are.
  const found = agreementOf(sets([a, b], [a, b], [a, b], [a, b], [a, c]), { seed: 1 });
  expect(found).toEqual({
    jaccard: { mean: expect.closeTo((6 + 4 / 3) / 10, 12) as number, least: 1 / 3, interval: [expect.any(Number), 1] },
    units: [
      { id: "a1.h0", share: 1 },
      { id: "a0.h10", share: 4 / 5 },
      { id: "m0", share: 1 / 5 },
    ],
  });
  expect(found.jaccard!.interval![0]).toBeLessThan(found.jaccard!.mean);
});

test("units kept as often stand in the order of the data flow", () => {
  const { units } = agreementOf(sets(["m0", "a10.h0", "a2.h11", "a2.h2"]), { seed: 1 });
  expect(units.map(({ id }) => id)).toEqual(["m0", "a2.h2", "a2.h11", "a10.h0"]);
});

test("circuits that are all the same agree, whatever is drawn; four have no interval; one has none to agree with", () => {
  expect(agreementOf(sets(["m0"], ["m0"], ["m0"], ["m0"], ["m0"]), { seed: 1 }).jaccard).toEqual({
    mean: 1,
    least: 1,
    interval: [1, 1],
  });
  expect(agreementOf(sets([], [], [], []), { seed: 1 })).toEqual({ jaccard: { mean: 1, least: 1 }, units: [] });
  expect(agreementOf(sets(["m0"]), { seed: 1 })).toEqual({ units: [{ id: "m0", share: 1 }] });
});

test("each is compared with one circuit too, where there is one", () => {
  const circuit = setOf("m0", "m1");
  expect(agreementOf(sets(["m0", "m1"], ["m1"]), { seed: 1, circuit }).jaccardWithCircuit).toEqual({
    mean: 0.75,
    least: 0.5,
  });
});
