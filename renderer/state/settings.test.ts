import { expect, test } from "vitest";
import { FIRST_SIZES, firstSizes, Settings, themeFor } from "./settings.svelte.ts";
import { memoryOnly } from "./stored.ts";

test("the language is the first that the reader prefers and the workbench has", () => {
  const languageOf = (preferred: readonly string[]) => new Settings(memoryOnly(), preferred).language;
  expect([["fr-FR", "zh-TW", "en"], ["en-GB"], ["fr"], []].map(languageOf)).toEqual(["zh", "en", "en", "en"]);
});

test("what was chosen is there at the next visit", () => {
  const memory = memoryOnly();
  const first = new Settings(memory, ["en"]);
  first.setTheme("dark");
  first.setLanguage("zh");
  first.setSizes({ right: 300 });
  first.noteOpened("tasks/ioi.yaml", "ioi");
  expect(first.guide).toBe(0);
  first.setGuide("closed");
  const second = new Settings(memory, ["en"]);
  expect([second.guide, second.theme, second.language, second.sizes, second.recent]).toEqual([
    "closed",
    "dark",
    "zh",
    { ...FIRST_SIZES, right: 300 },
    [{ file: "tasks/ioi.yaml", name: "ioi" }],
  ]);
});

test("in a large window the panes have their share, in a small one what they need, and what was chosen stays", () => {
  const at = (innerWidth: number, innerHeight: number) => firstSizes({ innerWidth, innerHeight });
  expect([at(1024, 700), at(1280, 800)]).toEqual([FIRST_SIZES, FIRST_SIZES]);
  expect(at(1920, 1080)).toEqual({ right: 365, bottom: 292 });
  expect(at(2560, 1440)).toEqual({ right: 460, bottom: 389 });
  const memory = memoryOnly();
  new Settings(memory, [], at(2560, 1440)).setSizes({ right: 300 });
  expect(new Settings(memory, []).sizes).toEqual({ right: 300, bottom: 389 });
});

test("a memory that makes no sense is ignored", () => {
  const memory = memoryOnly();
  memory.setItem("secateur.theme", '"blue"');
  memory.setItem("secateur.guide", "5");
  memory.setItem("secateur.sizes", "{");
  memory.setItem("secateur.recent", "[{}]");
  const settings = new Settings(memory, ["en"]);
  expect([settings.theme, settings.sizes, settings.recent]).toEqual(["system", FIRST_SIZES, []]);
});

test("the system's theme holds until one is chosen", () => {
  expect([themeFor("system", true), themeFor("system", false), themeFor("light", true)]).toEqual([
    "dark",
    "light",
    "light",
  ]);
});
