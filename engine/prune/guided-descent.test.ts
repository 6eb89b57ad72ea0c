// The order of trials alone, on items of which some must stay, with forecasts that are right or wrong.
import { expect, test } from "vitest";
import { Needing } from "../../test/needing.ts";
import { descendGuided, type Foreseen } from "./guided-descent.ts";
import { noLedger } from "./journal.ts";
import { Removal } from "./removal.ts";

/** @param changeOf what is foreseen of an item; smaller numbers have the smaller spread */
async function descend(n: number, must: readonly number[], changeOf: (item: number) => number = () => 0) {
  const position = new Needing(
    Array.from({ length: n }, (_, i) => i),
    new Set(must),
  );
  const forecasts: number[] = [];
  const removal = new Removal<number>({ nameOf: String, ledger: noLedger, skipsFar: true });
  const descent = removal.begin(position, 0, 1);
  const left = await descendGuided(removal, descent, {
    foresee: ({ kept }: Needing) => {
      forecasts.push(kept.length);
      return Promise.resolve(kept.map((item): Foreseen<number> => ({ item, change: changeOf(item), spread: item })));
    },
    mayHold: (faithfulness) => faithfulness > 0.5,
  });
  return { position, forecasts, removal, descent, left };
}

test("half of what is left goes at a time where it can, and the forecast is made anew for the rest", async () => {
  const { position, forecasts } = await descend(16, [15]);
  expect(position.measured.slice(0, 3)).toEqual([
    [0, 1, 2, 3, 4, 5, 6, 7],
    [8, 9, 10, 11],
    [12, 13],
  ]);
  expect(forecasts.slice(0, 4)).toEqual([16, 8, 4, 2]);
  expect(position.kept).toEqual([15]);
});

test("no larger block is measured than is foreseen to hold, and nothing that is foreseen to break by itself", async () => {
  const { position } = await descend(8, [7], (item) => (item === 7 ? -1 : -0.2));
  expect(position.measured[0]).toEqual([0, 1]);
  expect(position.measured.flat()).not.toContain(7);
});

test("where a block could not go and its first half went, the second is not asked again", async () => {
  const { position } = await descend(4, [1]);
  // Without 0 the circuit without 1 is the one without both, which was measured; once 2 is gone too, it is another.
  expect(position.measured.slice(0, 3)).toEqual([[0, 1], [0], [2]]);
});

test("passes afterwards measure only what was not tested on the circuit as it stands", async () => {
  const { position, removal, descent, left } = await descend(4, [0, 1, 2, 3]);
  const before = position.measured.length;
  const known = [...descent.tested].filter(([, size]) => size === 1).map(([name]) => Number(name));
  await removal.passes(descent, left);
  expect(position.measured.slice(before)).toEqual(
    [0, 1, 2, 3].filter((item) => !known.includes(item)).map((item) => [item]),
  );
  expect(removal.verified(descent, position.kept).single).toBe(1);
});
