import { expect, test } from "vitest";
import { fileNamed } from "./file-named.ts";

const KNOWN = ["/a/tasks/ioi.yaml", "C:\\tasks\\mine.yaml", "/b/ioi.yaml"];

test.each([
  ["/b/ioi.yaml", "/b/ioi.yaml"],
  ["ioi.yaml", "/a/tasks/ioi.yaml"],
  ["tasks/mine.yaml", "C:\\tasks\\mine.yaml"],
  ["other.yaml", undefined],
])("%s is %s", (file, found) => {
  expect(fileNamed(file, KNOWN)).toBe(found);
});
