import { expect, test } from "vitest";
import type { Reading } from "../readout/readings.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { areDisjoint, massOf, tokensOfWord } from "./token-sets.ts";
import { tracesOf } from "./traces.ts";
import { workbenchLens } from "./workbench-json.ts";

/** A reading whose tokens have these ranks, and probabilities of 1/rank². */
const reading = (...ranks: number[]): Reading => ({
  top: [{ id: 1, logit: 0, logProbability: 0 }],
  tokens: ranks.map((rank, id) => ({ id, rank, logit: 0, logProbability: -2 * Math.log(rank) })),
  entropy: 0.123456,
  kl: { to: 0, from: 0 },
});

test("a trace is the mean of 1/rank over prompts, beside that of the next prompt's tokens", () => {
  const readings = [
    [reading(4, 10), reading(1, 20)],
    [reading(2, 5), reading(1, 2)],
  ];
  expect(tracesOf(readings, ["capital"], { seed: 0 })).toEqual([
    {
      label: "capital",
      mean: [0.375, 1],
      intervals: [undefined, undefined],
      other: [expect.closeTo(0.15, 12), expect.closeTo(0.275, 12)],
      first: [0, 2],
    },
  ]);
});

test("from five prompts on a trace has an interval", () => {
  const [{ intervals }] = tracesOf(
    Array.from({ length: 5 }, () => [reading(2, 3)]),
    ["capital"],
    { seed: 0 },
  );
  expect(intervals).toEqual([[0.5, 0.5]]);
});

const VOCABULARY = ["f", "fl", " fl", "flower", "花", "x"];
const tokenizer = {
  encodePlain: (text: string) => (VOCABULARY.includes(text) ? [VOCABULARY.indexOf(text)] : [5, 5]),
} as unknown as Tokenizer;

test("a word's tokens are its beginnings that are one token, with and without a space", () => {
  expect(tokensOfWord(tokenizer, "flower")).toEqual([0, 1, 2, 3]);
  expect(tokensOfWord(tokenizer, "花")).toEqual([4]);
});

test("a word without such a beginning counts by its first token", () => {
  expect(tokensOfWord(tokenizer, "谷")).toEqual([5]);
});

test("sets that share a token are told apart from sets that do not", () => {
  expect(areDisjoint([[1, 2], [3]])).toBe(true);
  expect(
    areDisjoint([
      [1, 2],
      [2, 3],
    ]),
  ).toBe(false);
});

test("mass is the sum of the probabilities of a stretch of the tokens", () => {
  expect(massOf(reading(1, 2, 2), 1, 3)).toBeCloseTo(0.5, 12);
});

test("NDIF's form holds tokens as text, probabilities and ranks by token, and entropy by layer", () => {
  const text = (id: number) => `t${id}`;
  expect(workbenchLens("m", ["a"], [[reading(1, 2), reading(3, 1)]], text)).toEqual({
    meta: { version: 2, model: "m" },
    input: ["a"],
    layers: [0, 1],
    topk: [[["t1"]], [["t1"]]],
    tracked: [{ t0: { prob: [1, 0.11111], rank: [1, 3] }, t1: { prob: [0.25, 1], rank: [2, 1] } }],
    entropy: [[0.12346], [0.12346]],
  });
});
