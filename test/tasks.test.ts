// The tasks that ship: each expands, with its default numbers of examples, on the tokenizers of the embedded model and of SmolLM2.
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GgufFile } from "../engine/formats/gguf.ts";
import { GgufMetadata } from "../engine/formats/gguf-metadata.ts";
import type { Example } from "../engine/task/example.ts";
import { expandTask, type Expansion } from "../engine/task/expand.ts";
import { loadTask } from "../engine/task/load.ts";
import { ggufTokenizer } from "../engine/tokens/gguf-tokenizer.ts";
import type { Tokenizer } from "../engine/tokens/tokenizer.ts";
import { smollm2File, smollm2IsHere, smollm2Reason } from "./reference/smollm2.ts";
import { wordTokenizer } from "./written-task.ts";

const CONTRASTS = readdirSync("tasks").filter((name) => name.endsWith(".yaml"));
const SHIPPED = [...CONTRASTS, ...readdirSync("tasks/relations").map((name) => `relations/${name}`)];

/** Tasks whose words a tokenizer does not have as one token each, with the sentence that says so. */
type Unfit = Readonly<Record<string, string>>;

/** Relations whose subjects are several words: a slot holds one token. */
const WORDS_TOGETHER: Unfit = Object.fromEntries(
  ["couple-town", "person-job", "things-alike"].map((name) => [
    `relations/${name}.json`,
    'no word of list "sample" is a single token where slot "SUBJECT" needs one',
  ]),
);

const UNFIT_FOR_SPRIG: Unfit = {
  "greater-than-digits.yaml": "The task needs a tokenizer that splits a year into its digits (SmolLM2, Llama 2, Qwen2)",
  ...WORDS_TOGETHER,
};

const UNFIT_FOR_SMOLLM2: Unfit = {
  "greater-than.yaml": "The task needs a tokenizer that writes a year as two two-digit tokens (GPT-2, sprig)",
  // Companies that the embedded model's language invents.
  "relations/company-head.json": 'no word of list "sample" is a single token where slot "SUBJECT" needs one',
  ...WORDS_TOGETHER,
};

/** Of 34 animals and sounds SmolLM2 has four as one token each. */
const FEW_ON_SMOLLM2: Readonly<Record<string, number>> = { "relations/animal-sound.json": 10 };

function expand(name: string, tokenizer: Tokenizer): Expansion {
  return expandTask(loadTask(`tasks/${name}`), tokenizer);
}

function requireSound(name: string, tokenizer: Tokenizer, count = 256): readonly Example[] {
  const { examples } = expand(name, tokenizer);
  expect(examples).toHaveLength(count);
  const halves = new Map<string, string>();
  for (const example of examples) {
    const { clean, corrupt, answers, wrongAnswers, positions, split } = example;
    expect(clean.ids).not.toEqual(corrupt.ids);
    expect(clean.ids).toHaveLength(corrupt.ids.length);
    expect(answers.filter((answer) => wrongAnswers.includes(answer))).toEqual([]);
    expect(answers.length * wrongAnswers.length).toBeGreaterThan(0);
    expect(positions.END).toBe(clean.ids.length - 1);
    for (const position of Object.values(positions)) expect(clean.ids[position]).toBeDefined();
    expect(halves.get(clean.text) ?? split).toBe(split);
    halves.set(clean.text, split);
  }
  return examples;
}

describe("every shipped task expands on the embedded model's tokenizer, to prompts that it can read", () => {
  const tokenizer = wordTokenizer();
  /** Tokens of the embedded model's context. */
  const context = 32;

  test.each(SHIPPED.filter((name) => !(name in UNFIT_FOR_SPRIG)))("%s", (name) => {
    const examples = requireSound(name, tokenizer);
    expect(examples.filter(({ split }) => split === "discovery")).toHaveLength(128);
    expect(expand(name, tokenizer).notes).toEqual([]);
    expect(examples.filter(({ clean }) => clean.ids.length > context).map(({ clean }) => clean.text)).toEqual([]);
  });

  test.each(Object.entries(UNFIT_FOR_SPRIG))("but %s, which says why", (name, sentence) => {
    expect(() => expand(name, tokenizer)).toThrow(sentence);
  });
});

describe(`every shipped task whose words it has expands on SmolLM2's tokenizer${smollm2Reason}`, () => {
  const tokenizer = smollm2IsHere ? smollm2Tokenizer() : undefined;
  const fitting = SHIPPED.filter((name) => !(name in UNFIT_FOR_SMOLLM2));

  test.skipIf(!tokenizer).each(fitting)("%s", (name) => {
    requireSound(name, tokenizer!, FEW_ON_SMOLLM2[name]);
  });

  test.skipIf(!tokenizer).each(Object.entries(UNFIT_FOR_SMOLLM2))("but %s, which says why", (name, sentence) => {
    expect(() => expand(name, tokenizer!)).toThrow(sentence);
  });
});

test("ioi.yaml has at least 15 templates, each as ABBA and as BABA in every expansion", () => {
  const task = loadTask("tasks/ioi.yaml");
  if (task.kind !== "contrast" || task.form !== "templates") throw new Error("it has no templates");
  const templates = new Set(task.variants.map(({ name }) => name.split("/")[0]));
  expect(templates.size).toBeGreaterThanOrEqual(15);
  const names = new Set(task.lists.name!.rows.map(([name]) => name));
  const orders = new Set<string>();
  for (const { template, clean } of expandTask(task, wordTokenizer()).examples) {
    const [first, second, third] = clean.text.match(/\w+/g)!.filter((word) => names.has(word));
    expect([first, second]).toContain(third);
    orders.add(`${template!.split("/")[0]} ${third === second ? "ABBA" : "BABA"}`);
  }
  expect(orders.size).toBe(2 * templates.size);
});

function smollm2Tokenizer(): Tokenizer {
  const file = GgufFile.open(smollm2File);
  file.close();
  return ggufTokenizer(new GgufMetadata(smollm2File, file.metadata));
}
