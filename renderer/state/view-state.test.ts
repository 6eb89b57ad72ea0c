import { expect, test } from "vitest";
import { ablate, FIRST_VIEW, NO_EDITS } from "./view.ts";
import { ViewState } from "./view-state.svelte.ts";

const edited = ablate(NO_EDITS, "a0.h1");

test("undo takes back what was done by hand and leaves where one looks", () => {
  const view = new ViewState(FIRST_VIEW);
  view.change({ edits: edited });
  view.change({ tab: "effects", step: 3, selection: { kind: "node", id: "a0.h1" } });
  view.change({ pinned: ["a0.h1"] });
  view.undo();
  view.undo();
  expect(view.current).toEqual({
    ...FIRST_VIEW,
    tab: "effects",
    step: 3,
    selection: { kind: "node", id: "a0.h1" },
  });
  view.redo();
  expect(view.current.edits).toEqual(edited);
});

test("looking elsewhere is nothing to undo, and does not end what can be redone", () => {
  const view = new ViewState(FIRST_VIEW);
  view.change({ tab: "lens" });
  view.change({ step: 2 });
  expect(view.canUndo).toBe(false);
  view.change({ edits: edited });
  view.undo();
  view.change({ tab: "nodes" });
  expect([view.canUndo, view.canRedo]).toEqual([false, true]);
});

test("a view from a file has no past", () => {
  const view = new ViewState(FIRST_VIEW);
  view.change({ edits: edited });
  view.reset({ ...FIRST_VIEW, pinned: ["m1"] });
  expect([view.current.pinned, view.canUndo, view.canRedo]).toEqual([["m1"], false, false]);
});
