import { describe, expect, test } from "vitest";
import {
  answerStrings,
  exchangeFirst,
  nameOccurrences,
  parseTemplate,
  render,
  slotsOfRule,
  writtenReference,
  type Template,
} from "./template.ts";

const vocabulary = {
  lists: {
    name: { columns: [""], rows: [["Mary"], ["John"], ["Anna"]] },
    country: {
      columns: ["name", "capital"],
      rows: [
        ["France", "Paris"],
        ["Peru", "Lima"],
      ],
    },
  },
  slots: { IO: "name", S: "name", C: "country" },
};

function piecesOf(text: string): Template {
  const parsed = parseTemplate(text);
  if ("problem" in parsed) throw new Error(parsed.problem.text);
  return parsed.pieces;
}

function namesOf(template: Template): (string | undefined)[] {
  return template.flatMap((piece) => (typeof piece === "string" ? [] : [piece.name]));
}

describe("parseTemplate()", () => {
  test("cuts a sentence into texts and references", () => {
    expect(piecesOf("{IO} and {S+1.first_name}, then")).toEqual([
      { slot: "IO", column: undefined, offset: 0 },
      " and ",
      { slot: "S", column: "first_name", offset: 1 },
      ", then",
    ]);
    expect(piecesOf("no slot")).toEqual(["no slot"]);
    expect(piecesOf("")).toEqual([]);
  });

  test.each([
    ["a {b", 'has a "{" that is not closed; slots are written {NAME}', "{b"],
    ["a} {b}", 'has a "}" without "{"; slots are written {NAME}', "} {b}"],
    ["{S-1}", 'has "{S-1}"; write {SLOT}, {SLOT.column} or {SLOT+1} with letters and digits', "{S-1}"],
    ["{{S}}", 'has "{{S}"; write {SLOT}, {SLOT.column} or {SLOT+1} with letters and digits', "{{S}"],
    ["{S+1000}", 'has "{S+1000}"; write {SLOT}, {SLOT.column} or {SLOT+1} with letters and digits', "{S+1000}"],
  ])("says what is wrong with %s and which part is meant", (text, problem, part) => {
    const parsed = parseTemplate(text);
    expect("problem" in parsed && [parsed.problem.text, parsed.part]).toEqual([problem, part]);
  });

  test("gives back what writtenReference() wrote", () => {
    for (const text of ["{S}", "{S.name}", "{S+2}", "{S+2.name}"]) {
      expect(piecesOf(text).map((piece) => (typeof piece === "string" ? piece : writtenReference(piece)))).toEqual([
        text,
      ]);
    }
  });
});

describe("nameOccurrences()", () => {
  test("numbers mentions of a slot that stands several times, and leaves a single one its name", () => {
    expect(namesOf(nameOccurrences(piecesOf("{IO}, {S}, {S.first}, {C}")))).toEqual(["IO", "S1", "S2", "C"]);
  });

  test("gives a step to another row no name", () => {
    expect(namesOf(nameOccurrences(piecesOf("{S}, {S+1}, {S+2}")))).toEqual(["S", undefined, undefined]);
  });
});

describe("exchangeFirst()", () => {
  test("makes BABA of ABBA and leaves the later mentions", () => {
    const exchanged = nameOccurrences(exchangeFirst(piecesOf("{IO} and {S} met, {S} gave it to"), ["IO", "S"]));
    expect(namesOf(exchanged)).toEqual(["S1", "IO", "S2"]);
  });
});

describe("render()", () => {
  test("fills slots, marks where the words stand, and replaces single mentions", () => {
    const template = nameOccurrences(piecesOf("{S} met {IO}, {S} said"));
    expect(render(template, { S: 0, IO: 1 }, vocabulary, { S2: 2 })).toEqual({
      text: "Mary met John, Anna said",
      marks: [
        { reference: { slot: "S", offset: 0, name: "S1" }, start: 0, end: 4 },
        { reference: { slot: "IO", offset: 0, name: "IO" }, start: 9, end: 13 },
        { reference: { slot: "S", offset: 0, name: "S2" }, start: 15, end: 19 },
      ],
    });
  });

  test("reads columns and later rows", () => {
    expect(render(piecesOf("{C}: {C.capital}; {C+1.capital}"), { C: 0 }, vocabulary).text).toBe("France: Paris; Lima");
  });
});

describe("answerStrings()", () => {
  test("fills each string", () => {
    const rule = { kind: "strings", strings: [piecesOf(" {IO}"), piecesOf(" nobody")] } as const;
    expect(answerStrings(rule, { IO: 2 }, vocabulary)).toEqual([" Anna", " nobody"]);
    expect(slotsOfRule(rule)).toEqual(["IO"]);
  });

  test.each([
    ["after", [" Anna"]],
    ["before", [" Mary"]],
    ["upTo", [" Mary", " John"]],
  ] as const)("takes the part %s a word of a list", (side, words) => {
    const rule = { kind: "range", list: "name", slot: "S", side, prefix: " " } as const;
    expect(answerStrings(rule, { S: 1 }, vocabulary)).toEqual(words);
    expect(slotsOfRule(rule)).toEqual(["S"]);
  });

  test("takes nothing after the last word and before the first", () => {
    const rule = { kind: "range", list: "name", slot: "S", prefix: "" } as const;
    expect(answerStrings({ ...rule, side: "after" }, { S: 2 }, vocabulary)).toEqual([]);
    expect(answerStrings({ ...rule, side: "before" }, { S: 0 }, vocabulary)).toEqual([]);
  });
});
