import { expect, test } from "vitest";
import { matching } from "./matching.ts";

const names = ["Show: runs", "Run on", "Previous step", "Next step"];
const match = (query: string) => matching(query, names, (name) => name);

test("names that hold every word are found, those that begin with it first", () => {
  expect(match("run")).toEqual(["Run on", "Show: runs"]);
  expect(match("step next")).toEqual(["Next step"]);
  expect(match("moon")).toEqual([]);
});

test("nothing typed leaves all in their order", () => {
  expect(match(" ")).toEqual(names);
});
