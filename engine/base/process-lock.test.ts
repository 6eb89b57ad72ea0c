import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { lockHolder, takeLock } from "./process-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let file: string;
let count = 0;
beforeEach(() => (file = join(folder, `file-${++count}`)));

test("held once, by whom is told, and free again after its release", () => {
  const first = takeLock(file);
  expect(takeLock(file)).toEqual({ heldBy: lockHolder(file) });
  expect(lockHolder(file)).toMatchObject({ pid: process.pid });
  if ("release" in first) first.release();
  expect(lockHolder(file)).toBeUndefined();
  expect("release" in takeLock(file)).toBe(true);
});

test.each([
  ["of a process that is gone", { pid: 2 ** 22 - 1, started: "" }],
  ["of a process id that was used again", { pid: process.pid, started: "another start" }],
  ["without a process", { pid: "1", started: 5 }],
  ["of no sense", "rubbish"],
])("a lock %s is taken over", (_name, content) => {
  writeFileSync(`${file}.lock`, JSON.stringify(content));
  expect(lockHolder(file)).toBeUndefined();
  expect("release" in takeLock(file)).toBe(true);
  expect(readdirSync(folder).filter((name) => name.startsWith(`file-${count}.`))).toEqual([`file-${count}.lock`]);
});

test("a lock of a living process is nobody else's", () => {
  const holder = { pid: process.ppid, started: "" };
  writeFileSync(`${file}.lock`, JSON.stringify(holder));
  expect(takeLock(file)).toEqual({ heldBy: holder });
  expect(existsSync(`${file}.lock`)).toBe(true);
});
