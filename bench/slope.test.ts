import { expect, test } from "vitest";
import { logSlope } from "./slope.ts";

const sizes = [2, 4, 8, 16, 32];

test("A power has its exponent for a slope, whatever its factor.", () => {
  for (const exponent of [0, 1, 1.5, 2]) {
    expect(logSlope(sizes.map((size) => ({ size, seconds: 0.03 * size ** exponent })))).toBeCloseTo(exponent, 12);
  }
});

test("Points beside the line pull it as least squares have it.", () => {
  // log2 seconds 0, 1, 1 at log2 sizes 0, 1, 2: slope 1/2.
  const points = [
    { size: 1, seconds: 1 },
    { size: 2, seconds: 2 },
    { size: 4, seconds: 2 },
  ];
  expect(logSlope(points)).toBeCloseTo(0.5, 12);
});
