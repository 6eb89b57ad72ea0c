import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { enterCallerFolder } from "./caller-folder.ts";
import { installedPath } from "./installation.ts";

const before = process.cwd();
const folder = realpathSync(mkdtempSync(join(tmpdir(), "secateur-caller-")));
afterEach(() => {
  process.chdir(before);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ours = installedPath("package.json");

test.each([
  ["our script", { npm_lifecycle_event: "secateur", npm_package_json: ours, INIT_CWD: folder }, folder],
  ["another script of ours", { npm_lifecycle_event: "test", npm_package_json: ours, INIT_CWD: folder }, before],
  [
    "another package's script",
    { npm_lifecycle_event: "secateur", npm_package_json: "/x.json", INIT_CWD: folder },
    before,
  ],
  ["no npm at all", {}, before],
] as const)("%s: relative paths are from the right folder", (_, environment, cwd) => {
  enterCallerFolder(["secateur"], environment);
  expect(process.cwd()).toBe(cwd);
});
