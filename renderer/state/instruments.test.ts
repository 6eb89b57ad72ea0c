import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { VERB_NAMES } from "../../engine/contract/verbs.ts";
import { GROUPS, INSTRUMENTS, nextTab, shownBy, tabAction, tabOf, TABS, tabsOf } from "./instruments.ts";

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

test("every instrument has a pane of its name, or the plain one", () => {
  const own = TABS.filter((tab) => !INSTRUMENTS[tab].plain).map((tab) => `${tab[0]!.toUpperCase()}${tab.slice(1)}`);
  const files = readdirSync("renderer/app/panes");
  expect([...own, "Plain"].filter((name) => !files.includes(`${name}Pane.svelte`))).toEqual([]);
});

test("no result is shown by two instruments", () => {
  const shown = TABS.flatMap((tab) => [...(INSTRUMENTS[tab].verbs ?? []), ...[INSTRUMENTS[tab].plain ?? []].flat()]);
  expect(shown).toEqual([...new Set(shown)]);
  expect(shown.map((verb) => TABS.includes(tabOf(verb)!))).toEqual(shown.map(() => true));
  expect(shown.filter((verb) => !VERB_NAMES.includes(verb))).toEqual([]);
});
