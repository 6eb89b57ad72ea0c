// Two hops and back-patching against PyTorch (test/reference/multihop says how it was made): ranks up to 10 the same, larger ones to
// 2e-3 of themselves; the figures of the embedded model's twenty questions the same.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../engine/activations/executor.ts";
import { twoHopSettings } from "../../engine/choices/two-hop.ts";
import { allPairs, backPatchRanks, type LayerPair } from "../../engine/multihop/back-patching.ts";
import { PatchTarget } from "../../engine/patchscope/target.ts";
import { twoHopTask } from "../../engine/session/two-hop-task.ts";
import { smollm2IsHere } from "../reference/smollm2.ts";
import { executorOf } from "./opened.ts";

interface Reference {
  readonly questions: readonly {
    readonly prompt: string;
    readonly ids: readonly number[];
    readonly t1: number;
    readonly answer: number;
    readonly rank: number;
    readonly hop1: readonly [string, number];
    readonly hop2: readonly [string, number];
    readonly shortcut: readonly [string, number];
    readonly lens: { readonly e2_t1: readonly number[]; readonly e2_END: readonly number[]; readonly e3_END: readonly number[] };
    readonly t1_grid: readonly (readonly number[])[];
    readonly END_grid: readonly (readonly number[])[];
  }[];
}

const reference = (name: string) =>
  JSON.parse(readFileSync(new URL(`../reference/multihop/${name}.json`, import.meta.url), "utf8")) as Reference;
const sameRank = (found: number, expected: number) =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(expected <= 10 ? 0 : 2e-3 * expected + 1);

describe.each(smollm2IsHere ? ["sprig", "smollm2"] : ["sprig"])("back-patching on %s", (name) => {
  let executor: Executor;
  beforeAll(() => void (executor = executorOf(name)));

  test("gives the ranks of PyTorch's for pairs of layers at both places", async () => {
    const { nLayers } = executor.model.config;
    const pairs: readonly LayerPair[] =
      name === "sprig"
        ? allPairs(nLayers)
        : [
            [24, 16],
            [24, 4],
            [23, 1],
            [29, 28],
            [10, 4],
            [1, 0],
          ];
    for (const { ids, t1, answer, t1_grid, END_grid } of reference(name).questions.slice(0, 8)) {
      for (const [position, grid] of [
        [t1, t1_grid],
        [ids.length - 1, END_grid],
      ] as const) {
        const target = await PatchTarget.open(executor, ids, position);
        const ranks = await backPatchRanks(executor, target, target.own().at, [answer], pairs);
        pairs.forEach(([from, into], p) => sameRank(ranks[p], grid[from][into]));
      }
    }
  });
});

describe("the embedded model's questions in two hops", () => {
  test("are split, decoded, mended and broken as in PyTorch", async () => {
    const { questions } = reference("sprig");
    const settings = twoHopSettings.parse({ task: "tasks/two-hops/sprig-cities.yaml", decoder: "logit" });
    const { answers, backPatching, pairs } = await twoHopTask(settings);
    answers.forEach((answer, i) => {
      const { prompt, rank, hop1, hop2, shortcut, lens } = questions[i];
      expect(answer.prompt).toBe(prompt);
      expect([answer.rank, answer.hop1, answer.hop2]).toEqual([rank, hop1[1], hop2[1]]);
      sameRank(answer.shortcut, shortcut[1]);
      for (const [found, expected] of [
        [answer.decoded.e2AtE1, lens.e2_t1],
        [answer.decoded.e2AtEnd, lens.e2_END],
        [answer.decoded.e3AtEnd, lens.e3_END],
      ] as const) {
        expected.forEach((rank, point) => sameRank(found[point], rank));
      }
    });
    const summary = backPatching.map(({ chosen, mended, meanShare, oracleShare, ...counts }) => ({
      ...counts,
      best: Math.max(...mended),
      pair: `${chosen!.from} > ${chosen!.into}`,
      heldOut: chosen!.heldOut,
      kept: chosen!.kept,
      meanShare: Number(meanShare!.toFixed(4)),
      nulls: chosen!.figure!.null.draws.length,
      oracleNulls: [oracleShare!.null.draws.length, Number(oracleShare!.null.mean.toFixed(4))],
    }));
    expect(pairs).toHaveLength(6);
    expect(summary).toEqual([
      {
        position: "e1",
        wrong: 7,
        oracle: 3,
        best: 1,
        pair: "3 > 0",
        heldOut: { mended: 0, of: 3 },
        kept: 0,
        meanShare: 0.0714,
        nulls: 20,
        oracleNulls: [20, 0.2],
      },
      {
        position: "end",
        wrong: 7,
        oracle: 2,
        best: 2,
        pair: "1 > 0",
        heldOut: { mended: 1, of: 3 },
        kept: 12,
        meanShare: 0.0476,
        nulls: 20,
        oracleNulls: [20, 0.0143],
      },
    ]);
  });
});
