import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, suite, test } from "vitest";
import { jsonTokenizer } from "../tokens/json-tokenizer.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { Corpus, corpusWords } from "./corpus.ts";
import { loadCorpusTasks } from "./corpus-tasks.ts";
import { allGates, ForwardProgram } from "./forward-program.ts";
import { drawPairs, packPairs } from "./pairs.ts";
import { type Recipe, SPRIG } from "./recipe.ts";
import { Random } from "../base/random.ts";
import { initialState, totalSteps, Trainer, type TrainingState } from "./trainer.ts";
import { END_OF_TEXT, tokenizerJson } from "./word-vocabulary.ts";

const tasks = loadCorpusTasks();
const tokenizer = jsonTokenizer(tokenizerJson(corpusWords(tasks)), "tokenizer.json", END_OF_TEXT);
const corpus = new Corpus(tasks, tokenizer);
const folder = mkdtempSync(join(tmpdir(), "training-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Three steps of each phase, heads leaving in the second. */
const RECIPE: Recipe = {
  ...SPRIG,
  shape: { nLayers: 2, nHeads: 2, dModel: 8, dMlp: 8, nContext: 32 },
  rows: 3,
  plain: { ...SPRIG.plain, steps: 3, warmUp: 1 },
  interchange: {
    ...SPRIG.interchange,
    schedule: { ...SPRIG.interchange.schedule, steps: 3, warmUp: 1 },
    pairs: 2,
    testPairs: 2,
    every: 1,
    keep: 2,
    mostLoss: 100,
  },
};
const SHAPE = { ...RECIPE.shape, dVocab: tokenizer.dVocab };

async function advance(state: TrainingState, steps: number, recipe = RECIPE): Promise<TrainingState> {
  const trainer = new Trainer(recipe, SHAPE, corpus, { threads: 1 }, state);
  for (let i = 0; i < steps; i++) await trainer.advance();
  await trainer.dispose();
  return trainer.state;
}

suite("Trainer", () => {
  test("makes the same weights from the same seed, others from another, and heads leave until as many stay as asked", async () => {
    expect(totalSteps(RECIPE)).toBe(6);
    const once = await advance(initialState(RECIPE, SHAPE), 6);
    expect(await advance(initialState(RECIPE, SHAPE), 6)).toEqual(once);
    expect(once.gates.reduce((sum, gate) => sum + gate, 0)).toBe(2);
    const other = { ...RECIPE, seed: 2 };
    expect((await advance(initialState(other, SHAPE), 6, other)).weights).not.toEqual(once.weights);
  });

  test("goes on from a checkpoint of any step to the very weights of an uninterrupted run", async () => {
    const whole = await advance(initialState(RECIPE, SHAPE), 6);
    for (const stop of [1, 3, 5]) {
      const file = join(folder, `at-${stop}`);
      writeCheckpoint(file, await advance(initialState(RECIPE, SHAPE), stop), RECIPE, SHAPE);
      expect(await advance(readCheckpoint(file, RECIPE, SHAPE), 6 - stop)).toEqual(whole);
    }
  });
});

suite("readCheckpoint()", () => {
  test("refuses a checkpoint of another recipe, a shortened one and another file, each with a sentence", () => {
    const file = join(folder, "checkpoint");
    writeCheckpoint(file, initialState(RECIPE, SHAPE), RECIPE, SHAPE);
    expect(() => readCheckpoint(file, { ...RECIPE, seed: 5 }, SHAPE)).toThrow(/another seed, recipe or set of tasks/);
    writeFileSync(file, "secateur.training 1\n{}");
    expect(() => readCheckpoint(file, RECIPE, SHAPE)).toThrow(/not a training checkpoint/);
    writeFileSync(file, "PK");
    expect(() => readCheckpoint(file, RECIPE, SHAPE)).toThrow(/checkpoint: not a training checkpoint/);
  });
});

suite("ForwardProgram", () => {
  test("all gates open is the clean run; all closed gives the corrupt run's logits at END, max |Δ| ≤ 1e-5", async () => {
    const { weights } = await advance(initialState(RECIPE, SHAPE), 3);
    const program = await ForwardProgram.compile(SHAPE, weights, 4, RECIPE.length, 1);
    const pairs = packPairs(drawPairs(tasks.ioi, tokenizer, Random.seeded(1), 4), RECIPE.length, tokenizer.bosId!);
    const corrupt = await program.corruptRun(pairs);
    const clean = await program.logits(pairs, allGates(SHAPE));
    const greatest = (a: Float32Array, b: Float32Array) =>
      a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
    expect(greatest(await program.logits(pairs, allGates(SHAPE), corrupt), clean)).toBeLessThan(1e-5);
    // Nothing but attention carries names to END, where both prompts hold the same token.
    const corruptLogits = await program.logits({ ...pairs, clean: pairs.corrupt }, allGates(SHAPE));
    expect(greatest(await program.logits(pairs, allGates(SHAPE, 0), corrupt), corruptLogits)).toBeLessThan(1e-5);
    expect(greatest(clean, corruptLogits)).toBeGreaterThan(1e-4);
    await program.dispose();
  });
});
