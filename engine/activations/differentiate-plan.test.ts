import { afterAll, describe, expect, test } from "vitest";
import { GATED, PARALLEL, PLAIN, randomExamples, randomModel, VARIED } from "../../test/random-model.ts";
import { engineDictionary, randomDictionaries, randomPlan } from "../../test/random-plan.ts";
import { Random } from "../base/random.ts";
import type { ModelConfig } from "../model/model.ts";
import { sites } from "../transformer/sites.ts";
import { differentiatePlans, type Wanted } from "./differentiate-plan.ts";
import { Executor } from "./executor.ts";
import { backward, throughUnembedding } from "./gradients.ts";
import { Packing } from "./packing.ts";
import { capture } from "./capture.ts";
import type { Change, Plan, PlannedChange } from "./plan.ts";
import { type ReadRows, runPlans } from "./run-plan.ts";

const FAMILIES: readonly (readonly [string, ModelConfig])[] = [
  ["learned positions, plain MLP", PLAIN],
  ["rotary positions, shared keys, gated MLP", GATED],
  ["parallel blocks", PARALLEL],
  ["a sliding window", { ...GATED, slidingWindow: 3 }],
  ["layers that differ", VARIED],
];
const OPS = ["set", "add", "mix", "project", "clamp", "through"] as const satisfies readonly Change["op"][];

const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.dispose())));

describe.each(FAMILIES)("differentiatePlans() on %s", (_, config) => {
  const executor = new Executor(randomModel(config, 31), { threads: 1, precision: "float64" });
  executors.push(executor);
  const dictionaries = new Map([...randomDictionaries(config)].map(([name, made]) => [name, engineDictionary(made)]));
  const options = { resources: { dictionaries } };

  /** Σ random weight · what is read. */
  const weightsOf = (read: readonly ReadRows[]) => {
    const random = Random.seeded(9, "objective");
    return read.map(({ rows }) => rows.map((row) => Array.from(row, () => random.normal())));
  };
  const objectives = async (plans: readonly Plan[]): Promise<number[]> => {
    const outcomes = await runPlans(executor, plans, options);
    return outcomes.map(({ read }) => {
      const values = read.flatMap(({ rows }) => rows.flatMap((row) => Array.from(row)));
      const weights = weightsOf(read).flat(2);
      return values.reduce((sum, x, i) => sum + x * weights[i], 0);
    });
  };
  const expectSlopes = async (slopes: readonly number[], moved: (place: number, by: number) => Plan, label: string) => {
    const steps = [-2, -1, 1, 2].map((n) => n * 1e-4);
    const values = await objectives(slopes.flatMap((_, place) => steps.map((by) => moved(place, by))));
    slopes.forEach((slope, place) => {
      const [a, b, c, d] = values.slice(4 * place, 4 * place + 4);
      const difference = (8 * (c - b) - (d - a)) / (12 * 1e-4);
      const error = Math.abs(slope - difference) / Math.max(1, Math.abs(difference));
      expect(error, `${label}, place ${place}: ${slope} against ${difference}`).toBeLessThan(1e-6);
    });
  };

  // Oracle: central differences of fourth order, step 1e-4, along a random direction at the place, in float64; the direction
  // is added by one more change behind all others.
  test("gradients at every site through random plans are slopes of the objective (1e-6)", async () => {
    for (let seed = 0; seed < 4; seed++) {
      const plan = randomPlan(config, seed, OPS);
      const places = sites.map((site, s): Wanted => ({ world: (s + seed) % 3, site, layer: (s + seed) % 3, at: 3 }));
      const request = { objective: ({ read }: { read: readonly ReadRows[] }) => weightsOf(read), wrt: places };
      const [{ at }] = await differentiatePlans(executor, [plan], request, options);
      const random = Random.seeded(seed, "directions");
      const directions = at.map(({ rows }) => Array.from(rows[0], () => random.normal()));
      const slopes = at.map(({ rows }, w) => directions[w].reduce((sum, x, i) => sum + x * rows[0][i], 0));
      const moved = (w: number, by: number): Plan => {
        const { world, site, layer } = places[w];
        const what = { rows: [directions[w]] };
        const change = { world, where: { site, layer, at: 3 }, change: { op: "add", what, scale: by } } as const;
        return { ...plan, changes: [...plan.changes, change] };
      };
      await expectSlopes(slopes, moved, `seed ${seed}`);
    }
  });

  test("slopes along scale, gate and clamped component are slopes of the objective (1e-6)", async () => {
    const plan = randomPlan(config, 1, OPS);
    const random = Random.seeded(2, "slopes");
    const row = (length: number) => Array.from({ length }, () => random.normal());
    const changes: PlannedChange[] = [
      {
        world: 0,
        where: { site: "q", layer: 0, units: [1], at: "all" },
        change: { op: "add", what: { vector: row(6) }, scale: 0.7 },
      },
      { world: 0, where: { site: "z", layer: 1, at: 2 }, change: { op: "mix", with: { world: 1 }, gate: 0.4 } },
      { world: 1, where: { site: "residMid", layer: 0, at: [0, 3] }, change: { op: "clamp", along: row(16), to: 0.2 } },
    ];
    const varied = (by: readonly number[]) => {
      const moved = changes.map((planned, c): PlannedChange => {
        const { change } = planned;
        if (change.op === "add") return { ...planned, change: { ...change, scale: change.scale + by[c] } };
        if (change.op === "mix") return { ...planned, change: { ...change, gate: change.gate + by[c] } };
        if (change.op === "clamp") return { ...planned, change: { ...change, to: change.to + by[c] } };
        throw new Error(change.op);
      });
      return { ...plan, changes: moved };
    };
    const request = { objective: ({ read }: { read: readonly ReadRows[] }) => weightsOf(read), wrt: [] };
    const [{ slopes }] = await differentiatePlans(executor, [varied([0, 0, 0])], request, options);
    await expectSlopes(slopes, (c, by) => varied(changes.map((_, other) => (other === c ? by : 0))), "slopes");
  });

  // Oracle: backward through the whole blocks.
  test("without changes they are those of the fast way back (1e-9)", async () => {
    const [{ clean }] = randomExamples(config, [7], 3);
    const random = Random.seeded(4, "weights");
    const weights = Float64Array.from({ length: config.dVocab }, () => random.normal());
    const plan: Plan = { worlds: [{ ids: clean.ids }], changes: [], read: [{ world: 0, site: "logits", at: "end" }] };
    const wrt = [0, 1, 2].flatMap((layer) =>
      (["residPre", "z", "residMid", "hidden", "residPost"] as const).map((site): Wanted => ({
        world: 0,
        site,
        layer,
        at: "all",
      })),
    );
    const [{ at }] = await differentiatePlans(executor, [plan], { objective: () => [[weights]], wrt });

    const packing = Packing.ofLengths([clean.ids.length]);
    const embedded = executor.embed(clean.ids, packing.positions);
    const { residual, at: forward } = await capture(executor, packing, embedded, { sites: ["residPre"] });
    const end = residual.subarray(-config.dModel);
    const cotangent = new Float64Array(residual.length);
    cotangent.set(
      await executor.finalNormGradient(end, await throughUnembedding(executor, weights)),
      residual.length - config.dModel,
    );
    await backward(executor, [{ packing, residPre: forward.residPre!, cotangent }], {
      visit: (layer, _, gradients) => {
        wrt.forEach(({ site, layer: of }, w) => {
          if (of !== layer) return;
          const expected = gradients[site as "residPre" | "z" | "residMid" | "hidden" | "residPost"];
          const found = at[w].rows.flatMap((row) => Array.from(row));
          expect(found).toHaveLength(expected.length);
          found.forEach((x, i) => expect(Math.abs(x - expected[i]), `${site} ${layer}`).toBeLessThan(1e-9));
        });
      },
    });
  });
});
