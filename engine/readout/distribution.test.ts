import { describe, expect, test } from "vitest";
import { klDivergence, logSumExp, probabilityOf } from "./distribution.ts";

// Probabilities 1/10, 2/10, 3/10, 4/10, whatever is added to all logits.
const LOGITS = [1, 2, 3, 4].map((p) => Math.log(p) + 5);

test("probabilityOf() adds up the probabilities of several tokens", () => {
  expect(probabilityOf([3], LOGITS)).toBeCloseTo(0.4, 12);
  expect(probabilityOf([0, 2], LOGITS)).toBeCloseTo(0.4, 12);
  expect(probabilityOf([], LOGITS)).toBe(0);
});

test("logSumExp() is the log of the sum of exponentials, large or small", () => {
  expect(logSumExp(LOGITS)).toBeCloseTo(Math.log(10) + 5, 12);
  expect(logSumExp([1e4, 1e4])).toBeCloseTo(1e4 + Math.log(2), 10);
  expect(logSumExp([-1e4, -1e4])).toBeCloseTo(-1e4 + Math.log(2), 10);
  expect(logSumExp([3])).toBe(3);
});

describe("klDivergence()", () => {
  test("is Σ p log(p/q) in nats, whatever is added to the logits", () => {
    const p = [Math.log(1 / 2), Math.log(1 / 4), Math.log(1 / 4)];
    const q = [0, 0, 0];
    // log 3 − H(p), H(p) = 1.5 log 2.
    const expected = Math.log(3) - 1.5 * Math.log(2);
    expect(klDivergence(p, q)).toBeCloseTo(expected, 12);
    expect(
      klDivergence(
        p.map((x) => x + 100),
        q.map((x) => x - 100),
      ),
    ).toBeCloseTo(expected, 12);
    // −log 3 + (2 log 2 + 2 log 2 + log 2) / 3.
    expect(klDivergence(q, p)).toBeCloseTo((5 / 3) * Math.log(2) - Math.log(3), 12);
  });

  test("is zero for one distribution and positive for two", () => {
    expect(klDivergence(LOGITS, LOGITS)).toBe(0);
    expect(klDivergence(LOGITS, [...LOGITS].reverse())).toBeGreaterThan(0.1);
  });

  test("is finite where a probability of p underflows", () => {
    expect(klDivergence([0, -2000], [0, -3000])).toBe(0);
  });
});
