import { expect, test } from "vitest";
import { Undoable } from "./undo.svelte.ts";

test("undo goes back one change at a time, redo forward again", () => {
  const value = new Undoable("a");
  value.change("b");
  value.change("c");
  value.undo();
  expect([value.current, value.canUndo, value.canRedo]).toEqual(["b", true, true]);
  value.undo();
  expect([value.current, value.canUndo]).toEqual(["a", false]);
  value.redo();
  value.redo();
  expect([value.current, value.canRedo]).toEqual(["c", false]);
});

test("a change after undoing drops what was undone", () => {
  const value = new Undoable("a");
  value.change("b");
  value.undo();
  value.change("c");
  value.redo();
  expect(value.current).toBe("c");
});

test("changes of one gesture are undone together, and a second gesture alone", () => {
  const value = new Undoable(0);
  for (const step of [1, 2, 3]) value.change(step, "scrub");
  value.change(4, "filter");
  value.undo();
  expect(value.current).toBe(3);
  value.undo();
  expect(value.current).toBe(0);
});

test("undoing at the beginning changes nothing", () => {
  const value = new Undoable("a");
  value.undo();
  value.redo();
  expect(value.current).toBe("a");
});
