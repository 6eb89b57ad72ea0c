import { expect, test } from "vitest";
import { windowsOf } from "./readout.ts";

test("tokens are cut into windows of one size, 64 at most", () => {
  expect([8192, 808, 1105, 64, 5, 67].map(windowsOf)).toEqual([128, 101, 65, 1, 1, 67]);
});
