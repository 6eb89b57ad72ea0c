import { expect, test } from "vitest";
import { PALETTES } from "../look/palette.ts";
import { curveCsv } from "./search-csv.ts";
import { curveLayout, drawCurve, nearestStep, type SearchCurve } from "./search-curve.ts";

const point = (at: number, kept: number, f: number) => ({ at, kept, f, second: 1 });
const CURVE: SearchCurve = {
  path: {
    accepted: [[point(0, 32, 1), point(1, 31, 0.99), point(2, 5, 0.95)]],
    rejected: [{ at: undefined, kept: 4, f: 0.1, second: undefined }],
  },
  bounds: { f: [0.9, 1.1], second: { half: "accuracy", bound: 0.9 } },
  heldOut: [{ kept: 5, f: 0.93 }],
  number: String,
  count: String,
  words: {
    kept: "units kept",
    accepted: "accepted",
    rejected: "rejected",
    heldOut: "held out",
    bounds: "criterion",
    accuracy: "accuracy",
    kl: "KL",
  },
};
const SIZE = { width: 400, height: 160 };

test("the full model stands at the left, and one rejected trial far away does not stretch the axis", () => {
  const { x, f, second } = curveLayout(CURVE, SIZE);
  expect(x.domain()).toEqual([32, 4]);
  expect(f.domain()[0]).toBeGreaterThan(0.85);
  expect(f.domain()[1]).toBeGreaterThan(1.1);
  expect(second!.domain()[0]).toBeLessThan(0.9);
  expect(x(32)).toBeLessThan(x(4));
});

test("the next run's threshold is always on the axis", () => {
  expect(curveLayout(CURVE, SIZE, 0.4).f.domain()[0]).toBeLessThan(0.4);
});

test("without a second half all the height is f's", () => {
  const plain = { ...CURVE, bounds: { f: [0.9, undefined], second: undefined } as const };
  const { f, second } = curveLayout(plain, SIZE);
  expect(second).toBeUndefined();
  expect(f.range()[0]).toBeGreaterThan(curveLayout(CURVE, SIZE).f.range()[0]!);
});

test("both bounds of f and the second half's are drawn, each line named", () => {
  const svg = drawCurve(CURVE, curveLayout(CURVE, SIZE), PALETTES.light);
  expect(svg.match(/stroke-dasharray="5 4"/g)).toHaveLength(3 + 1);
  for (const name of ["units kept", "accepted", "rejected", "held out", "criterion", "accuracy"]) {
    expect(svg).toContain(`>${name}</text>`);
  }
});

test("a click goes to the nearest step of the way", () => {
  const layout = curveLayout(CURVE, SIZE);
  expect(nearestStep(CURVE, layout, layout.x(6), layout.f(0.95))).toBe(2);
  expect(nearestStep(CURVE, layout, layout.x(32), layout.f(1))).toBe(0);
});

test("the table has every trial, and held-out f where it was measured", () => {
  expect(curveCsv(CURVE).split("\r\n")).toEqual([
    "order,kept,f,accuracy,accepted,f held out",
    "0,32,1,1,yes,",
    "0,31,0.99,1,yes,",
    "0,5,0.95,1,yes,0.93",
    ",4,0.1,,no,",
    "",
  ]);
});
