import { expect, test } from "vitest";
import { isDarkGround } from "./ground.ts";

test("text is light on dark grounds and dark on light ones, however the colour is written", () => {
  expect(
    ["#14171a", "rgb(13, 69, 50)", "#0d4532", "#ffffff", "rgb(207, 227, 218)", "#f4bf8a"].map(isDarkGround),
  ).toEqual([true, true, true, false, false, false]);
});
