import { expect, test } from "vitest";
import { isPlain, plainest } from "./plain-text.ts";

test("Latin text is plain once a true minus sign and narrow spaces are said otherwise; Chinese and arrows are not", () => {
  expect(plainest("−1.5\u202fs")).toBe("-1.5 s");
  expect(["f = 0.9 [0.8, 1.0] · naïve", plainest("−1"), "电路", "a → b"].map(isPlain)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
