import type { MenuItemConstructorOptions } from "electron";
import { expect, test, vi } from "vitest";
import type { HostCommand } from "../renderer/client/host.ts";
import { GROUPS, tabAction, TABS } from "../renderer/state/instruments.ts";
import { menuTemplate, type MenuState } from "./menu.ts";

const STATE: MenuState = {
  language: "en",
  theme: "dark",
  unsaved: false,
  disabled: ["undo", "exportCircuit"],
  recent: ["/data/ioi.yaml"],
  isMac: false,
};

function menu(state: Partial<MenuState> = {}) {
  const deeds = {
    command: vi.fn<(command: HostCommand) => void>(),
    openRecent: vi.fn(),
    forgetRecent: vi.fn(),
    about: vi.fn(),
  };
  const template = menuTemplate({ ...STATE, ...state }, deeds);
  const all = template.flatMap(flat);
  const item = (label: string) => all.find((entry) => entry.label === label)!;
  const click = (label: string) => (item(label).click as () => void)();
  return { template, deeds, all, item, click };
}

function flat(item: MenuItemConstructorOptions): MenuItemConstructorOptions[] {
  const below = Array.isArray(item.submenu) ? item.submenu : [];
  return [item, ...below.flatMap(flat)];
}

test("an item does an action of the page, and is grey where the page cannot do it", () => {
  const { deeds, item, click } = menu();
  click("Save the session");
  expect(deeds.command).toHaveBeenCalledWith({ do: "action", id: "saveSession" });
  expect([item("Save the session").enabled, item("Undo").enabled, item("Circuit").enabled]).toEqual([
    true,
    false,
    false,
  ]);
});

test("recent files, themes, languages and formats are menus of their own", () => {
  const { deeds, item, click } = menu({ disabled: [] });
  click("ioi.yaml");
  expect(deeds.openRecent).toHaveBeenCalledWith("/data/ioi.yaml");
  for (const label of ["Light", "中文", "Table of units"]) click(label);
  expect(deeds.command.mock.calls).toEqual([
    [{ do: "theme", theme: "light" }],
    [{ do: "language", language: "zh" }],
    [{ do: "export", format: "csv" }],
  ]);
  expect(item("Dark").checked).toBe(true);
});

test("every instrument stands in the menu of its group", () => {
  const { template, deeds } = menu();
  const views = (template.find(({ label }) => label === "View")!.submenu as MenuItemConstructorOptions[]).filter(
    ({ id }) => id?.startsWith("group-"),
  );
  const items = views.map(({ submenu }) => submenu as MenuItemConstructorOptions[]);
  expect(views.map(({ id }) => id)).toEqual(GROUPS.map((group) => `group-${group}`));
  expect(items.flat().map(({ id }) => id)).toEqual(TABS.map(tabAction));
  for (const { click } of items.flat()) (click as () => void)();
  expect(deeds.command.mock.calls).toEqual(TABS.map((tab) => [{ do: "action", id: tabAction(tab) }]));
});

test("the keys in the menu are the page's to answer", () => {
  const keys = menu().all.filter(({ accelerator }) => accelerator !== undefined);
  expect(keys.length).toBeGreaterThan(5);
  expect(keys.every(({ registerAccelerator }) => registerAccelerator === false)).toBe(true);
});

test.each(["en", "zh"] as const)("every item has words in %s", (language) => {
  for (const isMac of [false, true]) {
    const items = menu({ language, isMac }).all.filter(({ type, role }) => type !== "separator" && role !== "hide");
    expect(items.filter(({ label }) => !label)).toEqual([]);
  }
});
