// Laws of plans: what changes nothing moves no bit, what is changed is counted, values come from where the plan says.
import { textOf } from "../../engine/base/sentence.ts";
import { afterAll, describe, expect, test } from "vitest";
import { componentAlong } from "../../engine/activations/change-rows.ts";
import { Executor } from "../../engine/activations/executor.ts";
import type { Change, Plan, Where } from "../../engine/activations/plan.ts";
import { runPlan, runPlans } from "../../engine/activations/run-plan.ts";
import { sites } from "../../engine/transformer/sites.ts";
import { greatestDifference } from "../greatest-difference.ts";
import { GATED, PARALLEL, PLAIN, randomModel } from "../random-model.ts";
import { engineDictionary, randomDictionaries } from "../random-plan.ts";

const ids = [3, 1, 4, 1, 5, 9];
const other = [2, 7, 1, 8, 2, 8];

describe.each([
  ["GPT-2's form", PLAIN],
  ["Llama's form", GATED],
  ["GPT-NeoX's form", PARALLEL],
] as const)("%s, float32", (_, config) => {
  const executor = new Executor(randomModel(config, 7), { threads: 1 });
  afterAll(() => executor.dispose());
  const dictionary = engineDictionary([...randomDictionaries(config)].find(([name]) => name.endsWith(" 16"))![1]);
  const options = { resources: { dictionaries: new Map([["d", dictionary]]) } };
  const logits = { world: 0, site: "logits", at: "all" } as const;
  const planOf = (where: Where, change: Change, worlds: Plan["worlds"] = [{ ids }, { ids }]): Plan => ({
    worlds,
    changes: [{ world: 0, where, change }],
    read: [logits],
  });
  const untouched = async () =>
    (await runPlan(executor, { worlds: [{ ids }, { ids }], changes: [], read: [logits] })).read;

  test.each(sites)("what changes nothing at %s moves no bit of the logits, and is noted", async (site) => {
    const clean = await untouched();
    const where = { site, layer: 1, at: "all" } as const;
    const values = [{ world: 0 }, { world: 1 }] as const;
    const changes: Change[] = values.flatMap((value) => [
      { op: "set", to: value },
      { op: "mix", with: value, gate: 0.3 },
    ]);
    changes.push({ op: "add", what: "zero", scale: 5 }, { op: "add", what: { world: 1 }, scale: 0 });
    changes.push({ op: "mix", with: "zero", gate: 1 });
    for (const change of changes) {
      const { read, fired, notes } = await runPlan(executor, planOf(where, change));
      expect(read, JSON.stringify(change)).toEqual(clean);
      expect(fired[0].moved).toBe(0);
      expect(fired[0].entries).toBeGreaterThan(0);
      expect(notes.map(textOf)).toEqual([
        `Change 0 (${change.op} at ${site} of layer 1, "all") moved nothing: what it puts in is what stands there.`,
      ]);
    }
  });

  test("a feature clamped to its own activation, a dictionary with its error, a component where it is: no bit moves", async () => {
    const clean = await untouched();
    const where = { site: "residPost", layer: 0, at: 3 } as const;
    const read = [{ world: 0, site: "residPost", layer: 0, at: 3 }] as const;
    const [row] = (await runPlan(executor, { worlds: [{ ids }], changes: [], read })).read[0].rows;
    const own = Float64Array.from(await dictionary.encode(Float64Array.from(row)));
    const along = Array.from({ length: 16 }, (_, i) => Math.sin(i));
    const edits = Array.from(own, (by, feature) => ({ feature, op: "set", by }) as const);
    for (const change of [
      { op: "through", dictionary: "d", edits: [], error: "kept" },
      { op: "through", dictionary: "d", edits, error: "kept" },
      { op: "clamp", along, to: componentAlong(along, row) },
      { op: "project", basis: [along], keep: "outside", centre: Array.from(row) },
    ] as const) {
      const { read, fired } = await runPlan(executor, planOf(where, change), options);
      expect(read, change.op).toEqual(clean);
      expect(fired).toEqual([{ entries: 16, moved: 0 }]);
    }
  });

  test("all of a world's states set to another's give its logits, bit for bit", async () => {
    const worlds = [{ ids }, { ids: other }];
    const set = { op: "set", to: { world: 1 } } as const;
    const read = [logits, { ...logits, world: 1 }];
    for (const site of ["residPre", "residPost"] as const) {
      const { read: found } = await runPlan(executor, { ...planOf({ site, layer: 2, at: "all" }, set, worlds), read });
      expect(found[0], site).toEqual(found[1]);
    }
  });
});

describe("runPlan()", () => {
  const model = randomModel(GATED, 7);
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  afterAll(() => executor.dispose());
  const read = [{ world: 0, site: "logits", at: "end" }] as const;
  const ones = Array.from({ length: 16 }, () => 1);

  test("counts the numbers that a change touches, and how far they move together", async () => {
    const add = (at: Where["at"]) =>
      ({
        world: 0,
        where: { site: "residPost", layer: 0, at },
        change: { op: "add", what: { vector: ones }, scale: 2 },
      }) as const;
    const { fired } = await runPlan(executor, { worlds: [{ ids }], changes: [add([1, 2, 4]), add("all")], read });
    expect(fired.map(({ entries }) => entries)).toEqual([48, 96]);
    expect(fired[0].moved).toBeCloseTo(Math.sqrt(48 * 4), 9);
    expect(fired[1].moved).toBeCloseTo(Math.sqrt(96 * 4), 9);
  });

  test("a change that nothing reads is noted; one that reaches a reading through another world is not", async () => {
    const add = (world: number, site: "mlpOut" | "q", layer: number, at: Where["at"]) =>
      ({
        world,
        where: { site, layer, at },
        change: {
          op: "add",
          what: { rows: [ones.concat(Array(8).fill(1)).slice(0, site === "q" ? 24 : 16)] },
          scale: 1,
        },
      }) as const;
    const take = {
      world: 0,
      where: { site: "residPost", layer: 1, at: 2 },
      change: { op: "set", to: { world: 1, at: 5 } },
    } as const;
    const notesOf = async (change: Plan["changes"][number]) =>
      (await runPlan(executor, { worlds: [{ ids }, { ids: other }], changes: [change, take], read })).notes.map(textOf);
    const unseen = /^Change 0 .* is not seen by anything that the plan reads\.$/;
    expect(await notesOf(add(0, "mlpOut", 2, 3))).toEqual([expect.stringMatching(unseen)]);
    expect(await notesOf(add(0, "q", 2, 3))).toEqual([expect.stringMatching(unseen)]);
    expect(await notesOf(add(1, "mlpOut", 2, 3))).toEqual([expect.stringMatching(unseen)]);
    expect(await notesOf(add(1, "mlpOut", 0, 3))).toEqual([]);
    expect(await notesOf(add(0, "mlpOut", 1, 3))).toEqual([]);
  });

  test("a late state goes into an early layer of the same prompt through a world of its own", async () => {
    const change = { op: "set", to: { world: 1, site: "residPost", layer: 2, at: 4 } } as const;
    const where = { site: "residPost", layer: 0, at: 4 } as const;
    const late = { world: 1, site: "residPost", layer: 2, at: 4 } as const;
    const put = { world: 0, site: "residPost", layer: 0, at: 4 } as const;
    const plan = { worlds: [{ ids }, { ids }], changes: [{ world: 0, where, change }], read: [late, put] };
    const [from, to] = (await runPlan(executor, plan)).read;
    expect(to.rows).toEqual(from.rows);
  });

  test("two worlds may give each other values in any order that can be run", async () => {
    const give = (world: number, layer: number, of: number, ofLayer: number) =>
      ({
        world,
        where: { site: "z", layer, at: "all" },
        change: { op: "set", to: { world: of, layer: ofLayer } },
      }) as const;
    const worlds = [{ ids }, { ids: other }];
    const site = (world: number, layer: number) => ({ world, site: "z", layer, at: "all" }) as const;
    const changes = [give(0, 1, 1, 0), give(1, 2, 0, 1), give(0, 2, 1, 2)];
    const read = [site(0, 1), site(1, 0), site(1, 2), site(0, 2)];
    const outcome = await runPlan(executor, { worlds, changes, read });
    expect(outcome.read[0]).toEqual(outcome.read[1]);
    expect(outcome.read[2]).toEqual(outcome.read[0]);
    expect(outcome.read[3]).toEqual(outcome.read[0]);
  });

  /** Rows that the layers compute for these plans, by layer. */
  const rowsOf = async (plans: readonly Plan[]) => {
    const rows: number[] = [];
    const counting = new Executor(model, { threads: 1 });
    const attention = counting.attention.bind(counting);
    counting.attention = (layer, packing, ...rest) => {
      rows[layer] = (rows[layer] ?? 0) + packing.rows;
      return attention(layer, packing, ...rest);
    };
    await runPlans(counting, plans);
    await counting.dispose();
    return rows;
  };
  const twiceAtEveryLayer = (at: Where["at"]): Plan[] =>
    [0, 1, 2].flatMap((layer) =>
      [1, 2].map((scale): Plan => {
        const where = { site: "residPost", layer, at } as const;
        const change = { op: "add", what: { vector: ones }, scale } as const;
        return { worlds: [{ ids }], changes: [{ world: 0, where, change }], read };
      }),
    );

  test("plans over one prompt that differ from a layer on share what lies below it", async () => {
    // One run until layer 0 is changed in two ways, then those two and the untouched one, and so on.
    expect((await rowsOf(twiceAtEveryLayer("all"))).map((count) => count / ids.length)).toEqual([3, 5, 6]);
  });

  test("plans that differ from a token on share what lies before it: the rest of one run, and their own rows", async () => {
    expect(await rowsOf(twiceAtEveryLayer("end"))).toEqual([6 + 2, 6 + 4, 6 + 6]);
    expect(await rowsOf(twiceAtEveryLayer([2, 4]))).toEqual([6 + 2 * 4, 6 + 4 * 4, 6 + 6 * 4]);
    // One plan alone has nobody to share with, and two would save less than the untouched run costs.
    expect(await rowsOf(twiceAtEveryLayer("end").slice(0, 1))).toEqual([6, 6, 6]);
    expect(await rowsOf(twiceAtEveryLayer([2]).slice(4))).toEqual([6, 6, 2 * 6]);
  });
});

describe.each([
  ["GPT-2's form", PLAIN],
  ["Llama's form", GATED],
  ["GPT-NeoX's form", PARALLEL],
] as const)("%s, float64", (_, config) => {
  const model = randomModel(config, 11);
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  afterAll(() => executor.dispose());
  const { dModel, dMlp, nHeads, dHead } = config;
  const layers = Array.from({ length: config.nLayers }, (_, layer) => layer);
  const logits = { world: 0, site: "logits", at: "all" } as const;
  const direction = Array.from({ length: dModel }, (_, i) => Math.cos(3 * i + 1));
  const length = Math.hypot(...direction);
  const unit = direction.map((x) => x / length);
  const along = (row: ArrayLike<number>) => unit.reduce((sum, x, i) => sum + x * row[i], 0);

  /** The direction taken out of all that is ever written to the stream. */
  const removal = [{ site: "residPre", layer: 0 } as const]
    .concat(layers.flatMap((layer) => ["attnOut", "mlpOut"].map((site) => ({ site, layer }) as never)))
    .map(
      ({ site, layer }) =>
        ({
          world: 0,
          where: { site, layer, at: "all" },
          change: { op: "project", basis: [direction], keep: "outside" },
        }) as const,
    );

  test("a direction that is projected out of every write is in the stream nowhere, and twice is once (1e-12)", async () => {
    const stream = layers.flatMap((layer) =>
      (["residPre", "residMid", "residPost"] as const).map((site) => ({ world: 0, site, layer, at: "all" }) as const),
    );
    const read = [...stream, logits];
    const once = await runPlan(executor, { worlds: [{ ids }], changes: removal, read });
    for (const { rows } of once.read.slice(0, -1)) {
      for (const row of rows) expect(Math.abs(along(row))).toBeLessThan(1e-12 * Math.hypot(...row));
    }
    const twice = await runPlan(executor, { worlds: [{ ids }], changes: [...removal, ...removal], read: [logits] });
    const plain = await runPlan(executor, { worlds: [{ ids }], changes: [], read: [logits] });
    expect(greatestDifference(twice.read[0].rows[5], once.read.at(-1)!.rows[5])).toBeLessThan(1e-12);
    expect(greatestDifference(plain.read[0].rows[5], once.read.at(-1)!.rows[5])).toBeGreaterThan(0.01);
  });

  // Oracle: the model whose embedding, W_O and W_out have the direction taken out, their biases too, the unembedding not. Weights
  // are float32.
  test("projecting out of every write is running orthogonalised weights (1e-5)", async () => {
    const orthogonal = (rows: Float32Array): Float32Array => {
      const out = rows.slice();
      for (let at = 0; at < out.length; at += dModel) {
        const share = along(rows.subarray(at, at + dModel));
        for (let i = 0; i < dModel; i++) out[at + i] -= share * unit[i];
      }
      return out;
    };
    const weights = randomModel(config, 11, (layer) => ({
      ...layer,
      W_O: orthogonal(layer.W_O),
      b_O: orthogonal(layer.b_O!),
      W_out: orthogonal(layer.W_out),
      b_out: orthogonal(layer.b_out!),
    }));
    const cut: typeof weights = {
      ...weights,
      embedRows: (of) => orthogonal(weights.embedRows(of)),
      positionRows: () => {
        const rows = weights.positionRows();
        return rows && orthogonal(rows);
      },
    };
    const other = new Executor(cut, { threads: 1, precision: "float64" });
    const hooked = await runPlan(executor, { worlds: [{ ids }], changes: removal, read: [logits] });
    const baked = await runPlan(other, { worlds: [{ ids }], changes: [], read: [logits] });
    await other.dispose();
    for (const [r, row] of hooked.read[0].rows.entries()) {
      expect(greatestDifference(row, baked.read[0].rows[r])).toBeLessThan(1e-5);
    }
  });

  test("what the heads write, and the bias, add up to attnOut; neurons times their rows, and the bias, to mlpOut (1e-9)", async () => {
    const layer = 1;
    const { W_out, b_O, b_out } = model.layer(layer);
    const at = 4;
    // World 0 is the model, world 1 + h has nothing but head h at z.
    const worlds = Array.from({ length: 1 + nHeads }, () => ({ ids }));
    const where = { site: "z", layer, at } as const;
    const changes = Array.from({ length: nHeads }, (_, head) => [
      { world: 1 + head, where, change: { op: "set", to: "zero" } } as const,
      {
        world: 1 + head,
        where: { ...where, units: [head] },
        change: { op: "set", to: { world: 0, units: [head] } },
      } as const,
    ]).flat();
    const read = [
      ...worlds.map((_, world) => ({ world, site: "attnOut", layer, at }) as const),
      { world: 0, site: "hidden", layer, at } as const,
      { world: 0, site: "mlpOut", layer, at } as const,
      { world: 0, site: "z", layer, at } as const,
    ];
    const rows = (await runPlan(executor, { worlds, changes, read })).read.map(({ rows: [row] }) => row);
    const [attnOut, ...heads] = rows.slice(0, 1 + nHeads);
    const [hidden, mlpOut, z] = rows.slice(1 + nHeads);
    expect([hidden.length, z.length]).toEqual([dMlp, nHeads * dHead]);
    for (let i = 0; i < dModel; i++) {
      const written = heads.reduce((sum, own) => sum + own[i] - b_O![i], b_O![i]);
      expect(written).toBeCloseTo(attnOut[i], 9);
      let memories = b_out![i];
      for (let n = 0; n < dMlp; n++) memories += hidden[n] * W_out[n * dModel + i];
      expect(memories).toBeCloseTo(mlpOut[i], 9);
    }
  });

  test("features and the error that a dictionary leaves add up to the state (1e-12)", async () => {
    const dictionary = engineDictionary([...randomDictionaries(config)].find(([name]) => name.endsWith(" 16"))![1]);
    const resources = { dictionaries: new Map([["d", dictionary]]) };
    const where = { site: "residPost", layer: 1, at: 3 } as const;
    const stateOf = async (changes: Plan["changes"]) => {
      const plan = { worlds: [{ ids }], changes, read: [{ world: 0, ...where }] };
      return (await runPlan(executor, plan, { resources })).read[0].rows[0];
    };
    const none = Array.from(
      { length: dictionary.features },
      (_, feature) => ({ feature, op: "scale", by: 0 }) as const,
    );
    const through = (edits: typeof none, error: "kept" | "dropped") =>
      ({ world: 0, where, change: { op: "through", dictionary: "d", edits, error } }) as const;
    const state = await stateOf([]);
    const features = await stateOf([through([], "dropped")]);
    const error = await stateOf([through(none, "kept")]);
    const bias = await stateOf([through(none, "dropped")]);
    for (let i = 0; i < dModel; i++) expect(features[i] + error[i] - bias[i]).toBeCloseTo(state[i], 12);
  });
});
