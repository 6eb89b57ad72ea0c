import { expect, test } from "vitest";
import { guardSecondClick } from "./second-click.ts";

/** Whether a button hears of the click. @param detail how many clicks followed one another, 0 for a key */
function hears(button: object, detail: number): boolean {
  let heard = true;
  guardSecondClick({
    detail,
    target: { closest: () => button },
    preventDefault: () => undefined,
    stopImmediatePropagation: () => (heard = false),
  });
  return heard;
}

test("a double-click on Start is no click on the Stop that takes its place", () => {
  const [start, stop] = [{}, {}];
  expect([hears(start, 1), hears(stop, 2), hears(stop, 1)]).toEqual([true, false, true]);
});

test("a button that stays hears every click, and a key is never a second one", () => {
  const [next, stop] = [{}, {}];
  expect([hears(next, 1), hears(next, 2), hears(next, 3), hears(stop, 0)]).toEqual([true, true, true, true]);
});
