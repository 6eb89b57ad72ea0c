import { expect, test } from "vitest";
import { ablate, NO_EDITS, restore, toggled, toggleKeptAlways, withRole } from "./view.ts";

test("ablating a node that the user had put back only takes that back", () => {
  const edits = restore(NO_EDITS, "a0.h1");
  expect(ablate(edits, "a0.h1")).toEqual(NO_EDITS);
});

test("restoring a node that the user had taken out only takes that back", () => {
  const edits = ablate(NO_EDITS, "a0.h1");
  expect(edits).toEqual({ ...NO_EDITS, ablated: ["a0.h1"] });
  expect(restore(edits, "a0.h1")).toEqual(NO_EDITS);
});

test("doing the same twice is doing it once", () => {
  expect(ablate(ablate(NO_EDITS, "m2"), "m2").ablated).toEqual(["m2"]);
  expect(restore(restore(NO_EDITS, "m2"), "m2").restored).toEqual(["m2"]);
});

test("an empty role gives the node back the one that was found", () => {
  const edits = withRole(NO_EDITS, "a1.h2", "backup mover");
  expect(edits.roles).toEqual({ "a1.h2": "backup mover" });
  expect(withRole(edits, "a1.h2", "").roles).toEqual({});
});

test("toggling adds what is missing and removes what is there", () => {
  expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
});

test("a node cannot be both out and kept always: what was said last holds", () => {
  const kept = toggleKeptAlways(ablate(NO_EDITS, "a0.h1"), "a0.h1");
  expect(kept).toEqual({ ...NO_EDITS, keepAlways: ["a0.h1"] });
  expect(ablate(kept, "a0.h1")).toEqual({ ...NO_EDITS, ablated: ["a0.h1"] });
});
