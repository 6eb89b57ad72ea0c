import { textOf } from "../base/sentence.ts";
import { describe, expect, test } from "vitest";
import { wordTokenizer, writtenTask } from "../../test/written-task.ts";
import type { Example } from "./example.ts";
import { expandTask, type ExpandOptions } from "./expand.ts";
import { splitOfFilling } from "./split.ts";

const tokenizer = wordTokenizer();

const GIFTS = `kind: contrast
lists:
  person: [Mary, John, Anna, Paul, Tom, Rose, Kate, Adam, Ruth, Mark]
  place: [store, park]
slots: { IO: person, S: person, P: place }
bothOrders: [IO, S]
templates:
  - When {IO} and {S} went to the {P}, {S} gave a drink to
  - Then {IO} and {S} walked to the {P}, and {S} brought a book to
answers: [" {IO}"]
wrongAnswers: [" {S}"]
corruption: abc
corruptions:
  abc: { IO: new, S1: new, S2: new }
  s2: { S2: new }
  subject: { S: new }
  swap: { S2: IO }
positions: [IO, S1, S1+1, S2, END]
split: { discovery: 24, heldOut: 12, by: [IO, S] }
`;

const gifts = writtenTask("gifts.yaml", GIFTS);

function examplesOf(options: ExpandOptions = {}, task = gifts): readonly Example[] {
  return expandTask(task, tokenizer, options).examples;
}

/** The three names in the order of the sentence. */
function namesIn({ text }: { readonly text: string }): string[] {
  return [...text.matchAll(/Mary|John|Anna|Paul|Tom|Rose|Kate|Adam|Ruth|Mark/g)].map(([name]) => name);
}

function namesOf(example: Example): { clean: string[]; corrupt: string[]; io: string; s: string } {
  const clean = namesIn(example.clean);
  const s = clean[2]!;
  return { clean, corrupt: namesIn(example.corrupt), io: clean.find((name) => name !== s)!, s };
}

describe("templates in both orders", () => {
  test("take turns: every template as often ABBA as BABA, with IO the answer and S the wrong one", () => {
    const discovery = examplesOf().filter(({ split }) => split === "discovery");
    const orders = discovery.map((example) => {
      const { clean, io, s } = namesOf(example);
      expect([example.answers, example.wrongAnswers]).toEqual([
        tokenizer.encodePlain(` ${io}`),
        tokenizer.encodePlain(` ${s}`),
      ]);
      return `${example.template} ${clean.map((name) => (name === io ? "A" : "B")).join("")}`;
    });
    const counts = Object.fromEntries(
      [...new Set(orders)].map((order) => [order, orders.filter((o) => o === order).length]),
    );
    expect(counts).toEqual({ "1/IO-S ABB": 6, "1/S-IO BAB": 6, "2/IO-S ABB": 6, "2/S-IO BAB": 6 });
  });

  test("name the tokens of their mentions, BOS counted", () => {
    const [first, second] = examplesOf();
    expect([first!.template, first!.positions]).toEqual(["1/IO-S", { IO: 2, S1: 4, "S1+1": 5, S2: 10, END: 14 }]);
    expect([second!.template, second!.positions]).toEqual(["1/S-IO", { IO: 4, S1: 2, "S1+1": 3, S2: 10, END: 14 }]);
    for (const example of examplesOf()) {
      const { io, s } = namesOf(example);
      const at = (position: string): string => tokenizer.token(example.clean.ids[example.positions[position]!]!);
      expect([at("IO"), at("S1"), at("S2"), at("END")]).toEqual([` ${io}`, ` ${s}`, ` ${s}`, " to"]);
      expect(example.positions["S1+1"]).toBe(example.positions.S1! + 1);
    }
  });
});

describe("corruptions", () => {
  test.each(["abc", "s2", "subject", "swap"])(
    "%s gives prompts of equal length that differ in names alone",
    (corruption) => {
      for (const { clean, corrupt } of examplesOf({ corruption })) {
        expect(corrupt.ids).toHaveLength(clean.ids.length);
        const blank = ({ text }: { readonly text: string }): string =>
          namesIn({ text }).reduce((left, name) => left.replace(name, "_"), text);
        expect(blank(corrupt)).toBe(blank(clean));
      }
    },
  );

  test("abc: three new names, all different", () => {
    for (const example of examplesOf({ corruption: "abc" })) {
      const { corrupt, io, s } = namesOf(example);
      expect(new Set([...corrupt, io, s]).size).toBe(5);
    }
  });

  test("s2: only the repetition is a new name", () => {
    for (const example of examplesOf({ corruption: "s2" })) {
      const { clean, corrupt, io, s } = namesOf(example);
      expect(corrupt.slice(0, 2)).toEqual(clean.slice(0, 2));
      expect(new Set([corrupt[2], io, s]).size).toBe(3);
    }
  });

  test("a slot's name: all of its mentions are one new name", () => {
    for (const example of examplesOf({ corruption: "subject" })) {
      const { clean, corrupt, io, s } = namesOf(example);
      expect(corrupt[2]).not.toBe(s);
      expect(corrupt).toEqual(clean.map((name) => (name === io ? io : corrupt[2])));
    }
  });

  test("swap: the other one's name, so that the answer turns round", () => {
    for (const example of examplesOf({ corruption: "swap" })) {
      const { clean, corrupt, io } = namesOf(example);
      expect(corrupt).toEqual([clean[0], clean[1], io]);
    }
  });

  test("written: each template's own corrupt text, read with the same words", () => {
    const task = writtenTask(
      "written.yaml",
      `kind: contrast
lists:
  noun: { columns: [one, many], rows: [[key, keys], [dog, dogs], [cat, cats], [book, books]] }
slots: { N: noun, A: noun }
templates:
  - { text: "The {N.one} near the {A.many}", corrupt: "The {N.many} near the {A.many}", answers: [" is"], wrongAnswers: [" are"] }
split: { discovery: 4, heldOut: 0 }
`,
    );
    for (const { clean, corrupt } of examplesOf({}, task))
      expect(corrupt.text).toBe(clean.text.replace(/^The (\w+)/, "The $1s"));
  });
});

test("fresh examples change no other: as many as for discovery, of what a search may see, none of them twice", () => {
  const { examples, fresh } = expandTask(gifts, tokenizer, { validate: true, fresh: true });
  expect(examples).toEqual(examplesOf({ validate: true }));
  expect(fresh.map(({ split, index }) => `${split} ${index - examples.length}`)).toEqual(
    Array.from({ length: 24 }, (_, i) => `discovery ${i}`),
  );
  const splits = fresh.map(namesOf).map(({ io, s }) => splitOfFilling([io, s]));
  expect(new Set(splits)).toEqual(new Set(["discovery"]));
  const texts = [...examples, ...fresh].map(({ clean, corrupt }) => `${clean.text} | ${corrupt.text}`);
  expect(new Set(texts).size).toBe(texts.length);
});

test("fresh examples have no clean prompt of the discovery examples, also where the corrupt one draws a new word", () => {
  // So many that some clean prompts are drawn twice, with another word in the corrupt one.
  const options = { validate: true, fresh: true, corruption: "s2", examples: { discovery: 60 } };
  const { examples, fresh } = expandTask(gifts, tokenizer, options);
  const searched = new Set(examples.filter(({ split }) => split === "discovery").map(({ clean }) => clean.text));
  expect(searched.size).toBeLessThan(60);
  expect(fresh.length).toBeGreaterThan(0);
  expect(fresh.filter(({ clean }) => searched.has(clean.text))).toEqual([]);
});

describe("the seed", () => {
  test("gives the same examples again, another seed others", () => {
    expect(examplesOf({ seed: 7 })).toEqual(examplesOf({ seed: 7 }));
    expect(examplesOf({ seed: 7 })).not.toEqual(examplesOf({ seed: 8 }));
    expect(examplesOf({ seed: 1 })).toEqual(examplesOf());
  });

  test("draws one half without regard to the size of the other", () => {
    const heldOut = (discovery: number): readonly Example[] =>
      examplesOf({ examples: { discovery } }).filter(({ split }) => split === "heldOut");
    expect(heldOut(4).map(({ clean, corrupt }) => [clean, corrupt])).toEqual(
      heldOut(24).map(({ clean, corrupt }) => [clean, corrupt]),
    );
  });
});

describe("the split", () => {
  test("counts through both halves, discovery first", () => {
    const examples = examplesOf();
    expect(examples.map(({ index }) => index)).toEqual(Array.from({ length: 36 }, (_, i) => i));
    expect(examples.map(({ split }) => split)).toEqual([
      ...Array<string>(24).fill("discovery"),
      ...Array<string>(12).fill("heldOut"),
    ]);
  });

  test.each([1, 2, 3, 4, 5])("by slots keeps a pair of names, in whatever order, in one half (seed %d)", (seed) => {
    const halves = new Map<string, string>();
    for (const example of examplesOf({ seed, examples: { discovery: 100, heldOut: 12 } })) {
      const { io, s } = namesOf(example);
      const pair = [io, s].sort().join(" ");
      expect(halves.get(pair) ?? example.split).toBe(example.split);
      halves.set(pair, example.split);
    }
    expect(new Set(halves.values())).toEqual(new Set(["discovery", "heldOut"]));
  });

  test.each([1, 2, 3])("without slots keeps a clean prompt in one half (seed %d)", (seed) => {
    const task = writtenTask("whole.yaml", GIFTS.replace(", by: [IO, S]", ""));
    const halves = new Map<string, string>();
    for (const { clean, split } of examplesOf(
      { seed, corruption: "s2", examples: { discovery: 300, heldOut: 300 } },
      task,
    )) {
      expect(halves.get(clean.text) ?? split).toBe(split);
      halves.set(clean.text, split);
    }
    expect(halves.size).toBeGreaterThan(200);
  });

  test("holds no pair of prompts twice", () => {
    const pairs = examplesOf({ examples: { discovery: 300, heldOut: 12 } }).map(
      ({ clean, corrupt }) => `${clean.text}|${corrupt.text}`,
    );
    expect(new Set(pairs).size).toBe(pairs.length);
  });
});

describe("prompts of one task", () => {
  const lengths = writtenTask(
    "lengths.yaml",
    `kind: contrast
lists: { word: [key, dog, cat, book, table, car] }
slots: { A: word, B: word, Q: word, R: word }
templates:
  - { text: "Words: {A} {B} {A}", corrupt: "Words: {Q} {R} {A}" }
  - { text: "Words: {A} {B} {B} {A}", corrupt: "Words: {Q} {R} {R} {A}" }
answers: [" {B}"]
wrongAnswers: [" {A}"]
split: { discovery: 6, heldOut: 4 }
`,
  );

  test("may differ in length from one another, but not from their corrupt twins", () => {
    const examples = examplesOf({}, lengths);
    expect(new Set(examples.map(({ clean }) => clean.ids.length)).size).toBe(2);
    expect(examples.every(({ clean, corrupt }) => clean.ids.length === corrupt.ids.length)).toBe(true);
  });

  test("name every mention where the task names no positions", () => {
    expect(Object.keys(examplesOf({}, lengths)[0]!.positions)).toEqual(["A1", "B", "A2", "END"]);
    expect(Object.keys(examplesOf({}, lengths)[1]!.positions)).toEqual(["A1", "B1", "B2", "A2", "END"]);
  });

  test("of which a word takes several tokens are told apart by it, and its last token is its position", () => {
    const task = writtenTask(
      "long.yaml",
      GIFTS.replace("[store, park]", "[store, Rio]").replace("S2, END]", "S2, P, END]"),
    );
    const spelled = examplesOf({}, task).find(
      ({ clean }) => clean.text.startsWith("When") && clean.text.includes("Rio"),
    )!;
    expect(spelled.template).toMatch(/^1\/(IO-S|S-IO)\+P=3$/);
    expect(tokenizer.token(spelled.clean.ids[spelled.positions.P!]!)).toBe("o");
  });
});

describe("words that do not fit", () => {
  test("as names are left out and counted", () => {
    const task = writtenTask("names.yaml", GIFTS.replace("Adam, Ruth", "Zoltan, Xenia"));
    const { notes, examples } = expandTask(task, tokenizer);
    expect(notes.map(textOf)).toEqual([
      'names.yaml: 2 of the 10 entries of list "person" are left out because they are not single tokens here: " Zoltan" is 7 tokens (" ", "Z", "o", "l", "t", "a", "n"), " Xenia" is 6 tokens (" ", "X", "e", "n", "i", "a").',
    ]);
    expect(examples.filter(({ clean, corrupt }) => /Zoltan|Xenia/.test(clean.text + corrupt.text))).toEqual([]);
  });

  test("leave a template out when they are all its answers", () => {
    const task = writtenTask(
      "fixed.yaml",
      GIFTS.replace(
        "  - Then {IO} and {S} walked to the {P}, and {S} brought a book to",
        '  - { text: "{IO} and {S} met, {S} saw", answers: [" Xenia"] }',
      ),
    );
    const { notes, examples } = expandTask(task, tokenizer);
    expect(notes.map(textOf)).toEqual(
      ["2/IO-S", "2/S-IO"].map(
        (name) =>
          `fixed.yaml:9: template ${name} cannot be used: answer " Xenia" is 6 tokens (" ", "X", "e", "n", "i", "a"), and an answer must be one token.`,
      ),
    );
    expect(new Set(examples.map(({ template }) => template))).toEqual(new Set(["1/IO-S", "1/S-IO"]));
  });
});

test("where no number is given, as many examples as there are, with a note", () => {
  const two = GIFTS.replace(/person: .*/, "person: [Mary, John]").replace("corruption: abc", "corruption: swap");
  const task = writtenTask("few.yaml", two.replace(/split: .*/, "split: { by: [IO] }"));
  const { examples, notes } = expandTask(task, tokenizer);
  expect(examples).toHaveLength(16);
  expect(notes.map(textOf)).toEqual([
    "few.yaml: there are only 16 different discovery examples.",
    "few.yaml: there are only 0 different held-out examples.",
  ]);
});

describe("held-out templates", () => {
  const held = writtenTask(
    "gifts.yaml",
    GIFTS.replace("answers:", "heldOutTemplates:\n  - At the {P} {S} met {IO}, and {S} gave a drink to\nanswers:"),
  );

  test("give no example unless one is asked for by its name, and then all of them", () => {
    const own = examplesOf({}, held);
    expect(own).toEqual(examplesOf());
    const other = examplesOf({ template: "h1", examples: { discovery: 4, heldOut: 4 } }, held);
    expect(new Set(other.map(({ template }) => template))).toEqual(new Set(["h1/S-IO", "h1/IO-S"]));
    for (const { clean } of other)
      expect(clean.text).toMatch(/^At the (store|park) \w+ met \w+, and \w+ gave a drink to$/);
  });

  test("one that the task has not is refused with those that it has", () => {
    expect(() => examplesOf({ template: "h2" }, held)).toThrow(
      'gifts.yaml: there is no template "h2"; the task has 1, 2, h1.',
    );
  });
});
