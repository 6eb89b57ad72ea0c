// The search within a budget, over hidden neurons, on the planted model.
import { afterAll, describe, expect, test } from "vitest";
import { plantedModel, plantedTask } from "../../test/planted-model.ts";
import { Executor } from "../activations/executor.ts";
import { formatUnit } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import { Evaluator } from "../evaluate/evaluator.ts";
import { measureAnchors } from "../evaluate/report.ts";
import type { JournalEntry } from "./journal.ts";
import { UnitSearch, type SearchOptions } from "./unit-search.ts";

const model = plantedModel();
const executor = new Executor(model, { threads: 1 });
afterAll(() => executor.dispose());

const evaluator = await Evaluator.create(executor, plantedTask().slice(0, 8), {
  metric: "logit-difference",
  ablation: { kind: "resample", reference: "paired", perPosition: true },
  space: new UnitSpace(model.config, ["neuron"]),
});
const { ends } = await measureAnchors(evaluator, "logits");
const base: SearchOptions = {
  criterion: { name: "match", threshold: 0.9, second: "accuracy" },
  order: "effect",
  seed: 0,
  orders: 1,
  swaps: 0,
};
const whole = await new UnitSearch(evaluator, ends, base).run();

describe("a search with a budget", () => {
  test("never measures more trials than it has, and says what it verified", async () => {
    const budget = 3;
    const { trials, oneMinimal, verified, kept } = await new UnitSearch(evaluator, ends, { ...base, budget }).run();
    expect(trials).toBe(budget);
    expect(oneMinimal).toBe(false);
    expect(verified.single).toBeLessThan(1);
    expect(kept.size).toBeGreaterThanOrEqual(whole.kept.size);
  });

  test("that is large enough ends at a circuit that is 1-minimal, every unit tested one by one", async () => {
    const found = await new UnitSearch(evaluator, ends, { ...base, budget: 10_000 }).run();
    expect({ ...found.verified, oneMinimal: found.oneMinimal }).toEqual({
      single: 1,
      inBlocks: 1,
      largestBlock: 1,
      oneMinimal: true,
    });
    expect(found.kept.ids()).toEqual(whole.kept.ids());
  });

  test("keeps the criterion after every step", async () => {
    const { trajectory } = await new UnitSearch(evaluator, ends, { ...base, budget: 20 }).run();
    for (const { faithfulness } of trajectory) expect(Math.abs(1 - faithfulness)).toBeLessThanOrEqual(0.1 + 1e-12);
  });
});

describe("units ordered by estimates", () => {
  // Exact effects, halved: another scale, the same order.
  const estimates = new Map([...whole.effects].map(([id, effect]) => [id, effect / 2]));

  test("are not measured singly, and tried in that order: the circuit is that of exact effects", async () => {
    const found = await new UnitSearch(evaluator, ends, {
      ...base,
      estimates: () => Promise.resolve(estimates),
    }).run();
    expect(found.effects.size).toBe(0);
    expect(found.kept.ids()).toEqual(whole.kept.ids());
    expect(found.estimates).toEqual(estimates);
  });

  test("come from the journal when the run is resumed", async () => {
    const entries: JournalEntry[] = [];
    const options = { ...base, estimates: () => Promise.resolve(estimates) };
    const record = { recall: () => undefined, record: (entry: JournalEntry) => void entries.push(entry) };
    const first = await new UnitSearch(evaluator, ends, options, record).run();
    const left = [...entries];
    const resumed = await new UnitSearch(
      evaluator,
      ends,
      { ...base, estimates: () => Promise.reject(new Error("asked again")) },
      { recall: () => left.shift(), record: () => expect.unreachable("everything was measured") },
    ).run();
    expect(resumed.kept.ids()).toEqual(first.kept.ids());
    expect(entries[0]).toEqual({
      kind: "estimates",
      units: evaluator.space.full().units().map(formatUnit),
      values: [...estimates.values()],
    });
  });
});

describe("stricter thresholds before the criterion's own", () => {
  const aims = [0.98, 0.95];

  test("hold on the first part of the way; the end is as small, and 1-minimal under the criterion", async () => {
    const { kept, oneMinimal, trajectory } = await new UnitSearch(evaluator, ends, { ...base, aims }).run();
    expect([kept.ids(), oneMinimal]).toEqual([whole.kept.ids(), true]);
    const ways = trajectory.map(({ faithfulness }) => Math.abs(1 - faithfulness));
    const strict = ways.filter((way) => way <= 0.02).length;
    expect(strict).toBeGreaterThan(1);
    expect(Math.max(...ways.slice(0, strict))).toBeLessThanOrEqual(0.02);
  });

  test("have no effect within a budget, which is for the criterion itself", async () => {
    const budget = 40;
    const [plain, aimed] = [
      await new UnitSearch(evaluator, ends, { ...base, budget }).run(),
      await new UnitSearch(evaluator, ends, { ...base, budget, aims }).run(),
    ];
    expect(aimed.trajectory).toEqual(plain.trajectory);
  });
});
