import { expect, test } from "vitest";
import { GrowingText } from "./stops.ts";

function shownOf(stops: readonly string[], wholes: readonly string[]) {
  const text = new GrowingText(stops);
  return wholes.map((whole) => text.grow(whole));
}

test("without stop strings every piece is shown as it comes", () => {
  expect(shownOf([], ["a", "a b", "a b c"])).toEqual([
    { shown: "a", stopped: false },
    { shown: " b", stopped: false },
    { shown: " c", stopped: false },
  ]);
});

test("a stop string across two tokens is never shown", () => {
  expect(shownOf(["\n\n"], ["one", "one\n", "one\n\ntwo"])).toEqual([
    { shown: "one", stopped: false },
    { shown: "", stopped: false },
    { shown: "", stopped: true },
  ]);
});

test("what only began like a stop string is shown once it goes on otherwise", () => {
  expect(shownOf(["END"], ["E", "EN", "ENd"])).toEqual([
    { shown: "", stopped: false },
    { shown: "", stopped: false },
    { shown: "ENd", stopped: false },
  ]);
});

test("the first of several stop strings ends the text", () => {
  expect(shownOf(["cd", "b"], ["abcd"])).toEqual([{ shown: "a", stopped: true }]);
});

test("half a character waits for its other half, and is shown at the end if it never comes", () => {
  const text = new GrowingText([]);
  expect(text.grow("caf\uFFFD")).toEqual({ shown: "caf", stopped: false });
  expect(text.grow("café")).toEqual({ shown: "é", stopped: false });
  expect(text.grow("café\uFFFD")).toEqual({ shown: "", stopped: false });
  expect(text.rest()).toBe("\uFFFD");
});
