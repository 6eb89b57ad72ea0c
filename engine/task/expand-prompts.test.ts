import { textOf } from "../base/sentence.ts";
import { describe, expect, test } from "vitest";
import { wordTokenizer, writtenTask } from "../../test/written-task.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { jsonTokenizer } from "../tokens/json-tokenizer.ts";
import { tinyPath } from "../../test/reference/tiny-models.ts";
import { expandTask } from "./expand.ts";

const withBos = wordTokenizer();
const tinyFile = tinyPath("models/gpt2/tokenizer.json");
const withoutBos = jsonTokenizer(readJsonFile(tinyFile, FILE_KINDS.tokenizer), tinyFile);

const NAMES = ["Mary", "John", "Anna", "Paul", "Tom", "Rose", "Kate", "Adam"];

/** One pair for each name, in their order. */
function pairs(names: readonly string[] = NAMES): object[] {
  return names.map((name) => ({
    clean: `So ${name} went`,
    corrupt: "So Mark went",
    answers: [" she"],
    wrong_answers: [" he"],
  }));
}

function task(prompts: readonly object[], more: object = {}): ReturnType<typeof writtenTask> {
  return writtenTask("prompts.json", JSON.stringify({ ...more, prompts }));
}

/** Names of the clean prompts in each half. */
function halves(...parameters: Parameters<typeof expandTask>): {
  discovery: string[];
  heldOut: string[];
  notes: readonly string[];
} {
  const { examples, notes } = expandTask(...parameters);
  const half = (split: string): string[] =>
    examples.filter((example) => example.split === split).map(({ clean }) => clean.text.split(" ")[1]!);
  return { discovery: half("discovery"), heldOut: half("heldOut"), notes: notes.map(textOf) };
}

describe("prompts as text", () => {
  test("are tokenized, with BOS where the tokenizer adds it, and answers as one token each", () => {
    const [example] = expandTask(task(pairs(["Mary"])), withBos).examples;
    expect(example).toEqual({
      index: 0,
      split: "discovery",
      clean: { text: "So Mary went", ids: withBos.encode("So Mary went") },
      corrupt: { text: "So Mark went", ids: withBos.encode("So Mark went") },
      answers: withBos.encodePlain(" she"),
      wrongAnswers: withBos.encodePlain(" he"),
      positions: { END: 3 },
    });
    expect(example!.clean.ids[0]).toBe(withBos.bosId);
  });

  test("may differ in length from one another", () => {
    const long = { ...pairs(["Mary"])[0], clean: "So Mary and Anna went", corrupt: "So Mark and Adam went" };
    const { examples } = expandTask(task([...pairs(), long]), withBos);
    expect(new Set(examples.map(({ clean }) => clean.ids.length))).toEqual(new Set([4, 6]));
  });
});

describe("prompts as ids", () => {
  const ids = { clean: [10, 11, 12], corrupt: [10, 13, 12], answers: [20, 21], wrong_answers: [22] };

  test("are taken as they are, and word_idxs name positions", () => {
    const [example] = expandTask(task([ids], { word_idxs: { IO: 1 } }), withoutBos).examples;
    expect(example).toMatchObject({
      clean: { text: withoutBos.decode([10, 11, 12]), ids: [10, 11, 12] },
      corrupt: { ids: [10, 13, 12] },
      answers: [20, 21],
      wrongAnswers: [22],
      positions: { IO: 1, END: 2 },
    });
  });

  test("get a BOS where the tokenizer adds one and the file has none, and word_idxs count without it", () => {
    const bos = withBos.bosId!;
    for (const clean of [ids.clean, [bos, ...ids.clean]]) {
      const corrupt = [...clean.slice(0, -2), 13, 12];
      const [example] = expandTask(task([{ ...ids, clean, corrupt }], { word_idxs: { IO: 1 } }), withBos).examples;
      expect(example).toMatchObject({ clean: { ids: [bos, 10, 11, 12] }, positions: { IO: 2, END: 3 } });
    }
  });
});

describe("the beginning of text", () => {
  const begun = {
    clean: "<|endoftext|>So Mary went",
    corrupt: "<|endoftext|>So Mark went",
    answers: [" she"],
    wrong_answers: [" he"],
  };
  const ids = { clean: [10, 11, 12], corrupt: [10, 13, 12], answers: [20], wrong_answers: [22] };
  const declaring = jsonTokenizer(readJsonFile(tinyFile, FILE_KINDS.tokenizer), tinyFile, "<|endoftext|>");

  test("stands once where a prompt is written with it, and a note says so", () => {
    const { examples, notes } = expandTask(task([begun], { word_idxs: { IO: 1 } }), withBos);
    expect([examples[0]!.clean.ids, examples[0]!.positions]).toEqual([
      withBos.encode("So Mary went"),
      { IO: 2, END: 3 },
    ]);
    expect(notes.map(textOf).filter((note) => note.includes("begin"))).toEqual([
      "prompts.json: 2 prompts begin with <|endoftext|> as they are written; it is not put before them again.",
    ]);
  });

  test("is put or left out as the task says, and the option goes before the task", () => {
    const begin = (bos: string, options = {}) =>
      expandTask(task([ids], { bos, word_idxs: { IO: 1 } }), declaring, options).examples.map(
        ({ clean, positions }) => [clean.ids, positions.IO],
      )[0];
    const without = [[10, 11, 12], 1];
    const one = [[0, 10, 11, 12], 2];
    expect([begin("auto"), begin("never"), begin("always")]).toEqual([without, without, one]);
    expect([begin("never", { bos: "always" }), begin("always", { bos: "never" })]).toEqual([one, without]);
    const never = expandTask(task(pairs(["Mary"]), { bos: "never" }), withBos).examples[0]!;
    expect([never.clean.ids, never.positions]).toEqual([withBos.encode("So Mary went").slice(1), { END: 2 }]);
  });

  test("always needs a token that is declared", () => {
    expect(() => expandTask(task([ids], { bos: "always" }), withoutBos)).toThrow(
      "no beginning-of-text token is declared, so prompts cannot always begin with it",
    );
  });
});

describe("the split of prompts", () => {
  test("in the order of the file takes the first as discovery, the next as held-out", () => {
    const split = { discovery: 3, heldOut: 2, order: "file" };
    expect(halves(task(pairs(), { split }), withBos)).toEqual({
      discovery: ["Mary", "John", "Anna"],
      heldOut: ["Paul", "Tom"],
      notes: [],
    });
  });

  test("by default shuffles by the seed and halves what there is, with a note", () => {
    const first = halves(task(pairs()), withBos);
    expect([first.discovery.length, first.heldOut.length]).toEqual([4, 4]);
    expect([...first.discovery, ...first.heldOut].sort()).toEqual([...NAMES].sort());
    expect(first.notes).toEqual([
      "prompts.json: the prompts that fit (8) give 4 discovery and 4 held-out examples without a clean prompt in both.",
    ]);
    expect(halves(task(pairs()), withBos)).toEqual(first);
    expect(halves(task(pairs(), { seed: 2 }), withBos)).not.toEqual(first);
    expect(halves(task(pairs()), withBos, { seed: 2 })).toEqual(halves(task(pairs(), { seed: 2 }), withBos));
  });

  test.each(["file", "shuffled"] as const)(
    "never has a clean prompt in both halves, though it stands several times (%s)",
    (order) => {
      const other = pairs().map((pair) => ({ ...pair, corrupt: "So Ruth went" }));
      for (const seed of [1, 2, 3, 4, 5]) {
        const { discovery, heldOut } = halves(task([...pairs(), ...other]), withBos, { order, seed });
        expect(discovery.filter((name) => heldOut.includes(name))).toEqual([]);
        expect(discovery.length).toBeGreaterThan(0);
      }
    },
  );

  test.each([
    [{ discovery: 2 }, [2, 6]],
    [{ heldOut: 7 }, [1, 7]],
    [{ discovery: 6, heldOut: 2 }, [6, 2]],
    [{ discovery: 1, heldOut: 0 }, [1, 0]],
    [{ discovery: 8, heldOut: 0 }, [8, 0]],
  ])("asked for as %o gives those, and of the other half what there is", (examples, counts) => {
    for (const order of ["file", "shuffled"] as const) {
      const found = halves(task(pairs()), withBos, { examples, order });
      expect([found.discovery.length, found.heldOut.length]).toEqual(counts);
    }
  });

  test("of a single prompt makes it discovery", () => {
    expect(halves(task(pairs(["Mary"])), withBos)).toMatchObject({ discovery: ["Mary"], heldOut: [] });
  });
});

describe("examples set aside for validation", () => {
  const parts = (...parameters: Parameters<typeof expandTask>): Record<string, string[]> => {
    const { examples } = expandTask(...parameters);
    const named = (split: string) =>
      examples.filter((example) => example.split === split).map(({ clean }) => clean.text.split(" ")[1]!);
    return { discovery: named("discovery"), validation: named("validation"), heldOut: named("heldOut") };
  };

  test("come after discovery and before held-out, in the order of the file", () => {
    const examples = { discovery: 3, validation: 2, heldOut: 3 };
    expect(parts(task(pairs()), withBos, { examples, order: "file" })).toEqual({
      discovery: ["Mary", "John", "Anna"],
      validation: ["Paul", "Tom"],
      heldOut: ["Rose", "Kate", "Adam"],
    });
  });

  test("share the prompts evenly with the others where nobody says how many", () => {
    const found = parts(task(pairs()), withBos, { validate: true });
    expect(Object.values(found).map(({ length }) => length)).toEqual([3, 3, 2]);
    expect(new Set(Object.values(found).flat())).toEqual(new Set(NAMES));
  });

  test("are what is left where the others are asked for exactly", () => {
    const found = parts(task(pairs()), withBos, { validate: true, examples: { discovery: 4, heldOut: 3 } });
    expect(Object.values(found).map(({ length }) => length)).toEqual([4, 1, 3]);
  });

  test("are refused with all numbers where too many are asked for", () => {
    const examples = { discovery: 4, validation: 3, heldOut: 3 };
    expect(() => expandTask(task(pairs()), withBos, { examples })).toThrow(
      "prompts.json: 4 discovery, 3 validation and 3 held-out examples are asked for, but the prompts that fit (8) give 4 discovery, 3 validation and 1 held-out examples without a clean prompt in two of them; ask for fewer.",
    );
  });
});
