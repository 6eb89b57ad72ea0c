import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Memory, visibleBounds } from "./memory.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secateur-memory-"));
  file = join(folder, "window.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what was kept is there after the next start", () => {
  const bounds = { x: 10, y: 20, width: 800, height: 600 };
  new Memory(file).keep({ bounds, maximised: true, folder: "/data", language: "zh" });
  expect(new Memory(file).current).toEqual({ bounds, maximised: true, recent: [], folder: "/data", language: "zh" });
});

test("files that were opened stand newest first, each once, ten at most", () => {
  const memory = new Memory(file);
  for (let i = 1; i <= 12; i++) memory.noteOpened(`/${i}`);
  memory.noteOpened("/5");
  expect(memory.current.recent).toEqual(["/5", "/12", "/11", "/10", "/9", "/8", "/7", "/6", "/4", "/3"]);
});

test.each(["", "[]", "null", "{", '{"recent": 5, "bounds": {"x": "left"}, "maximised": 1, "language": "tlh"}'])(
  "a broken file (%s) is as none",
  (text) => {
    writeFileSync(file, text);
    expect(new Memory(file).current).toMatchObject({ maximised: false, recent: [] });
    expect(new Memory(file).current.bounds).toBeUndefined();
  },
);

test("where nothing can be written, the program goes on", () => {
  writeFileSync(join(folder, "taken"), "");
  const memory = new Memory(join(folder, "taken", "window.json"));
  memory.noteOpened("/a");
  expect(memory.current.recent).toEqual(["/a"]);
  expect(readFileSync(join(folder, "taken"), "utf8")).toBe("");
});

test("a window whose screen is gone comes back to one that is there", () => {
  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
  const at = (x: number, y: number) => visibleBounds({ x, y, width: 800, height: 600 }, screens);
  expect(at(100, 50)).toEqual({ x: 100, y: 50, width: 800, height: 600 });
  expect(at(2500, 50)).toBeUndefined();
  expect(at(-750, 50)).toBeUndefined();
  expect(at(100, -10)).toBeUndefined();
  expect(at(100, 1040)).toBeUndefined();
  expect(visibleBounds(undefined, screens)).toBeUndefined();
});
