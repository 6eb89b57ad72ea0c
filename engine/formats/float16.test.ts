import { expect, test } from "vitest";
import { bfloat16ToFloat, HALF_TO_FLOAT } from "./float16.ts";

// Expected values by the definition of IEEE 754 binary16.
test("halves: zero, one, largest, smallest normal, smallest of all, infinities, NaN", () => {
  const bits = [0x0000, 0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x7c00, 0xfc00, 0x7e00];
  const values = [0, 1, -2, 65504, 2 ** -14, 2 ** -24, -1023 * 2 ** -24, Infinity, -Infinity, NaN];
  expect(bits.map((half) => HALF_TO_FLOAT[half])).toEqual(values);
  expect(HALF_TO_FLOAT[0x8000]).toBe(-0);
});

test("bfloat16 is the upper half of a float32", () => {
  expect([0x3f80, 0xc000, 0x7f80, 0x0001].map(bfloat16ToFloat)).toEqual([1, -2, Infinity, 2 ** -133]);
  expect(bfloat16ToFloat(0x7fc0)).toBeNaN();
});
