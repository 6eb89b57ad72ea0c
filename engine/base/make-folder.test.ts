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
  expect(() => makeFolder(join(file, "a", "b"))).toThrow(
    expect.objectContaining({ code: "disk", message: `${join(file, "a")}: a part of the path is no folder.` }),
  );
});
