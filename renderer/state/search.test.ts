import { expect, test } from "vitest";
import { findNodes } from "./search.ts";

const roles: Readonly<Record<string, string>> = {
  "a1.h0": "name mover",
  "a1.h2": "name mover",
  "a0.h7": "S-inhibition",
};
const find = (query: string) =>
  findNodes(query, ["a1.h2", "a0.h7", "a1.h0", "m1", "logits"], (id) => roles[id]).map(({ id }) => id);

test("ids that begin with the query come first, then in the order of the data flow", () => {
  expect(find("1")).toEqual(["a1.h0", "a1.h2", "m1"]);
  expect(find("m1")).toEqual(["m1"]);
});

test("roles are found, by several words too", () => {
  expect(find("mover name")).toEqual(["a1.h0", "a1.h2"]);
  expect(find("inhib")).toEqual(["a0.h7"]);
});

test("nothing is found for nothing", () => {
  expect(find("  ")).toEqual([]);
});
