import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { openProbability, sampleGate } from "./hard-concrete.ts";

test.each([-3, -0.5, 0, 1, 2.5])("at logα = %d as many gates are open as the probability says (0.02)", (logAlpha) => {
  const random = Random.seeded(1, "gates");
  const open = Array.from({ length: 20_000 }, () => sampleGate(logAlpha, random)).filter(({ gate }) => gate > 0);
  expect(Math.abs(open.length / 20_000 - openProbability(logAlpha).probability)).toBeLessThanOrEqual(0.02);
});

// Oracle: central differences with the same draw, step 1e-6.
test("slopes are those of gate and probability (1e-6)", () => {
  for (const logAlpha of [-2, 0, 0.7, 3]) {
    for (let seed = 0; seed < 8; seed++) {
      const gateAt = (x: number) => sampleGate(x, Random.seeded(seed, "draw"));
      const slope = (gateAt(logAlpha + 1e-6).gate - gateAt(logAlpha - 1e-6).gate) / 2e-6;
      expect(gateAt(logAlpha).slope).toBeCloseTo(slope, 6);
    }
    const probabilityAt = (x: number) => openProbability(x).probability;
    const slope = (probabilityAt(logAlpha + 1e-6) - probabilityAt(logAlpha - 1e-6)) / 2e-6;
    expect(openProbability(logAlpha).slope).toBeCloseTo(slope, 6);
  }
});
