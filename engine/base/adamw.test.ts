import { readFileSync } from "node:fs";
import { expect, suite, test } from "vitest";
import { adamWStep, type Moments, noMoments, type Slice } from "./adamw.ts";

interface Reference {
  readonly w: readonly number[];
  readonly b: readonly number[];
  readonly gradients: readonly (readonly [readonly number[], readonly number[]])[];
  readonly steps: readonly {
    readonly rate: number;
    readonly w: readonly number[];
    readonly b: readonly number[];
  }[];
}

const OPTIONS = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, maxNorm: 1 };
const PARAMETERS: readonly Slice[] = [
  { offset: 0, decayed: true },
  { offset: 4, decayed: false },
];

suite("adamWStep()", () => {
  test("the first step moves every weight by the rate against the sign of its gradient, after the decay", () => {
    const weights = Float32Array.of(1, -2, 3, 0, 1, -1);
    const gradients = [Float32Array.of(0.5, -0.25, 0.125, 0), Float32Array.of(-0.5, 0.0625)];
    const options = { ...OPTIONS, weightDecay: 0.5, epsilon: 0, maxNorm: 100 };
    // m̂ = g and v̂ = g², so the step is rate · sign(g); a gradient of 0 would be 0/0 with ε = 0, so ε comes back for it.
    const moments = adamWStep(weights, gradients, noMoments(6), 0.25, PARAMETERS, { ...options, epsilon: 1e-12 });
    const expected = [1 * 0.875 - 0.25, -2 * 0.875 + 0.25, 3 * 0.875 - 0.25, 0, 1 + 0.25, -1 - 0.25];
    expected.forEach((value, i) => expect(weights[i]).toBeCloseTo(value, 6));
    expect(moments.updates).toBe(1);
  });

  test("agrees with torch.optim.AdamW and clip_grad_norm_ over four steps, max |Δ| ≤ 1e-6 in float32", () => {
    const path = new URL("../../test/reference/adamw.json", import.meta.url);
    const reference = JSON.parse(readFileSync(path, "utf8")) as Reference;
    const weights = Float32Array.from([...reference.w, ...reference.b]);
    let moments: Moments = noMoments(6);
    reference.steps.forEach(({ rate, w, b }, step) => {
      const gradients = reference.gradients[step]!.map((values) => Float32Array.from(values));
      moments = adamWStep(weights, gradients, moments, rate, PARAMETERS, OPTIONS);
      [...w, ...b].forEach((value, i) => expect(Math.abs(weights[i]! - value)).toBeLessThan(1e-6));
    });
  });
});
