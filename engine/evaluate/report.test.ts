import { describe, expect, test } from "vitest";
import { UnitSpace, type UnitSet } from "../circuit/unit-set.ts";
import { headUnit, mlpUnit } from "../circuit/unit.ts";
import type { Example } from "../task/example.ts";
import type { Evaluator, Measurement } from "./evaluator.ts";
import type { Criterion } from "./faithfulness.ts";
import { measureAnchors, measureFigures, measureRandom } from "./report.ts";

const space = new UnitSpace({ nLayers: 3, nHeads: 4, dMlp: 8 }, ["head", "mlp"]);

function measured(metric: readonly number[], correct: readonly number[], kl: readonly number[]): Measurement {
  return { metric: Float64Array.from(metric), correct: Float64Array.from(correct), kl: Float64Array.from(kl) };
}

/** Five examples, measured by hand: the full model, the empty circuit, any other circuit. */
const FULL = measured([4, 6, 8, 10, 7], [1, 1, 1, 0, 1], [0, 0, 0, 0, 0]);
const EMPTY = measured([0, 1, 0, 1, 0.5], [0, 0, 0, 0, 0], [2, 2, 1, 3, 2]);
const OTHER = measured([9, 5, 7, 4, 6.25], [1, 0, 1, 1, 1], [0.1, 0.3, 0, 0.2, 0.15]);

/** An evaluator of which only what report.ts asks for is there. */
function evaluatorOf(measure: (kept: UnitSet) => Measurement): Evaluator {
  const examples = Array.from({ length: 5 }) as Example[];
  const mean = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;
  const stub = {
    space,
    examples,
    prompts: examples.map((_, e) => Int32Array.of(e)),
    measure: (kept: UnitSet) => Promise.resolve(measure(kept)),
    metric: (kept: UnitSet) => Promise.resolve(mean(measure(kept).metric)),
  };
  return stub as unknown as Evaluator;
}

const evaluator = evaluatorOf((kept) => (kept.size === space.size ? FULL : kept.size === 0 ? EMPTY : OTHER));
const kept = space.setOf([headUnit(0, 1), headUnit(2, 3), headUnit(2, 0), mlpUnit(1)]);
const criterion: Criterion = { name: "match", threshold: 0.9, second: "accuracy" };

describe("measureAnchors()", () => {
  test("gives the means of the full model and of the empty circuit", async () => {
    const { ends, full, empty } = await measureAnchors(evaluator, "logits");
    expect(ends).toEqual({ full: 7, empty: 0.5, accuracy: 0.8, klEmpty: 2 });
    expect([full, empty]).toEqual([FULL, EMPTY]);
  });

  test("refuses a task on which both are the same", async () => {
    const same = evaluatorOf(() => FULL);
    await expect(measureAnchors(same, "logits")).rejects.toMatchObject({ code: "degenerate-task" });
  });
});

describe("measureFigures()", () => {
  // By hand: mean metric 6.25, f = (6.25 − 0.5) / (7 − 0.5), accuracy 4/5 of 4/5, KL 0.75 / 5.
  test("gives every figure of a circuit", async () => {
    const figures = await measureFigures(evaluator, await measureAnchors(evaluator, "logits"), kept, criterion, 1);
    expect(figures).toEqual({
      full: 7,
      empty: 0.5,
      circuit: 6.25,
      faithfulness: 5.75 / 6.5,
      interval: [expect.any(Number), expect.any(Number)],
      kl: expect.closeTo(0.15, 12) as number,
      klEmpty: 2,
      accuracy: { full: 0.8, circuit: 0.8 },
      criterionHolds: false,
      examples: 5,
      prompts: 5,
      // Of 4, 5, 6.25, 7, 9.
      spread: {
        "0.05": expect.closeTo(4.2, 12) as number,
        "0.25": 5,
        "0.5": 6.25,
        "0.75": 7,
        "0.95": expect.closeTo(8.6, 12) as number,
      },
    });
    const [lo, hi] = figures.interval!;
    expect(lo).toBeLessThan(figures.faithfulness);
    expect(hi).toBeGreaterThan(figures.faithfulness);
    expect([...OTHER.metric]).toEqual([9, 5, 7, 4, 6.25]);
  });

  // f is 0.885, accuracy that of the model, KL 0.075 of that of the empty circuit.
  test.each([
    [{ ...criterion, threshold: 0.88 }, true],
    [{ ...criterion, threshold: 0.89 }, false],
    [{ ...criterion, name: "at-least", threshold: 0.88 }, true],
    [{ ...criterion, second: "kl", threshold: 0.88 }, true],
    [{ ...criterion, name: "difference-only", second: "kl", threshold: 0.89 }, false],
  ] as const)("holds %o: %s", async (asked, holds) => {
    const figures = await measureFigures(evaluator, await measureAnchors(evaluator, "logits"), kept, asked, 1);
    expect(figures.criterionHolds).toBe(holds);
  });

  test("of the full model are faithfulness 1 and no KL, of the empty circuit 0", async () => {
    const anchors = await measureAnchors(evaluator, "logits");
    const full = await measureFigures(evaluator, anchors, space.full(), criterion, 1);
    expect(full).toMatchObject({ faithfulness: 1, interval: [1, 1], kl: 0, criterionHolds: true });
    const empty = await measureFigures(evaluator, anchors, space.empty(), criterion, 1);
    expect(empty).toMatchObject({ faithfulness: 0, interval: [0, 0], kl: 2, criterionHolds: false });
  });
});

describe("measureRandom()", () => {
  const ends = { full: 7, empty: 0.5, accuracy: 1, klEmpty: 2 };

  async function drawn(count: number, seed: number): Promise<string[]> {
    const keys: string[] = [];
    const recording = evaluatorOf((circuit) => {
      keys.push(
        circuit
          .units()
          .map(({ kind, layer }) => `${kind}${layer}`)
          .join(" ") +
          "|" +
          circuit.key(),
      );
      return OTHER;
    });
    await measureRandom(recording, ends, kept, count, seed, () => undefined);
    return keys;
  }

  test("draws circuits with as many units of each kind in each layer", async () => {
    const shapes = (await drawn(50, 1)).map((key) => key.split("|")[0]);
    expect(new Set(shapes)).toEqual(new Set(["head0 head2 head2 mlp1"]));
  });

  test("draws many different ones, the same for the same seed", async () => {
    const keys = await drawn(200, 1);
    // 4 heads of layer 0, times 6 pairs of layer 2.
    expect(new Set(keys).size).toBe(24);
    expect(await drawn(200, 1)).toEqual(keys);
    expect(await drawn(200, 2)).not.toEqual(keys);
  });

  test("gives quantiles of f over them, and says how far it is", async () => {
    let calls = 0;
    // f of 0, 1/20, …, 20/20 in some order.
    const stepping = evaluatorOf(() => {
      const f = ((calls++ * 8) % 21) / 20;
      return measured([0.5 + 6.5 * f], [0], [0]);
    });
    const done: number[] = [];
    const baseline = await measureRandom(stepping, ends, kept, 21, 1, (n) => done.push(n));
    expect(baseline).toEqual({
      count: 21,
      sameSizePerLayer: true,
      examples: 5,
      quantiles: {
        "0.05": expect.closeTo(0.05, 12) as number,
        "0.5": expect.closeTo(0.5, 12) as number,
        "0.95": expect.closeTo(0.95, 12) as number,
        "0.99": expect.closeTo(0.99, 12) as number,
      },
    });
    expect(done).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
  });
});
