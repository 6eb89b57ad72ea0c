import { expect, test } from "vitest";
import { AlignedText } from "./aligned-text.ts";

/** What each unit stands for in the original. */
function spansOf(text: AlignedText): string[] {
  return Array.from({ length: text.length }, (_, i) => {
    const { start, end } = text.span(i, i + 1);
    return `${text.text[i]}:${start}-${end}`;
  });
}

test("characters that stay as long stand for what they stood for, of two units too", () => {
  const changed = AlignedText.of("A😀B").eachCharacter((character) => character.toLowerCase());
  expect([changed.text, spansOf(changed)]).toEqual(["a😀b", ["a:0-1", "\ud83d:1-3", "\ude00:1-3", "b:3-4"]]);
});

test("what a character grows to stands for all of it, and what follows for itself", () => {
  // The dotted capital I of Turkish is two characters in lower case.
  const changed = AlignedText.of("İX").eachCharacter((character) => character.toLowerCase());
  expect([changed.text, spansOf(changed)]).toEqual(["i̇x", ["i:0-1", "̇:0-1", "x:1-2"]]);
});

test("what one character gives and another takes does not move those between them", () => {
  const lengths = new Map([
    ["a", ""],
    ["b", "b"],
    ["c", "cc"],
  ]);
  const changed = AlignedText.of("abc").eachCharacter((character) => lengths.get(character)!);
  expect([changed.text, spansOf(changed)]).toEqual(["bcc", ["b:1-2", "c:2-3", "c:2-3"]]);
});
