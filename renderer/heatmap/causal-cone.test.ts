import { expect, test } from "vitest";
import { isInCone } from "./causal-cone.ts";

test("a cell reaches itself, and the same and later positions of deeper layers", () => {
  const from = { row: 1, column: 1 };
  const drawn = [0, 1, 2].map((row) =>
    [0, 1, 2].map((column) => (isInCone(from, { row, column }) ? "x" : ".")).join(""),
  );
  expect(drawn).toEqual(["...", ".x.", ".xx"]);
});
