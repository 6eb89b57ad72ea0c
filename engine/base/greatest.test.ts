import { expect, test } from "vitest";
import { append } from "./append.ts";
import { greatest, least } from "./greatest.ts";

/** More than a call takes arguments. */
const many = Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 1_000_003);

test("the ends of a million numbers", () => {
  expect([greatest(many), least(many)]).toEqual([1_000_002, 0]);
});

test("of no numbers the bound that is given, which the others do not pass", () => {
  expect([greatest([]), least([]), greatest([], 0), greatest([-2], -1), least([3], 2)]).toEqual([
    -Infinity,
    Infinity,
    0,
    -1,
    2,
  ]);
});

test("what is no number is not passed over", () => {
  expect([greatest([1, NaN, 2]), least([1, NaN, 2])]).toEqual([NaN, NaN]);
});

test("a million entries are put behind a list, in their order", () => {
  const list = [-1];
  append(list, many);
  expect([list.length, list[0], list[1], list.at(-1)]).toEqual([1_000_001, -1, many[0], many.at(-1)]);
});
