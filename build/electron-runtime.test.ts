import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { electronBinary, whyNoWindow } from "./electron-runtime.ts";

const NAMES = { darwin: "Electron.app/Contents/MacOS/Electron", win32: "electron.exe" };
const name = NAMES[process.platform as "darwin"] ?? "electron";

test("a folder that was named holds the binary, or there is none; nothing is downloaded", () => {
  const folder = mkdtempSync(join(tmpdir(), "secateur-electron-"));
  const environment = { ELECTRON_OVERRIDE_DIST_PATH: folder, DISPLAY: ":0" };
  expect(electronBinary(environment)).toBeUndefined();
  expect(whyNoWindow(environment)).toMatch(/binary is not here/);
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), "");
  expect(electronBinary(environment)).toBe(join(folder, name));
  expect(whyNoWindow(environment)).toBeUndefined();
  rmSync(folder, { recursive: true });
});
