import { expect, test } from "vitest";
import { GROUPS, nextTab, shownBy, tabAction, TABS, tabsOf } from "./instruments.ts";

test("every instrument stands in one group, and every group has one", () => {
  expect(GROUPS.flatMap(tabsOf).sort()).toEqual([...TABS].sort());
  expect(GROUPS.filter((group) => tabsOf(group).length === 0)).toEqual([]);
});

test("a group's key goes to its first instrument, and then through the others", () => {
  expect([nextTab("locate", "circuit"), nextTab("locate", "effects"), nextTab("locate", "edges")]).toEqual([
    "effects",
    "curves",
    "effects",
  ]);
});

test("an action names what it shows", () => {
  expect([shownBy(tabAction("lens")), shownBy("groupRead"), shownBy("undo")]).toEqual([
    { tab: "lens" },
    { group: "read" },
    undefined,
  ]);
});
