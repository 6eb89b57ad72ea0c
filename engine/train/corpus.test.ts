import { expect, suite, test } from "vitest";
import { Random } from "../base/random.ts";
import { splitOfFilling } from "../task/split.ts";
import { expandTask } from "../task/expand.ts";
import { jsonTokenizer } from "../tokens/json-tokenizer.ts";
import { Corpus, corpusWords, EARLY_MIX, LATE_MIX } from "./corpus.ts";
import { loadCorpusTasks } from "./corpus-tasks.ts";
import { drawPairs } from "./pairs.ts";
import { END_OF_TEXT, tokenizerJson } from "./word-vocabulary.ts";

const tasks = loadCorpusTasks();
const tokenizer = jsonTokenizer(tokenizerJson(corpusWords(tasks)), "tokenizer.json", END_OF_TEXT);
const corpus = new Corpus(tasks, tokenizer);
const LENGTH = 25;

function rowsOf(seed: string, count: number): string[] {
  const { ids } = corpus.batch(Random.seeded(1, seed), count, LENGTH, LATE_MIX);
  return Array.from({ length: count }, (_, row) =>
    tokenizer.decode([...ids.subarray(row * LENGTH, (row + 1) * LENGTH)]),
  );
}

suite("Corpus.batch()", () => {
  test("gives the same rows for the same stream and others for another", () => {
    const batch = (seed: string) => corpus.batch(Random.seeded(7, seed), 16, LENGTH, EARLY_MIX);
    expect(batch("a")).toEqual(batch("a"));
    expect(batch("a").ids).not.toEqual(batch("b").ids);
  });

  test("begins every row with end of text, never asks for it, and counts no answer in the first round of a repetition", () => {
    const { ids, weights } = corpus.batch(Random.seeded(1, "rows"), 48, LENGTH, LATE_MIX);
    for (let row = 0; row < 48; row++) expect(ids[row * LENGTH]).toBe(tokenizer.bosId);
    ids.forEach((id, i) => {
      if (id === tokenizer.bosId) expect(weights[i]).toBe(0);
    });
    expect(new Set(weights)).toEqual(new Set([0, Math.fround(0.1), 1]));
  });

  test("holds no pair of names that is held out, in a thousand IOI sentences", () => {
    const names = new Set(tasks.ioi.lists.name!.rows.map(([name]) => name!));
    const pairs = rowsOf("pairs", 4000)
      .filter((text) => / (to|to) \w+\.(<\|endoftext\|>)*$/.test(text))
      .map((text) => [...text.matchAll(/\w+/g)].map(([word]) => word).filter((word) => names.has(word)))
      .map(([first, second]) => [first!, second!]);
    expect(pairs.length).toBeGreaterThan(1000);
    expect(pairs.filter((pair) => splitOfFilling(pair) === "heldOut")).toEqual([]);
  });

  test("never shows a held-out prompt of a task that holds some out", () => {
    const shown = rowsOf("prompts", 4000).join("\n");
    for (const task of [tasks.ioi, tasks.agreement, tasks.pronoun, tasks.greaterThan]) {
      const prompts = expandTask(task, tokenizer).examples.filter(({ split }) => split === "heldOut");
      expect(prompts).toHaveLength(128);
      expect(prompts.filter(({ clean }) => shown.includes(clean.text)).map(({ clean }) => clean.text)).toEqual([]);
    }
  });

  test("uses every template of the IOI task in both orders", () => {
    const seen = new Set(drawPairs(tasks.ioi, tokenizer, Random.seeded(1), 1500).map(({ clean }) => shapeOf(clean)));
    expect(tasks.ioi.variants).toHaveLength(32);
    expect(seen.size).toBe(32);
  });
});

/** The sentence with a letter for every distinct name and a star for places and objects. */
function shapeOf(ids: readonly number[]): string {
  const word = new Map<string, string>();
  for (const list of ["place", "object"]) for (const [entry] of tasks.ioi.lists[list]!.rows) word.set(entry!, "*");
  const order: string[] = [];
  const names = new Set(tasks.ioi.lists.name!.rows.map(([name]) => name!));
  return ids
    .map((id) => tokenizer.token(id).trim())
    .map((text) => {
      if (!names.has(text)) return word.get(text) ?? text;
      if (!order.includes(text)) order.push(text);
      return `name ${order.indexOf(text)}`;
    })
    .join(" ");
}

suite("drawPairs()", () => {
  test("replaces all three mentions by names that the clean prompt does not hold, and keeps every other token", () => {
    const names = new Set(tasks.ioi.lists.name!.rows.map(([name]) => tokenizer.encodePlain(` ${name}`)[0]!));
    for (const { clean, corrupt, right, wrong } of drawPairs(tasks.ioi, tokenizer, Random.seeded(3), 200)) {
      expect(corrupt).toHaveLength(clean.length);
      const changed = clean.map((_, i) => i).filter((i) => clean[i] !== corrupt[i]);
      expect(changed.map((i) => clean[i]!).filter((id) => id === right)).toHaveLength(1);
      expect(changed.map((i) => clean[i]!).filter((id) => id === wrong)).toHaveLength(2);
      expect(changed).toHaveLength(3);
      const drawn = changed.map((i) => corrupt[i]!);
      expect(new Set(drawn).size).toBe(3);
      expect(drawn.every((id) => names.has(id) && !clean.includes(id))).toBe(true);
    }
  });
});
