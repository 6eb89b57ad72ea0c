import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fitLensSettings, lensSettings } from "../choices/lens.ts";
import { fitLensTask } from "./fit-lens-task.ts";
import { lensTask } from "./lens-task.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-lens-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = "The capital of Poland is";
const lens = (settings: object) => lensTask(lensSettings.parse(settings));

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test("a text is read at every token and every layer, with the words that are followed", async () => {
  const { prompts, places, points, words, texts } = await lens({ text: TEXT, words: ["Poland", "Warsaw"] });
  expect(prompts[0].tokens).toEqual(["<|endoftext|>", "The", " capital", " of", " Poland", " is"]);
  expect([places.length, points.length]).toEqual([6, 5]);
  const end = places.at(-1)!.readings;
  expect(end.map(({ tokens }) => tokens.map(({ rank }) => rank)).slice(2)).toEqual([
    [2, 1],
    [2, 1],
    [3, 1],
  ]);
  expect([words[1].word, texts[words[1].id], texts[end.at(-1)!.top[0].id]]).toEqual(["Warsaw", " Warsaw", " Warsaw"]);
});

test("a task is read at the ends of its prompts, its answers traced beside those of the next prompt", async () => {
  const { traces, places } = await lens({ task: "tasks/capital.yaml", examples: { discovery: 8 } });
  expect(places).toHaveLength(8);
  const [right, wrong] = traces;
  expect([right.label, wrong.label]).toEqual(["right answer", "wrong answer"]);
  expect(right.mean.at(-1)).toBeGreaterThan(0.8);
  expect(right.other.at(-1)).toBeLessThan(0.2);
  expect(right.intervals.at(-1)).toBeDefined();
});

test("sets of words get the probability that lies on them", async () => {
  const sets = written("sets.yaml", "capitals: [Warsaw, Vilnius]\nverbs: [works, speak]\n");
  const { masses } = await lens({ text: TEXT, sets });
  expect(masses.map(({ name }) => name)).toEqual(["capitals", "verbs"]);
  expect(masses[0].mean.at(-1)).toBeGreaterThan(0.9);
  expect(masses[1].mean.at(-1)).toBeLessThan(0.1);
});

test("the shifted lens of the embedded model needs no file", async () => {
  const neutral = written("neutral.txt", "The capital of Austria is\nThe capital of Peru is\n");
  const { places } = await lens({ text: TEXT, lens: "shifted", neutral });
  const plain = await lens({ text: TEXT });
  expect(places.at(-1)!.readings.at(-1)).toEqual(plain.places.at(-1)!.readings.at(-1));
  expect(places.at(-1)!.readings[1].top[0]).not.toEqual(plain.places.at(-1)!.readings[1].top[0]);
});

test("a lens that was fitted is judged on texts it did not see, and read with", async () => {
  const countries = ["Poland", "Austria", "Peru", "Canada", "Jamaica", "Lithuania"];
  const lines = countries.flatMap((name) => [
    `The capital of ${name} is`,
    `The capital of the country of ${name}`,
    `The capital of ${name}`,
  ]);
  const corpus = written("corpus.txt", lines.join("\n"));
  const out = join(folder, "tuned.safetensors");
  const made = await fitLensTask(fitLensSettings.parse({ kind: "tuned", corpus, out, steps: 20, rows: 24 }));
  expect(made.divergence).toHaveLength(4);
  expect(made.texts.discovery + made.texts.heldOut).toBe(18);
  const { places } = await lens({ text: TEXT, lens: "tuned", lensFile: out });
  expect(places).toHaveLength(6);
  await expect(lens({ text: TEXT, lens: "jacobian", lensFile: out })).rejects.toThrow(
    `${out} holds a tuned lens, not a jacobian one; read it with --lens tuned.`,
  );
});

describe("is refused with a sentence:", () => {
  test.each([
    ["neither task nor text", {}, "Name a task to read its prompts, or give a text with --text."],
    ["both", { task: "tasks/ioi.yaml", text: TEXT }, "Give a task or --text, not both."],
    [
      "examples of a text",
      { text: TEXT, examples: { discovery: 3 } },
      "belong to a task; leave them out beside --text.",
    ],
    [
      "a text longer than the context",
      { text: `The${" the".repeat(39)}` },
      "Prompt 0 has 41 tokens and sprig reads 32 at most. Shorten it.",
    ],
    ["a fitted lens without its file", { text: TEXT, lens: "jacobian" }, "A jacobian lens is fitted first:"],
  ])("%s", async (_, settings, sentence) => {
    await expect(lens(settings)).rejects.toThrow(sentence);
  });

  test("sets that share a token, and a file that holds no sets", async () => {
    const shared = written("shared.yaml", "a: [Warsaw]\nb: [Warsaw, Vienna]\n");
    await expect(lens({ text: TEXT, sets: shared })).rejects.toThrow('--sets: "a" and "b" share the token');
    const list = written("list.yaml", "- Warsaw\n");
    await expect(lens({ text: TEXT, sets: list })).rejects.toThrow(`${list}: it is no table of word lists`);
  });
});
