import { afterAll, describe, expect, test } from "vitest";
import { plainPlan } from "../../test/plain-plan.ts";
import { GATED, PARALLEL, PLAIN, randomModel, VARIED } from "../../test/random-model.ts";
import { engineDictionary, randomDictionaries, randomPlan } from "../../test/random-plan.ts";
import type { ModelConfig } from "../model/model.ts";
import { Executor } from "./executor.ts";
import type { Change, Plan, PlannedChange } from "./plan.ts";
import { runPlan, runPlans } from "./run-plan.ts";

const FAMILIES: readonly (readonly [string, ModelConfig])[] = [
  ["learned positions, plain MLP", PLAIN],
  ["rotary positions, shared keys, gated MLP", GATED],
  ["parallel blocks", PARALLEL],
  ["a sliding window", { ...GATED, slidingWindow: 3 }],
  ["layers that differ", VARIED],
];
const OPS = ["set", "add", "mix", "project", "clamp", "through"] as const satisfies readonly Change["op"][];

/** The change where it reaches the last token alone. */
const atTheEnd = (planned: PlannedChange): PlannedChange => {
  const where = { ...planned.where, at: "end", step: undefined } as const;
  return { ...planned, where };
};

const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.dispose())));

describe.each(FAMILIES)("plans on %s", (_, config) => {
  const model = randomModel(config, 31);
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  executors.push(executor);
  const plain = randomDictionaries(config);
  const dictionaries = new Map([...plain].map(([name, dictionary]) => [name, engineDictionary(dictionary)]));

  const expectAsPlain = (
    plan: Plan,
    read: readonly { readonly rows: readonly ArrayLike<number>[] }[],
    label: string,
  ) => {
    plainPlan(model, plan, plain).forEach((rows, r) => {
      expect(read[r].rows.length, label).toBe(rows.length);
      rows.forEach((row, i) => {
        const errors = row.map((x, j) => Math.abs(x - read[r].rows[i][j]) / Math.max(1, Math.abs(x)));
        expect(read[r].rows[i].length, label).toBe(row.length);
        expect(Math.max(...errors), `${label}, reading ${r} ${JSON.stringify(plan)}`).toBeLessThan(1e-9);
      });
    });
  };

  // Oracle: plain float64 loops, one world at a time, every value from a run of its own.
  test("random plans give what plain loops give at every reading (1e-9)", async () => {
    for (let seed = 0; seed < 12; seed++) {
      const plan = randomPlan(config, seed, OPS);
      const { read } = await runPlan(executor, plan, { resources: { dictionaries } });
      expectAsPlain(plan, read, `seed ${seed}`);
    }
  });

  test("several plans in one batch, some of them alike up to a layer, give what each gives alone (1e-9)", async () => {
    const plans = Array.from({ length: 4 }, (_, seed) => randomPlan(config, seed, OPS));
    const stronger = plans.map(({ worlds, changes, read }) => ({ worlds, changes: changes.slice(0, 3), read }));
    const all = [...plans, ...stronger, { ...plans[0], changes: [] }];
    const outcomes = await runPlans(executor, all, { resources: { dictionaries } });
    outcomes.forEach(({ read }, p) => expectAsPlain(all[p], read, `plan ${p}`));
  });

  // Each change alone and each two of them, at late tokens too: most share what lies before the first that they change.
  test("plans that part at different tokens of the same prompts give what each gives alone (1e-9)", async () => {
    for (const seed of [20]) {
      const { worlds, changes, read } = randomPlan(config, seed, OPS);
      const sets = changes.flatMap((one, c) => [[one], ...changes.slice(c + 1).map((other) => [one, other])]);
      const plans = [...sets, ...sets.map((set) => set.map(atTheEnd))].map((set) => ({ worlds, changes: set, read }));
      const outcomes = await runPlans(executor, plans, { resources: { dictionaries } });
      outcomes.forEach(({ read }, p) => expectAsPlain(plans[p], read, `seed ${seed}, plan ${p}`));
    }
  });
});
