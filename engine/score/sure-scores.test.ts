import { expect, test } from "vitest";
import { meanIntervalsOver } from "../evaluate/bootstrap.ts";
import { sureMean } from "./sure-scores.ts";

const intervalOf = meanIntervalsOver(6, 1)!;
const sure = (...values: number[]) => sureMean(Float64Array.from(values), intervalOf);

test("a score whose interval over examples holds 0 counts a thousandth, others stay as they are", () => {
  expect(sure(1, 1.5, 2, 1, 1.5, 2)).toBe(1.5);
  expect(sure(-1, -1.5, -2, -1, -1.5, -2)).toBe(-1.5);
  expect(sure(-0.1, 1.6, 2, 1, 1.5, 3)).toBe(1.5);
  expect(sure(3, -2, 2, -3, 1, -0.4)).toBeCloseTo(0.0001, 12);
  expect(sure(0, 0, 0, 0, 0, 0)).toBe(0);
});

test("scores of one sign need no draws", () => {
  const none = () => expect.fail("an interval was made");
  expect(sureMean(Float64Array.of(1, 2, 3), none)).toBe(2);
  expect(sureMean(Float64Array.of(-1, -2, -3), none)).toBe(-2);
});
