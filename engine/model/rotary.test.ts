import { expect, test } from "vitest";
import { rotaryPositions, scaleLlama3 } from "./rotary.ts";

test("unscaled frequencies fall from 1 by base^(−2i/d)", () => {
  expect(rotaryPositions(10000, 4)).toEqual({
    kind: "rotary",
    rotaryDims: 4,
    inverseFrequencies: Float64Array.of(1, 0.01),
  });
});

// Oracle: Transformers 4.57.3, ROPE_INIT_FUNCTIONS["llama3"], float32; relative 1e-6.
test("Llama 3's scaling keeps short waves, stretches long ones and blends between", () => {
  const scaling = { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192 };
  const positions = rotaryPositions(500000, 16, (frequency) => scaleLlama3(frequency, scaling));
  const expected = [
    1, 0.193922758102417, 0.03760603070259094, 0.00729266507551074, 0.0005248460220173001, 3.428102354519069e-5,
    6.647869668086059e-6, 1.289173155782919e-6,
  ];
  if (positions.kind !== "rotary") throw new Error("expected rotary positions");
  positions.inverseFrequencies.forEach((frequency, i) =>
    expect(Math.abs(frequency / expected[i] - 1)).toBeLessThan(1e-6),
  );
});
