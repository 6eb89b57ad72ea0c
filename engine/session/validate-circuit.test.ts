import { expect, test, vi } from "vitest";
import { formatCircuit } from "../circuit/circuit-file.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { keptAfterStep, keptUnits } from "../circuit/kept.ts";
import { parseUnit } from "../circuit/unit.ts";
import { type UnitSet, UnitSpace } from "../circuit/unit-set.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { measureAnchors } from "../evaluate/report.ts";
import { noLedger } from "../prune/journal.ts";
import { readCircuitSource } from "./circuit-source.ts";
import { evaluateCircuit } from "./evaluate-circuit.ts";
import { withTask } from "./prepare.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";
import { type Forecasts, withForecasts } from "./search-forecasts.ts";
import { taskEvaluators } from "./task-evaluators.ts";
import { validateCircuit, type Validated } from "./validate-circuit.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const settings = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  units: ["head"],
  seed: 3,
  orders: 1,
  swaps: 0,
  ...onlySearch,
} as const;
const held = { discovery: 128, heldOut: 128 };
const few = { discovery: 32, heldOut: 32 };

test("units are put back until the criterion holds on validation examples, and 1-minimality is said of what it was proved for", async () => {
  const { circuit } = await pruneTask(settings);
  const { search, results, kept, task } = circuit;
  const { validation, trajectory } = search;
  expect(task.examples).toEqual({ ...held, validation: 128 });
  expect([search.confidence, search.oneMinimal, validation?.search.oneMinimal]).toEqual([0.9, false, true]);
  expect([validation?.search.kept, validation?.search.holds, kept.heads?.length]).toEqual([4, expect.any(Number), 5]);
  expect(validation!.search.holds).toBeLessThan(0.9);
  expect(validation!.putBack).toBe("way-back");
  expect(validation!.holds).toBeGreaterThanOrEqual(0.9);
  expect([results?.discovery, results?.validation, results?.heldOut].map((set) => set?.criterionHolds)).toEqual([
    true,
    true,
    true,
  ]);
  expect([trajectory.at(-1)?.added?.length, trajectory.at(-1)?.kept]).toEqual([1, 5]);
  expect(keptAfterStep(circuit, trajectory.at(-1)!.step).ids()).toEqual(keptUnits(circuit).ids());

  const folder = mkdtempSync(join(tmpdir(), "secateur-validated-"));
  const file = join(folder, "ioi.circuit.json");
  writeFileSync(file, formatCircuit(circuit));
  const again = await evaluateCircuit(readCircuitSource(file), { task: settings.task, random: 0, parts: false });
  rmSync(folder, { recursive: true });
  expect([again.results.discovery, again.results.validation, again.results.heldOut]).toEqual([
    results?.discovery,
    results?.validation,
    results?.heldOut,
  ]);
});

/** A search that took one unit too many: in one step with all others that are gone, so that on the way back it comes last. */
async function withoutOne(
  use: (found: {
    circuit: Circuit;
    missing: string;
    end: UnitSet;
    /** On the discovery examples. */
    evaluator: Evaluator;
    validated: (change: (forecasts: Forecasts) => Forecasts, budget?: number) => Promise<Validated | undefined>;
  }) => Promise<void>,
  fresh = 16,
) {
  const asked = { ...settings, seed: 2, examples: { discovery: 16, heldOut: 64, validation: 64 } };
  const { circuit } = await pruneTask(asked);
  const [missing] = circuit.search.trajectory.at(-1)!.added!;
  await withTask(asked, { validate: true }, async (all) => {
    const prepared = { ...all, fresh: all.fresh.slice(0, fresh) };
    const space = new UnitSpace(prepared.sizes, ["head"]);
    const evaluatorOn = taskEvaluators(prepared, space, undefined);
    const evaluator = await evaluatorOn(prepared.discovery);
    const anchors = await measureAnchors(evaluator, "logits");
    const end = keptUnits(circuit).without([parseUnit(missing)!]);
    const removed = [missing, ...space.full().minus(keptUnits(circuit)).ids()];
    const step = (index: number, own: readonly string[], kept: number) => ({ step: index, removed: own, kept, metric: 0, faithfulness: 1 }); // prettier-ignore
    const trajectory = [step(0, [], space.size), step(1, removed, end.size)];
    const effects = new Map(
      space
        .full()
        .ids()
        .map((id) => [id, 1]),
    );
    const searched = { kept: end, trajectory, oneMinimal: true, effects, estimates: new Map<string, number>() };
    const request = { ...prepared, metric: prepared.task.metric };
    const validated = (change: (forecasts: Forecasts) => Forecasts, budget?: number) =>
      withForecasts(request, (made) => {
        const search = budget === undefined ? undefined : { budget };
        const options = { confidence: 0.9, barred: [], search, forecasts: change(made), ledger: noLedger };
        return validateCircuit(evaluatorOn, prepared, { evaluator, anchors }, searched, options);
      });
    await use({ circuit, missing, end, evaluator, validated });
  });
}

test("where the way back is long, exact tests find the unit that is missing", async () => {
  await withoutOne(async ({ circuit, missing, end, validated }) => {
    const { kept, record, trajectory } = (await validated((forecasts) => forecasts))!;
    expect(kept.ids()).toEqual(keptUnits(circuit).ids());
    // The search's own, the next on the way back, and the one that holds.
    expect(record).toMatchObject({ reached: true, putBack: "tests", measured: 3, search: { kept: end.size, oneMinimal: true } }); // prettier-ignore
    expect(trajectory.at(-1)).toMatchObject({ removed: [], added: [missing], kept: kept.size });
  });
});

test.each([
  ["on fresh examples", 16, false],
  ["on those of the search where there are no fresh ones", 0, true],
] as const)("what is missing is sought %s", async (_, fresh, isOnDiscovery) => {
  await withoutOne(async ({ missing, evaluator, validated }) => {
    const tried = vi.spyOn(evaluator, "alternativeMeasurements");
    const { trajectory } = (await validated((forecasts) => forecasts))!;
    expect(trajectory.at(-1)).toMatchObject({ added: [missing] });
    expect(tried.mock.calls.length > 0).toBe(isOnDiscovery);
  }, fresh);
});

test("where no unit by itself makes it surer, a search goes down once more from the way back", async () => {
  await withoutOne(async ({ circuit, end, validated }) => {
    const nothing = { putBack: () => Promise.resolve([new Map(), new Map()]) };
    const { kept, record, trajectory } = (await validated((forecasts) => ({ ...forecasts, ...nothing })))!;
    expect(kept.ids()).toEqual(keptUnits(circuit).ids());
    expect(record).toMatchObject({ reached: true, putBack: "second-search", search: { kept: end.size } });
    expect(trajectory.at(-1)).toMatchObject({ kept: kept.size });
  });
});

test("within a budget of trials nothing is put back by tests or a second search", async () => {
  await withoutOne(async ({ validated }) => {
    const { record } = (await validated((forecasts) => forecasts, 100))!;
    expect(record).toMatchObject({ reached: true, putBack: "way-back" });
  });
});

test("of a circuit that holds on other examples and not on those of the search just that is said", async () => {
  await withTask({ ...settings, examples: { ...few, validation: 32 } }, { validate: true }, async (prepared) => {
    const evaluatorOn = taskEvaluators(prepared, new UnitSpace(prepared.sizes, ["head"]), undefined);
    const evaluator = await evaluatorOn(prepared.discovery);
    const anchors = await measureAnchors(evaluator, "logits");
    const kept = evaluator.space.full();
    const step = { step: 0, removed: [], kept: kept.size, metric: anchors.ends.full, faithfulness: 1 };
    const searched = { kept, trajectory: [step], oneMinimal: false, effects: new Map(), estimates: new Map() };
    // As if the model did three times as well on the discovery examples.
    const onDiscovery = { evaluator, anchors: { ...anchors, ends: { ...anchors.ends, full: 3 * anchors.ends.full } } };
    const { record } = await withForecasts({ ...prepared, metric: prepared.task.metric }, async (forecasts) => {
      const options = { confidence: 0.9, barred: [], forecasts, ledger: noLedger };
      return (await validateCircuit(evaluatorOn, prepared, onDiscovery, searched, options))!;
    });
    expect([record.reached, record.statement]).toEqual([
      false,
      "The criterion would hold on 32 other examples of this task in 100 % of all draws, judged by 32 validation examples that the search did not see; but it does not hold on the discovery examples.",
    ]);
  });
});

test("what is said of examples that share their prompts names both, and draws the prompts", async () => {
  const { circuit } = await pruneTask({ ...settings, task: "tasks/capital.yaml", seed: 1, examples: few });
  const { validation, discovery } = circuit.results!;
  expect(validation!.prompts).toBeLessThan(validation!.examples!);
  expect(discovery.prompts).toBeLessThan(discovery.examples!);
  expect(circuit.search.validation!.statement).toContain(
    `judged by ${validation!.examples} validation examples of ${validation!.prompts} prompts that the search did not see`,
  );
});

test("without a confidence the search alone decides: 1-minimal on discovery, and no example is for validation", async () => {
  const { circuit } = await pruneTask({ ...settings, examples: few, confidence: 0 });
  const { search, results, task } = circuit;
  expect([task.examples, search.validation, results?.validation]).toEqual([
    { ...few, validation: 0 },
    undefined,
    undefined,
  ]);
  expect(search.oneMinimal).toBe(true);
});

test("what the user ablated is not put back, and a confidence that is not reached is said", async () => {
  const { circuit } = await pruneTask({
    ...settings,
    without: ["a0.h6", "a1.h0"],
    examples: { ...few, validation: 32 },
  });
  expect(keptUnits(circuit).ids()).not.toContain("a0.h6");
  expect(circuit.search.validation).toMatchObject({ reached: false });
  expect(circuit.results?.notes?.map(({ code }) => code)).toContain("confidence-not-reached");
});

test("too few validation examples leave the search's circuit, and a note says so", async () => {
  const { circuit } = await pruneTask({ ...settings, seed: 1, examples: { ...few, validation: 3 } });
  expect([circuit.search.oneMinimal, circuit.search.validation]).toEqual([true, undefined]);
  expect(circuit.results?.notes?.map(({ code }) => code)).toContain("not-validated");
});

test("a guided search goes down as without a confidence, before anything comes back", async () => {
  const guided = { ...settings, search: "guided", examples: { ...few, validation: 64 } } as const;
  const [{ circuit: sure }, { circuit: plain }] = [
    await pruneTask(guided),
    await pruneTask({ ...guided, confidence: 0 }),
  ];
  const { trajectory, validation, aims } = sure.search;
  expect(aims).toBeUndefined();
  expect(trajectory.slice(0, plain.search.trajectory.length)).toEqual(plain.search.trajectory);
  expect([validation?.search.kept, validation?.reached]).toEqual([plain.kept.heads?.length, true]);
});
