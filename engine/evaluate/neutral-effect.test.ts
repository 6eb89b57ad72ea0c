// Oracle: plain float64 loops without any of the engine's code (test/plain-plan.ts), KL and −log p from their logits. 1e-9 in float64,
// 1e-5 nats in float32, in which ONNX Runtime sums the exponentials.
import { afterAll, describe, expect, test } from "vitest";
import { plainPlan } from "../../test/plain-plan.ts";
import { GATED, randomModel } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import { Random } from "../base/random.ts";
import type { Model } from "../model/model.ts";
import { type FreeChange, neutralEffects } from "./neutral-effect.ts";

const model = randomModel(GATED, 3);
const other = randomModel(GATED, 4);
const executor = new Executor(model, { threads: 1 });
const exact = new Executor(model, { threads: 1, precision: "float64" });
const otherExact = new Executor(other, { threads: 1, precision: "float64" });
afterAll(() => Promise.all([executor, exact, otherExact].map((one) => one.dispose())));

const random = Random.seeded(1);
const TEXTS = [5, 1, 9, 2, 7, 6].map((length) => ({ ids: Array.from({ length }, () => random.below(20)) }));
const vector = Array.from({ length: GATED.dModel }, () => random.normal());
const add = (layer: number, scale: number): FreeChange => ({
  where: { site: "residPost", layer, at: "all" },
  change: { op: "add", what: { vector }, scale },
});

function plainEffect(changes: readonly FreeChange[], changedModel: Model = model, from = 1) {
  const sums = { tokens: 0, predicted: 0, kl: 0, clean: 0, changed: 0 };
  for (const { ids } of TEXTS) {
    const logits = (of: Model, applied: readonly FreeChange[]) =>
      plainPlan(of, {
        worlds: [{ ids }],
        changes: applied.map((change) => ({ ...change, world: 0 })),
        read: [{ world: 0, site: "logits", at: "all" }],
      })[0].map((row) => {
        const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
        return row.map((x) => x - total);
      });
    const [clean, changed] = [logits(model, []), logits(changedModel, changes)];
    for (let position = from; position < ids.length; position++) {
      sums.tokens++;
      sums.kl += clean[position].reduce((sum, p, i) => sum + Math.exp(p) * (p - changed[position][i]), 0);
      if (position + 1 === ids.length) continue;
      sums.predicted++;
      sums.clean -= clean[position][ids[position + 1]];
      sums.changed -= changed[position][ids[position + 1]];
    }
  }
  const { tokens, predicted, kl, clean, changed } = sums;
  return { tokens, kl: kl / tokens, clean: clean / predicted, changed: changed / predicted };
}

describe("what changes do to neutral text", () => {
  const variants = [[add(0, 1)], [add(2, -3)], [add(0, 1), add(1, 0.5)], []];

  test.each([
    ["float64", exact, 1e-9],
    ["float32", executor, 1e-5],
  ] as const)("is KL and cross entropy per token as plain loops give them, in %s", async (_, on, tolerance) => {
    const effects = await neutralEffects(
      on,
      TEXTS,
      variants.map((changes) => ({ changes })),
    );
    variants.forEach((changes, v) => {
      const plain = plainEffect(changes);
      const { kl, crossEntropy, texts, tokens } = effects[v];
      expect(texts).toBe(5);
      expect(tokens).toBe(plain.tokens);
      expect(Math.abs(kl.mean - plain.kl)).toBeLessThan(tolerance);
      expect(Math.abs(crossEntropy.clean.mean - plain.clean)).toBeLessThan(tolerance);
      expect(Math.abs(crossEntropy.changed.mean - plain.changed)).toBeLessThan(tolerance);
      expect(Math.abs(crossEntropy.increase.mean - (plain.changed - plain.clean))).toBeLessThan(tolerance);
      expect(kl.interval![0]).toBeLessThanOrEqual(kl.mean);
      expect(kl.interval![1]).toBeGreaterThanOrEqual(kl.mean);
    });
    // No change is none, to the bit.
    expect(effects[3].kl).toEqual({ mean: 0, interval: [0, 0] });
    // Every change says what it did: 29 positions of 16 entries, moved by |v| each.
    expect(effects[0].fired[0].entries).toBe(29 * 16);
    expect(effects[0].fired[0].moved).toBeCloseTo(Math.sqrt(29) * Math.hypot(...vector), 3);
  });

  test("of another model of the same tokens is measured with its own read-out", async () => {
    const [{ kl, crossEntropy, fired }] = await neutralEffects(exact, TEXTS, [{ model: otherExact }]);
    const plain = plainEffect([], other);
    expect(kl.mean).toBeCloseTo(plain.kl, 9);
    expect(crossEntropy.changed.mean).toBeCloseTo(plain.changed, 9);
    expect(fired).toEqual([]);
  });

  test("counts from the position asked for, and what a corpus has not seen", async () => {
    const changes = [add(1, 1)];
    const [all] = await neutralEffects(exact, TEXTS, [{ changes }], { from: 0 });
    expect(all.kl.mean).toBeCloseTo(plainEffect(changes, model, 0).kl, 9);
    const seen = TEXTS.map((text) => ({ ...text, firstNew: text.ids.length - 1 }));
    const [ends] = await neutralEffects(exact, seen, [{ changes }]);
    expect(ends.tokens).toBe(5);
    expect(ends.crossEntropy.increase).toEqual({ mean: NaN, interval: undefined });
  });

  test("of no text is refused", async () => {
    await expect(neutralEffects(exact, [{ ids: [3] }], [{ changes: [] }])).rejects.toThrow(
      "No neutral text has a second token",
    );
  });
});
