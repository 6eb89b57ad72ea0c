import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolder } from "./make-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-folder-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a folder is made with those above it, and one that is there stays", () => {
  const deep = join(folder, "a", "b", "c");
  makeFolder(deep);
  makeFolder(deep);
  expect(existsSync(deep)).toBe(true);
});

test("what the system refuses is said of the first folder that cannot be made", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const refusal = expect.objectContaining({
    code: "disk",
    message: `${file}: it is no folder, and one is needed there. Name another, or move what is there away.`,
  });
  expect(() => makeFolder(join(file, "a", "b"))).toThrow(refusal);
  expect(() => makeFolder(file)).toThrow(refusal);
});

test.runIf(process.platform === "linux")("where no folder can ever be, it ends and says so", () => {
  expect(() => makeFolder("/proc/secateur/a")).toThrow(
    expect.objectContaining({ code: "disk", message: "/proc/secateur: there is no such file or folder." }),
  );
});
