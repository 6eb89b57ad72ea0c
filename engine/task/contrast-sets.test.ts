import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type ContrastSets, loadContrastSets } from "./contrast-sets.ts";

const folder = mkdtempSync(join(tmpdir(), "contrast-sets-"));
afterAll(() => rmSync(folder, { recursive: true }));

function load(name: string, content: string): ContrastSets {
  const file = join(folder, name);
  writeFileSync(file, content);
  return loadContrastSets(file);
}

const sentence = (name: string, content: string): string => {
  try {
    load(name, content);
    return "";
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, "");
  }
};

const PLAIN = `kind: contrast-sets
name: weather
plus: { label: warm, texts: [a, b, c, d] }
minus: { label: cold, texts: [e, f, g, h] }
`;

describe("contrast sets", () => {
  test("are split in the file's order: half to make, a quarter each to choose and to report", () => {
    const sets = load("a.yaml", PLAIN);
    expect(sets.plus).toEqual({ train: ["a", "b"], validation: ["c"], test: ["d"] });
    expect(sets.minus).toEqual({ train: ["e", "f"], validation: ["g"], test: ["h"] });
    expect(sets).toMatchObject({
      name: "weather",
      template: "plain",
      at: "end",
      arePairs: false,
      labels: { plus: "warm", minus: "cold" },
    });
  });

  test("as pairs stay pairs when they are shuffled, and one seed gives one order", () => {
    const pairs = Array.from({ length: 12 }, (_, i) => `  - { plus: p${i}, minus: m${i} }`).join("\n");
    const text = `kind: contrast-sets\npairs:\n${pairs}\nsplit: { train: 6, validation: 3, test: 3, order: shuffled }\nseed: 5\n`;
    const sets = load("b.yaml", text);
    expect(load("b.yaml", text).plus).toEqual(sets.plus);
    const number = (entry: unknown) => String(entry).slice(1);
    for (const split of ["train", "validation", "test"] as const) {
      expect(sets.plus[split].map(number)).toEqual(sets.minus[split].map(number));
    }
    expect(sets.plus.train.map(number)).not.toEqual(["0", "1", "2", "3", "4", "5"]);
    expect(sets.arePairs).toBe(true);
  });

  test("from rows of JSON or CSV: pairs, texts with a side, chats, questions with two answers", () => {
    const rows = [0, 1, 2, 3];
    expect(
      load("c.jsonl", rows.map((i) => JSON.stringify({ plus: `p${i}`, minus: `m${i}` })).join("\n")).plus.train,
    ).toEqual(["p0", "p1"]);
    const chat = (i: number, label: string) =>
      JSON.stringify({ messages: [{ role: "user", content: `${label}${i}` }], label });
    const chats = load("d.jsonl", rows.flatMap((i) => [chat(i, "plus"), chat(i, "minus")]).join("\n"));
    expect(chats).toMatchObject({ template: "chat", arePairs: false });
    expect(chats.minus.test).toEqual([[{ role: "user", content: "minus3" }]]);
    const caa = rows.map((i) =>
      JSON.stringify({ question: `q${i}`, answer_matching_behavior: " (A)", answer_not_matching_behavior: " (B)" }),
    );
    expect(load("e.jsonl", caa.join("\n")).minus.train).toEqual(["q0 (B)", "q1 (B)"]);
    expect(
      load("f.csv", `text,label\n${rows.flatMap((i) => [`p${i},plus`, `"m,${i}",minus`]).join("\n")}\n`).minus.train,
    ).toEqual(["m,0", "m,1"]);
    const pairs = (by: string) => `plus${by}minus\n${rows.map((i) => `p, ${i}${by}m, ${i}`).join("\n")}\n`;
    expect(load("g.csv", pairs(";")).minus.train).toEqual(["m, 0", "m, 1"]);
    expect(load("h.tsv", pairs("\t")).minus.train).toEqual(["m, 0", "m, 1"]);
  });
});

describe("a mistake is a sentence with its line", () => {
  test.each([
    ["another kind", "kind: contrast\n", "bad.yaml:1:7: is no file of contrast sets"],
    ["one side", "kind: contrast-sets\nplus: { texts: [a, b] }\n", '"minus" is missing'],
    ["an unknown field", `${PLAIN}patern: x\n`, 'bad.yaml:5:1: unknown field "patern". Did you mean "pattern"?'],
    ["a text twice", PLAIN.replace("c, d", "c, a"), "bad.yaml:3:39: text 4 of plus stands there before; keep one."],
    [
      "a text on both sides",
      PLAIN.replace("g, h", "g, a"),
      "text 4 of minus stands under plus too; a text is on one side.",
    ],
    [
      "a chat in plain texts",
      PLAIN.replace("[a, b", "[[{ role: user, content: a }], b"),
      "is a chat, and the template is plain; write template: chat.",
    ],
    [
      "a split of more than there are",
      `${PLAIN}split: { train: 4, validation: 1, test: 1 }\n`,
      "bad.yaml:5:8: the split asks for 6 texts of each side, and the smaller side has 4; ask for fewer.",
    ],
    ["a pattern that is none", `${PLAIN}pattern: "("\n`, '"(" is no regular expression.'],
  ])("%s", (_, content, expected) => {
    expect(sentence("bad.yaml", content)).toContain(expected);
  });

  test("in a row", () => {
    expect(sentence("bad.jsonl", '{"plus": "a", "minus": "b"}\n{"prompt": "c"}\n')).toContain(
      "bad.jsonl:2:1: is no row of contrast sets; it needs plus and minus;",
    );
    expect(sentence("bad.jsonl", '{"plus": "a"\n')).toContain("bad.jsonl:1:");
    expect(sentence("few.jsonl", '{"plus": "a", "minus": "b"}\n')).toContain(
      "few.jsonl: has 1 texts of plus and 1 of minus; it takes at least 4 of each.",
    );
  });
});
