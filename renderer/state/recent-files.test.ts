import { expect, test } from "vitest";
import { withMissing, withOpened, type RecentFile } from "./recent-files.ts";

test("an opened file comes first, once, and is no longer missing", () => {
  const recent = withMissing(
    [
      { file: "a", name: "A" },
      { file: "b", name: "B" },
    ],
    "b",
  );
  expect(recent[1]).toEqual({ file: "b", name: "B", missing: true });
  expect(withOpened(recent, "b", "B")).toEqual([
    { file: "b", name: "B" },
    { file: "a", name: "A" },
  ]);
});

test("ten are remembered", () => {
  let recent: readonly RecentFile[] = [];
  for (let i = 0; i < 12; i++) recent = withOpened(recent, `f${i}`, `F${i}`);
  expect(recent.map(({ file }) => file)).toEqual(["f11", "f10", "f9", "f8", "f7", "f6", "f5", "f4", "f3", "f2"]);
});
