// Patchscopes against PyTorch (test/reference/patchscopes says how it was made): top tokens and texts the same, ranks up to 10 the
// same, larger ones to 2e-3 of themselves; a state put back where it stood changes nothing, to the bit.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../engine/activations/executor.ts";
import { runPlan } from "../../engine/activations/run-plan.ts";
import { continueGreedily, patchPlan } from "../../engine/patchscope/continue.ts";
import { patchGrid, statesOf } from "../../engine/patchscope/grid.ts";
import { refuseSink, sinkRatio } from "../../engine/patchscope/sink.ts";
import { markedText, PatchTarget } from "../../engine/patchscope/target.ts";
import { logitsOf } from "../../engine/readout/logits.ts";
import { argMax } from "../../engine/readout/ranking.ts";
import { readStates } from "../../engine/readout/readings.ts";
import { smollm2IsHere } from "../reference/smollm2.ts";
import { executorOf } from "./opened.ts";

interface Reference {
  readonly into: readonly number[];
  readonly targets: readonly {
    readonly name: string;
    readonly ids: readonly number[];
    readonly position: number;
    readonly unpatched: number;
    readonly cases: readonly {
      readonly source: readonly number[];
      readonly position: number;
      readonly token: number;
      readonly top: readonly (readonly number[])[];
      readonly rank: readonly (readonly number[])[];
      readonly continuations: Readonly<Record<string, readonly number[]>>;
    }[];
  }[];
  readonly relation: {
    readonly target: string;
    readonly mark: string;
    readonly rows: readonly {
      readonly subject: string;
      readonly answer: string;
      readonly ids: readonly number[];
      readonly position: number;
      readonly rank_same_layer: readonly number[];
    }[];
  };
}

const NAMES = smollm2IsHere ? ["sprig", "smollm2"] : ["sprig"];

describe.each(NAMES)("a Patchscope on %s", (name) => {
  const file = new URL(`../reference/patchscopes/${name}.json`, import.meta.url);
  const { into, targets, relation } = JSON.parse(readFileSync(file, "utf8")) as Reference;
  let executor: Executor;
  beforeAll(() => void (executor = executorOf(name)));
  const sameRank = (found: number, expected: number) =>
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(expected <= 10 ? 0 : 2e-3 * expected + 1);

  test("says in every cell what PyTorch's does", async () => {
    for (const { ids, position, cases } of name === "sprig" ? targets : targets.slice(1)) {
      const target = await PatchTarget.open(executor, ids, position);
      for (const { source, position, token, top, rank } of name === "sprig" ? cases : cases.slice(0, 1)) {
        const run = await PatchTarget.open(executor, source, position);
        const from = name === "sprig" ? [0, 1, 2, 3, 4] : [0, 2, 5, 10, 20, 25, 30];
        const states = statesOf(run.own().at, from, executor.model.config.dModel);
        const grid = await patchGrid(executor, target, states, { into, tokens: [token] });
        into.forEach((_, t) =>
          grid.forEach((row, s) => {
            expect(row[t].top[0].id).toBe(top[t][from[s]]);
            sameRank(row[t].tokens[0].rank, rank[t][from[s]]);
          }),
        );
      }
    }
  });

  test("goes on as PyTorch's does, and as its plan says", async () => {
    const { ids, position, cases } = targets.at(-1)!;
    const [{ source, position: at, continuations }] = cases;
    const { nLayers } = executor.model.config;
    const cells = Object.keys(continuations).map((cell) => cell.split(">").map(Number));
    const plans = cells.map(([from, to]) =>
      patchPlan({ ids: source, position: at }, { ids, position }, from, to, nLayers),
    );
    const texts = await continueGreedily(executor, plans, 6, []);
    Object.values(continuations).forEach((expected, c) => expect(texts[c].ids).toEqual(expected));
    texts.forEach(({ fired }) => expect(fired).toEqual({ entries: executor.model.config.dModel, moved: fired.moved }));
    texts.forEach(({ fired }) => expect(fired.moved).toBeGreaterThan(0));
    // The fast way gives the plan's own token.
    const target = await PatchTarget.open(executor, ids, position);
    const run = await PatchTarget.open(executor, source, at);
    const { dModel } = executor.model.config;
    const [from, to] = cells[0];
    const end = await target.ends(run.own().at.subarray(from * dModel, (from + 1) * dModel), to);
    const plan = (await runPlan(executor, plans[0])).read[0].rows[0];
    const fast = await logitsOf(executor, end);
    expect(Math.max(...fast.map((x, i) => Math.abs(x - plan[i])))).toBeLessThan(2e-4);
    expect(argMax(plan)).toBe(argMax(fast));
  });

  test("with its own state is the run itself, to the bit", async () => {
    const { ids, position } = targets[0];
    const { nLayers } = executor.model.config;
    const bare = { worlds: [{ ids }], changes: [], read: [{ world: 0, site: "logits", at: "end" } as const] };
    const clean = (await runPlan(executor, bare)).read[0].rows[0];
    for (const layer of [0, 1, nLayers]) {
      const plan = patchPlan({ ids, position }, { ids, position }, layer, layer, nLayers);
      const { read, fired } = await runPlan(executor, plan);
      expect(read[0].rows[0]).toEqual(clean);
      expect(fired[0].moved).toBe(0);
    }
  });

  test("moves a relation's subject as PyTorch does", async () => {
    const { target: text, mark, rows } = relation;
    const marked = markedText(text, mark, (text) => executor.model.tokenizer.encode(text));
    const target = await PatchTarget.open(executor, marked.ids, marked.position);
    const { dModel } = executor.model.config;
    const layers = name === "sprig" ? [0, 1, 2, 3, 4] : [0, 9, 23, 24];
    for (const { ids, position, answer, rank_same_layer } of rows.slice(0, 6)) {
      const run = await PatchTarget.open(executor, ids, position);
      const [token] = executor.model.tokenizer.encodePlain(` ${answer}`);
      for (const layer of layers) {
        const state = run.own().at.subarray(layer * dModel, (layer + 1) * dModel);
        const [{ tokens }] = await readStates(executor, await target.ends(state, layer), { tokens: [[token]] });
        sameRank(tokens[0].rank, rank_same_layer[layer]);
      }
    }
  });

  // The embedded model has a token of its own in front of everything.
  if (name !== "smollm2") return;
  test("refuses an attention sink with its measured size", async () => {
    const { model } = executor;
    const target = await PatchTarget.open(executor, targets[0].ids, targets[0].position);
    const alone = await PatchTarget.open(executor, model.tokenizer.encode("Brazil"), 0);
    expect(sinkRatio(alone, target)).toBeGreaterThan(10);
    expect(() => refuseSink(alone, target)).toThrow(/Position 0 of the source is an attention sink.*times as long/);
    const inside = await PatchTarget.open(executor, model.tokenizer.encode("Many people visit Brazil"), 3);
    expect(() => refuseSink(inside, target)).not.toThrow();
  });
});
