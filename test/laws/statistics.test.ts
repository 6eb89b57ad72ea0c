// Completeness and minimality on the model with a planted circuit, whose metrics were worked out on paper.
import { afterAll, expect, test } from "vitest";
import { Executor } from "../../engine/activations/executor.ts";
import { Random } from "../../engine/base/random.ts";
import { formatUnit, parseUnit } from "../../engine/circuit/unit.ts";
import { UnitSpace } from "../../engine/circuit/unit-set.ts";
import { differentSubsets, measureCompleteness } from "../../engine/evaluate/completeness.ts";
import { Evaluator } from "../../engine/evaluate/evaluator.ts";
import { measureMinimality } from "../../engine/evaluate/minimality.ts";
import { measureAnchors } from "../../engine/evaluate/report.ts";
import { plantedHeads, plantedModel, plantedTask } from "../planted-model.ts";

const model = plantedModel();
const executor = new Executor(model, { threads: 1 });
afterAll(() => executor.dispose());

const evaluator = await Evaluator.create(executor, plantedTask().slice(0, 8), {
  metric: "logit-difference",
  ablation: { kind: "resample", reference: "paired", perPosition: true },
  space: new UnitSpace(model.config, ["head"]),
});
const { ends } = await measureAnchors(evaluator, "logits");
const kept = evaluator.space.setOf(plantedHeads.map((id) => parseUnit(id)!));

// m(M) = 7.5, m(∅) = 0. The planted heads give 8, nothing without the name mover, −8/3 without inhibition.
test("without each planted head f falls to what the name mover is left with (1e-3)", async () => {
  const { faithfulness, units, examples } = await measureMinimality(evaluator, ends, kept, kept.units());
  expect([faithfulness, examples]).toEqual([expect.closeTo(8 / 7.5, 3), 8]);
  const without = new Map(units.map((unit) => [unit.id, unit.without]));
  expect(Object.fromEntries(without)).toEqual({
    "a0.h1": expect.closeTo(-8 / 3 / 7.5, 3) as number,
    "a1.h2": expect.closeTo(-8 / 3 / 7.5, 3) as number,
    "a2.h3": expect.closeTo(0, 3) as number,
  });
  expect(units.at(-1)!.id).toBe("a2.h3");
});

// Without inhibition the name mover writes −8/3 in both; in the model the backup adds 4 and the negative head ½ less what it
// does not see. Without the name mover the circuit gives 0, the model its backup's 4: a smaller gap.
test("the circuit lacks the model's backup: the greatest gap is without inhibition, 4½/7.5 (1e-2)", async () => {
  const { rows, worst, examples } = (await measureCompleteness(evaluator, ends, kept, {
    shares: [1 / 3],
    count: 3,
    seed: 1,
  }))!;
  expect(["a0.h1", "a1.h2"]).toContain(worst.removed.join());
  expect([worst.circuit, worst.model]).toEqual([
    expect.closeTo(-8 / 3 / 7.5, 3),
    expect.closeTo((-8 / 3 + 4 + 1 / 2) / 7.5, 2),
  ]);
  expect(rows.map(({ share, count, greatest }) => ({ share, count, greatest }))).toEqual([
    { share: 1 / 3, count: 3, greatest: worst.model - worst.circuit },
  ]);
  // Each head alone, once: 4½ without either of inhibition, 4 without the name mover.
  expect(rows[0].mean).toBeCloseTo((4.5 + 4.5 + 4) / 3 / 7.5, 2);
  expect(examples).toBe(8);
});

test("the whole model lacks nothing: taken out of both, every subset leaves the same", async () => {
  const full = evaluator.space.full();
  const options = { shares: [0.25, 0.75], count: 3, seed: 1 };
  const { rows, worst } = (await measureCompleteness(evaluator, ends, full, options))!;
  expect(rows.map(({ mean, greatest }) => [mean, greatest])).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(worst.removed).toEqual([]);
});

test("no subset is measured twice: all where there are few, and a size that two shares come to once", async () => {
  const { rows } = (await measureCompleteness(evaluator, ends, kept, { shares: [0.2, 0.4, 0.7], count: 10, seed: 1 }))!;
  expect(rows.map(({ share, count }) => [share, count])).toEqual([
    [0.2, 3],
    [0.7, 3],
  ]);
});

test("subsets are different, of one size, in the order of the data flow, and the same for the same seed", () => {
  const units = ["m1", "a0.h3", "a2.h0", "m0", "a0.h1", "a1.h2"].map((id) => parseUnit(id)!);
  const drawn = (count: number) =>
    differentSubsets(units, 3, count, Random.seeded(1)).map((subset) => subset.map(formatUnit).join(" "));
  const flow = ["a0.h1", "a0.h3", "m0", "a1.h2", "m1", "a2.h0"];
  expect(new Set(drawn(19)).size).toBe(19);
  expect(drawn(19)).toEqual(drawn(19));
  expect(drawn(30)).toHaveLength(20);
  for (const subset of [...drawn(19), ...drawn(30)]) {
    expect(flow.filter((id) => subset.split(" ").includes(id)).join(" ")).toBe(subset);
  }
});

test("a circuit of nothing has no subsets", async () => {
  const options = { shares: [0.5], count: 3, seed: 1 };
  expect(await measureCompleteness(evaluator, ends, evaluator.space.empty(), options)).toBeUndefined();
});
