// The order of trials alone, on items of which some must stay.
import { expect, test } from "vitest";
import { Needing, verdict } from "../../test/needing.ts";
import { Random } from "../base/random.ts";
import { noLedger } from "./journal.ts";
import { type Position, Removal } from "./removal.ts";

async function split(n: number, must: readonly number[]) {
  const items = Array.from({ length: n }, (_, i) => i);
  const removal = new Removal<number>({ nameOf: String, ledger: noLedger });
  const position = new Needing(items, new Set(must));
  const descent = removal.begin(position, 0, 1);
  await removal.split(descent, items);
  const single = removal.verified(descent, position.kept).single;
  return { kept: position.kept, trials: removal.trials, measured: position.measured, single };
}

test("blocks are halved until what must stay is singled out", async () => {
  const { kept, measured, single } = await split(8, [6]);
  expect(kept).toEqual([6]);
  // 6 and 7 hold the one that must stay; once 7's block is known to be free of it, nothing else is asked.
  expect(measured).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [6], [7]]);
  expect(single).toBe(0);
});

test("the second half is not measured where the outcome is known", async () => {
  const { kept, measured, single } = await split(8, [7]);
  expect(kept).toEqual([7]);
  // {6, 7} and then {7} are what was left of blocks that could not go, when their first halves went.
  expect(measured).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [6]]);
  expect(single).toBe(1);
});

test("where a few of many must stay, trials are near the information bound and far below one by one", async () => {
  const random = Random.seeded(3, "must stay");
  const [n, k] = [270, 20];
  const must = random.sample(
    Array.from({ length: n }, (_, i) => i),
    k,
  );
  const { kept, trials } = await split(n, must);
  expect(kept).toEqual([...must].sort((a, b) => a - b));
  // k·log₂(n/k) + k is 96; one by one it takes n + k = 290.
  expect(trials).toBe(130);
});

test("a limit of passes counts those of its own call, whatever passes came before", async () => {
  /** Only the last item that is there can go, so that a pass in rising order removes one. */
  const left = [0, 1, 2, 3, 4];
  const stack: Position<number> = {
    get size() {
      return left.length;
    },
    has: (item) => left.includes(item),
    attempt: ([item]) => ({
      measure: () => Promise.resolve(verdict(item === left.at(-1))),
      recalled: ({ accepted }) => verdict(accepted),
      accept: () => void left.pop(),
    }),
  };
  const order = [...left];
  const removal = new Removal<number>({ nameOf: String, ledger: noLedger });
  const descent = removal.begin(stack, 0, 1);
  await removal.passes(descent, order, 1);
  await removal.passes(descent, order, 2);
  expect([left, descent.passes]).toEqual([[0, 1], 3]);
});

test("what was far from going comes last in a pass, and is left to the next one where something went", async () => {
  /** 0 must stay; 1 can go when 2 is gone, and misses the criterion by little before that. */
  const left = new Set([0, 1, 2]);
  const measured: number[] = [];
  const outcome = (item: number) => {
    if (item === 0) return { ...verdict(false), slack: -1.5 };
    return { ...verdict(item === 2 || !left.has(2)), slack: -0.5 };
  };
  const position: Position<number> = {
    get size() {
      return left.size;
    },
    has: (item) => left.has(item),
    attempt: ([item]) => ({
      measure: () => {
        measured.push(item);
        return Promise.resolve(outcome(item));
      },
      recalled: ({ accepted }) => verdict(accepted),
      accept: () => void left.delete(item),
    }),
  };
  const removal = new Removal<number>({ nameOf: String, ledger: noLedger, skipsFar: true });
  const descent = removal.begin(position, 0, 1);
  await removal.passes(descent, [0, 1, 2]);
  expect(measured).toEqual([0, 1, 2, 1, 0]);
  expect(removal.verified(descent, [...left]).single).toBe(1);
});
