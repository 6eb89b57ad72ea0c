import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ByteFile } from "./byte-file.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-bytes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("reads ranges and refuses those outside the file", () => {
  const path = join(folder, "a");
  writeFileSync(path, "0123456789");
  const file = ByteFile.open(path);
  expect([file.size, file.read(3, 4).toString(), file.read(10, 0).toString()]).toEqual([10, "3456", ""]);
  for (const [offset, length] of [
    [8, 3],
    [-1, 2],
    [2 ** 60, 1],
    [0.5, 1],
    [0, 2 ** 62],
  ]) {
    expect(() => file.read(offset, length)).toThrow(
      `${path}: bytes ${offset} to ${offset + length} lie outside the file, which has 10.`,
    );
  }
  file.close();
  file.close();
  expect(() => file.read(0, 1)).toThrow("was read after it was closed");
});
