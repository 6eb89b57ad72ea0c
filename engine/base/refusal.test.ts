import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeFileAtomic } from "./atomic-file.ts";
import { refusalOf, withFile } from "./refusal.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-refusal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const refused = (code: string, path?: string) => Object.assign(new Error(`${code}: as Node says it`), { code, path });

test.each([
  ["ENOSPC", "the disk is full"],
  ["EROFS", "the disk is read-only"],
  ["EACCES", "permission is denied"],
])("%s is a sentence with the file and the reason", (code, reason) => {
  const work = () =>
    withFile("x/run.jsonl", () => {
      throw refused(code);
    });
  expect(work).toThrow(
    expect.objectContaining({
      code: "disk",
      message: `x/run.jsonl: ${reason}.`,
      facts: { place: { file: "x/run.jsonl" } },
    }),
  );
});

test("the name that the user knows goes before the one of the moment", () => {
  expect(refusalOf(refused("ENOSPC", "x.json.1.part"), "x.json")!.message).toBe("x.json: the disk is full.");
  expect(refusalOf(refused("ENOSPC", "x.json"))!.message).toBe("x.json: the disk is full.");
});

test("mistakes of the program are none of the system's refusals", () => {
  expect(refusalOf(new TypeError("x"))).toBeUndefined();
  expect(refusalOf(refused("ENOSPC"))).toBeUndefined();
  expect(refusalOf(refused("ERR_INVALID_ARG_TYPE"), "x")).toBeUndefined();
});

test("a folder in the place of a file, and a file in the place of a folder", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => writeFileAtomic(folder, "x")).toThrow(`${folder}: it is a folder.`);
  const below = join(folder, "file", "x.json");
  expect(() => writeFileAtomic(below, "x")).toThrow(`${below}: a part of the path is no folder.`);
});
