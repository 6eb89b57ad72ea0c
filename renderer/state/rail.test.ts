import { expect, test } from "vitest";
import { GROUPS, TABS } from "./instruments.ts";
import { HEADING, heightOf, railWithin, ROW } from "./rail.ts";

test("every instrument stands in the rail where it has the height, all groups headed, and no menu", () => {
  const whole = TABS.length * ROW + GROUPS.length * HEADING;
  expect(heightOf(TABS)).toBe(whole);
  const { shown, more } = railWithin(whole, "task");
  expect(shown.map(({ group }) => group)).toEqual(GROUPS);
  expect(shown.flatMap(({ tabs }) => tabs)).toEqual(TABS);
  expect(more).toEqual([]);
});

test("a window of 1280 × 800 has room for all, under the bar and over the shelf's line", () => {
  const [bar, shelf, padding] = [44, 34, 8];
  expect(railWithin(800 - bar - shelf - padding, "task").more).toEqual([]);
});

test("in a low window the last ones stand in the menu, but the one that is shown stays in the rail", () => {
  const room = heightOf(["task", "text", "effects", "statistics"]) + ROW;
  const { shown, more } = railWithin(room, "statistics");
  expect(shown).toEqual([
    { group: "prompts", tabs: ["task", "text"] },
    { group: "locate", tabs: ["effects"] },
    { group: "trust", tabs: ["statistics"] },
  ]);
  expect(more).toEqual(TABS.filter((tab) => !["task", "text", "effects", "statistics"].includes(tab)));
  expect(heightOf(shown.flatMap(({ tabs }) => tabs)) + ROW).toBeLessThanOrEqual(room);
});

test("where there is room for nothing, the shown one and the menu are left", () => {
  expect(railWithin(0, "lens").shown).toEqual([{ group: "read", tabs: ["lens"] }]);
});
