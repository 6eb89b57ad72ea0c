import { textOf } from "../../engine/base/sentence.ts";
import { afterAll, describe, expect, test } from "vitest";
import { Random } from "../../engine/base/random.ts";
import type { ModelConfig } from "../../engine/model/model.ts";
import { Executor } from "../../engine/activations/executor.ts";
import type { Plan, PlannedChange } from "../../engine/activations/plan.ts";
import { PlanSession } from "../../engine/activations/plan-session.ts";
import { runPlan } from "../../engine/activations/run-plan.ts";
import type { sites } from "../../engine/transformer/sites.ts";
import { greatestDifference } from "../greatest-difference.ts";
import { GATED, PARALLEL, PLAIN, randomModel } from "../random-model.ts";

const FAMILIES: readonly (readonly [string, ModelConfig])[] = [
  ["learned positions, plain MLP", PLAIN],
  ["rotary positions, shared keys, gated MLP", GATED],
  ["parallel blocks, part of each head rotated", { ...PARALLEL, positions: partlyRotary() }],
  ["a sliding window", { ...GATED, slidingWindow: 4 }],
];

function partlyRotary(): ModelConfig["positions"] {
  return { kind: "rotary", rotaryDims: 4, inverseFrequencies: Float64Array.of(1, 0.1) };
}

const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.dispose())));

const argMax = (row: ArrayLike<number>) => Array.from(row).indexOf(Math.max(...Array.from(row)));

/** Changes at every site of every step, from the plan's own numbers and from other worlds. */
function plansOf(config: ModelConfig): Plan[] {
  const random = Random.seeded(5, "session");
  const ids = (length: number) => Array.from({ length }, () => random.below(config.dVocab));
  const vector = (length: number) => Array.from({ length }, () => 0.3 * random.normal());
  const { dModel, dHead, dMlp } = config;
  const change = (site: (typeof sites)[number], layer: number, rest: object, change: PlannedChange["change"]) =>
    ({ world: 0, where: { site, layer, at: "all", ...rest }, change }) as PlannedChange;
  const steps = ["prompt", "generated", "every"] as const;
  return steps.map((step, p): Plan => {
    const add = (length: number) => ({ op: "add", what: { vector: vector(length) }, scale: 2 }) as const;
    const changes = [
      change("residPost", 0, { step }, add(dModel)),
      change("q", 1, { step, units: [1] }, add(dHead)),
      change("k", 1, { step, units: [0] }, add(dHead)),
      change("v", 1, { step, units: [1] }, { op: "set", to: { world: 1, at: 2 } }),
      change("pattern", 2, { step, units: [0] }, { op: "mix", with: "zero", gate: 0.5 }),
      change("hidden", 1, { step, units: [2, 5] }, add(2)),
      change("mlpOut", 2, { step }, { op: "project", basis: [vector(dModel)], keep: "outside" }),
      change("z", 0, { step, at: "end" }, { op: "mix", with: { mean: { worlds: [1] } }, gate: 0.2 }),
      change("attnOut", 2, { step }, { op: "clamp", along: vector(dModel), to: 1 }),
      change(
        "residPre",
        2,
        { step: "every", at: [1, 7 + p] },
        { op: "set", to: { rows: [vector(dModel), vector(dModel)] } },
      ),
    ];
    expect(dMlp).toBeGreaterThan(5);
    return { worlds: [{ ids: ids(4 + p) }, { ids: ids(5) }], changes, read: [] };
  });
}

/** The plan with the tokens so far as its prompt, run whole. */
function wholePlan(plan: Plan, ids: readonly number[], generated: number): Plan {
  const worlds = plan.worlds.map((prompt, world) => (world === 0 ? { ...prompt, ids, generated } : prompt));
  const changes = plan.changes.flatMap((planned) => {
    const { at } = planned.where;
    if (!Array.isArray(at)) return [planned];
    // Listed positions that the text has not reached are no positions of it.
    const { change } = planned;
    return (at as number[]).flatMap((position, i) => {
      if (position >= ids.length || change.op !== "set") return [];
      const { rows } = change.to as { rows: number[][] };
      const where = { ...planned.where, at: position };
      return [{ ...planned, where, change: { op: "set", to: { rows: [rows[i]] } } } as const];
    });
  });
  return { worlds, changes, read: [{ world: 0, site: "logits", at: ids.length - 1 }] };
}

// Oracle: the whole text run from its first token at every step, in float64.
describe.each(FAMILIES)("PlanSession on %s", (_, config) => {
  const executor = new Executor(randomModel(config, 17), { threads: 1, precision: "float64" });
  executors.push(executor);

  test("greedy text with kept keys and values is that of running the whole text at every step, under plans (1e-9)", async () => {
    const plans = plansOf(config);
    const unchanged = plans.map((plan) => ({ ...plan, changes: [] }));
    const all = [...plans, ...unchanged];
    const session = await PlanSession.open(executor, all);
    const texts = new Set<string>();
    for (let step = 0; step < 8; step++) {
      const next = [];
      for (const [row, { ids, generated }] of session.rows.entries()) {
        const whole = await runPlan(executor, wholePlan(all[row], ids, generated));
        const expected = whole.read[0].rows[0];
        expect(greatestDifference(session.logits(row), expected), `row ${row}, step ${step}`).toBeLessThan(1e-9);
        expect(argMax(session.logits(row))).toBe(argMax(expected));
        // Rows end at different times.
        if (step < 5 + row) next.push({ row, id: argMax(expected) });
      }
      await session.next(next.reverse());
    }
    session.rows.forEach(({ ids }, row) => texts.add(`${row % 3}: ${ids}`));
    expect(texts.size, "plans change the text").toBeGreaterThan(3);
  });

  test("a row that was forked goes on by itself", async () => {
    const [plan] = plansOf(config);
    const session = await PlanSession.open(executor, [plan]);
    await session.next([{ row: 0, id: 3 }]);
    const other = session.fork(0);
    await session.next([
      { row: other, id: 5 },
      { row: 0, id: 9 },
    ]);
    await session.next([{ row: 0, id: 1 }]);
    await session.next([{ row: other, id: 2 }]);
    for (const row of [0, other]) {
      const { ids, generated } = session.rows[row];
      const { read } = await runPlan(executor, wholePlan(plan, ids, generated));
      expect(greatestDifference(session.logits(row), read[0].rows[0]), `row ${row}`).toBeLessThan(1e-9);
    }
    expect(session.rows.map(({ ids }) => ids.slice(-3))).toEqual([
      [3, 9, 1],
      [3, 5, 2],
    ]);
  });
});

describe("PlanSession", () => {
  const executor = new Executor(randomModel(GATED, 17), { threads: 1 });
  executors.push(executor);
  const ones = Array.from({ length: GATED.dModel }, () => 1);
  const steer = (step: "prompt" | "generated" | "every", at: "all" | number = "all"): Plan => ({
    worlds: [{ ids: [1, 2, 3, 4] }],
    changes: [
      {
        world: 0,
        where: { site: "residPost", layer: 1, at, step },
        change: { op: "add", what: { vector: ones }, scale: 1 },
      },
    ],
    read: [],
  });

  test("counts changes from exactly the position that was asked for", async () => {
    const session = await PlanSession.open(executor, [
      steer("prompt"),
      steer("generated"),
      steer("every"),
      steer("every", 5),
    ]);
    const counted = () => [0, 1, 2, 3].map((plan) => session.fired(plan)[0].entries / GATED.dModel);
    const seen = [counted()];
    for (let step = 0; step < 3; step++) {
      await session.next(session.rows.map((_, row) => ({ row, id: step })));
      seen.push(counted());
    }
    expect(seen).toEqual([
      [4, 0, 4, 0],
      [4, 1, 5, 0],
      [4, 2, 6, 1],
      [4, 3, 7, 1],
    ]);
  });

  test("says of a change of generated tokens that it touched nothing, until there is one", async () => {
    const session = await PlanSession.open(executor, [steer("generated")]);
    expect(session.notes(0).map(textOf)).toEqual([
      'Change 0 (add at residPost of layer 1, "all") touched nothing: no token that it holds for was run.',
    ]);
    await session.next([{ row: 0, id: 1 }]);
    expect(session.notes(0).map(textOf)).toEqual([]);
  });

  test("refuses a token that there is not, and one more than the model reads, and says both numbers", async () => {
    const session = await PlanSession.open(executor, [steer("every")]);
    await expect(session.next([{ row: 0, id: 20 }])).rejects.toThrow("There is no token 20; random has 20, from 0.");
    while (session.room(0) > 0) await session.next([{ row: 0, id: 1 }]);
    await expect(session.next([{ row: 0, id: 1 }])).rejects.toThrow(
      "The text has 32 tokens and random reads at most 32; it ends here.",
    );
    expect(session.rows[0].generated).toBe(28);
  });

  test("refuses a value of which generated tokens would have no row", async () => {
    const where = { site: "residPost", layer: 1, at: "all", step: "every" } as const;
    const plan: Plan = {
      worlds: [{ ids: [1, 2] }, { ids: [3, 4] }],
      changes: [{ world: 0, where, change: { op: "set", to: { world: 1 } } }],
      read: [],
    };
    await expect(PlanSession.open(executor, [plan])).rejects.toThrow(
      "changes[0].change.at: world 1 has no tokens beside generated ones; say which of its positions to take.",
    );
  });
});
