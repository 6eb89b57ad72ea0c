// Broken task files: each gives every sentence it deserves, with file, line and column, and none gets further.
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { EngineError, type ErrorCode } from "../../engine/base/errors.ts";
import { FILE_KINDS } from "../../engine/base/read-file.ts";
import { readJsonFile } from "../../engine/formats/json-file.ts";
import { expandTask, type ExpandOptions } from "../../engine/task/expand.ts";
import { loadTask } from "../../engine/task/load.ts";
import { jsonTokenizer } from "../../engine/tokens/json-tokenizer.ts";
import type { Tokenizer } from "../../engine/tokens/tokenizer.ts";
import { tinyPath } from "../reference/tiny-models.ts";

const root = mkdtempSync(join(tmpdir(), "secateur-corpus-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/**
 * What is broken, the file's name and content, the code and every sentence in its order; "{file}" stands for the path. The lines of
 * the file that are shown below a sentence are left out here: problems.test.ts has them.
 */
type Case = readonly [
  name: string,
  file: string,
  content: string | Buffer,
  code: ErrorCode,
  sentences: readonly string[],
];

const DRINKS = `kind: contrast
lists:
  person: [Mary, John, Anna, Paul]
  drink: [tea, milk, juice, wine]
slots: { A: person, B: person, X: drink, Y: drink }
templates:
  - "{A} likes {X}, {B} likes {Y}. {A} orders"
answers: [" {X}"]
wrongAnswers: [" {Y}"]
corruptions:
  swap: { A2: B }
positions: [A1, A2, END]
`;

const PAIR = `kind: contrast
prompts:
  - clean: So Mary went because
    corrupt: So John went because
    answers: [" she"]
    wrong_answers: [" he"]
`;

const RELATION = `{
  "name": "capital",
  "prompt_templates": ["The capital of {} is"],
  "samples": [
    { "subject": "France", "object": "Paris" },
    { "subject": "Peru", "object": "Lima" }
  ]
}`;

/** A text with parts of it replaced: [before, after] pairs. */
function edit(text: string, ...changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((edited, [before, after]) => {
    if (!edited.includes(before)) throw new Error(`"${before}" is not in the text`);
    return edited.replace(before, () => after);
  }, text);
}

const drinks = (...changes: readonly (readonly [string, string])[]): string => edit(DRINKS, ...changes);
const pair = (...changes: readonly (readonly [string, string])[]): string => edit(PAIR, ...changes);
const relation = (...changes: readonly (readonly [string, string])[]): string => edit(RELATION, ...changes);

/** Anchors of anchors: nine levels of ten, a thousand million words. */
const LAUGHS = ["a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
  .concat([..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(10).fill(`*${"abcdefghi"[i]}`).join(", ")}]`))
  .join("\n");

const BYTES: readonly Case[] = [
  [
    "an empty file",
    "empty.yaml",
    "",
    "invalid-file",
    ["{file}: is empty; see tasks/README.md for a task to begin with."],
  ],
  [
    "an empty JSON file",
    "empty.json",
    "",
    "invalid-file",
    ["{file}: is empty; see tasks/README.md for a task to begin with."],
  ],
  [
    "spaces and line breaks",
    "blank.yaml",
    " \n\n  \n",
    "invalid-file",
    ["{file}: is empty; see tasks/README.md for a task to begin with."],
  ],
  [
    "a byte order mark and nothing else",
    "bom.yaml",
    "\uFEFF",
    "invalid-file",
    ["{file}: is empty; see tasks/README.md for a task to begin with."],
  ],
  [
    "comments and nothing else",
    "comment.yaml",
    "# a task\n# to come\n",
    "invalid-task",
    ["{file}:1:1: a task is a set of fields (name: value); see tasks/README.md for one to begin with."],
  ],
  [
    "a picture under the name",
    "picture.yaml",
    Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
    "invalid-file",
    ["{file}: is not UTF-8 text; save it as UTF-8, or name a task file (.yaml, .json, .csv, .tsv, .jsonl)."],
  ],
  [
    "a pickle under the name",
    "data.json",
    Buffer.from("80049523000000", "hex"),
    "invalid-file",
    ["{file}: is not UTF-8 text; save it as UTF-8, or name a task file (.yaml, .json, .csv, .tsv, .jsonl)."],
  ],
  [
    "Latin-1",
    "latin.yaml",
    Buffer.from("kind: contrast\ntitle: { en: Caf\u00e9 }\n", "latin1"),
    "invalid-file",
    ["{file}: is not UTF-8 text; save it as UTF-8, or name a task file (.yaml, .json, .csv, .tsv, .jsonl)."],
  ],
  [
    "UTF-16",
    "utf16.yaml",
    Buffer.from("\uFEFFkind: contrast\n", "utf16le"),
    "invalid-file",
    ["{file}: is not UTF-8 text; save it as UTF-8, or name a task file (.yaml, .json, .csv, .tsv, .jsonl)."],
  ],
  [
    "a CSV in Latin-1",
    "latin.csv",
    Buffer.from("clean,corrupted\nCaf\u00e9,Th\u00e9\n", "latin1"),
    "invalid-file",
    ["{file}: is not UTF-8 text; save it as UTF-8, or name a task file (.yaml, .json, .csv, .tsv, .jsonl)."],
  ],
  [
    "zero bytes",
    "zero.yaml",
    "\0\0\0\0",
    "invalid-file",
    ["{file}:1:1: holds the control character U+0000; remove it, or name a text file."],
  ],
  [
    "a zero byte in a word",
    "nul.yaml",
    drinks(["Mary", "Ma\0ry"]),
    "invalid-file",
    ["{file}:3:14: holds the control character U+0000; remove it, or name a text file."],
  ],
  [
    "control characters in JSON",
    "control.json",
    '{"name": "a\u0001b"}',
    "invalid-file",
    ["{file}:1:12: holds the control character U+0001; remove it, or name a text file."],
  ],
  [
    "a name that no task has",
    "task.txt",
    DRINKS,
    "invalid-file",
    ["{file}: is not a task file by its name; tasks end in .yaml, .yml, .json, .csv, .tsv, .jsonl."],
  ],
  [
    "no ending at all",
    "task",
    DRINKS,
    "invalid-file",
    ["{file}: is not a task file by its name; tasks end in .yaml, .yml, .json, .csv, .tsv, .jsonl."],
  ],
];

const YAML_SYNTAX: readonly Case[] = [
  [
    "a tab for indentation",
    "tab.yaml",
    drinks(["  person", "\tperson"]),
    "invalid-file",
    [
      "{file} has 2 problems:",
      "{file}:3:1: a tab is used for indentation; use spaces.",
      "{file}:4:1: is indented wrongly; fields of one level begin in the same column.",
    ],
  ],
  [
    "a wrong indentation",
    "indent.yaml",
    drinks(["  drink", "    drink"]),
    "invalid-file",
    ["{file}:4:1: is indented wrongly; fields of one level begin in the same column."],
  ],
  [
    "a field that is not indented",
    "flat.yaml",
    drinks(["  swap", "swap"], ["positions", " positions"]),
    "invalid-file",
    ["{file}:12:1: is indented wrongly; fields of one level begin in the same column."],
  ],
  [
    "a bracket that is not closed",
    "bracket.yaml",
    drinks(["Paul]", "Paul"]),
    "invalid-file",
    ["{file}:4:3: comes before a bracket, [ or {, of an earlier line is closed; close it."],
  ],
  [
    "a brace that is not closed",
    "brace.yaml",
    drinks(["Y: drink }", "Y: drink"]),
    "invalid-file",
    ["{file}:6:1: comes before a bracket, [ or {, of an earlier line is closed; close it."],
  ],
  [
    "a quote that is not closed",
    "quote.yaml",
    drinks(['orders"', "orders"]),
    "invalid-file",
    ["{file}:7:46: lacks a character, such as a closing quote, bracket or comma."],
  ],
  [
    "a template that begins with a brace",
    "unquoted.yaml",
    drinks(['"{A} likes {X}, {B} likes {Y}. {A} orders"', "{A} likes {X}"]),
    "invalid-file",
    [
      "{file}:7:9: has something here that YAML does not expect; a text with { [ * & ! % @ at its beginning needs quotes.",
    ],
  ],
  [
    "a text with a colon",
    "colon.yaml",
    `${DRINKS}description: tea: a drink\n`,
    "invalid-file",
    ['{file}:13:14: cannot be read as one field; a text that holds ": " needs quotes.'],
  ],
  [
    "a text that begins with a star",
    "star.yaml",
    `${DRINKS}description: *bold* words\n`,
    "invalid-file",
    [
      "{file} has 2 problems:",
      "{file}:13:14: uses the alias *bold*, but there is no anchor &bold* before it; write the value out.",
      "{file}:13:21: has something here that YAML does not expect; a text with { [ * & ! % @ at its beginning needs quotes.",
    ],
  ],
  [
    "a text that begins with a percent sign",
    "percent.yaml",
    `${DRINKS}description: %d words\n`,
    "invalid-file",
    ["{file}:13:14: begins with a character that YAML keeps for itself; put the text in quotes."],
  ],
  [
    "a text that begins with an at sign",
    "at.yaml",
    `${DRINKS}description: @home\n`,
    "invalid-file",
    ["{file}:13:14: begins with a character that YAML keeps for itself; put the text in quotes."],
  ],
  [
    "a field that stands twice",
    "twice.yaml",
    `${DRINKS}kind: contrast\n`,
    "invalid-file",
    ['{file}:13:1: field "kind" stands here for the second time; keep one.'],
  ],
  [
    "fields that stand twice on two levels",
    "twice2.yaml",
    drinks(["  drink:", "  person: [x]\n  drink:"], ["positions", "answers: [a]\npositions"]),
    "invalid-file",
    [
      "{file} has 2 problems:",
      '{file}:4:3: field "person" stands here for the second time; keep one.',
      '{file}:13:1: field "answers" stands here for the second time; keep one.',
    ],
  ],
  [
    "a quoted field that stands twice",
    "twice3.yaml",
    drinks(["{ A2: B }", '{ "A2": B, "A2": A }']),
    "invalid-file",
    ['{file}:11:20: field "A2" stands here for the second time; keep one.'],
  ],
  [
    "several documents",
    "documents.yaml",
    `${DRINKS}---\n${DRINKS}`,
    "invalid-file",
    ["{file}:13:1: holds several documents (---); keep one task per file."],
  ],
  [
    "an alias without its anchor",
    "alias.yaml",
    drinks(["drink: [tea, milk, juice, wine]", "drink: *drinks"]),
    "invalid-file",
    ["{file}:4:10: uses the alias *drinks, but there is no anchor &drinks before it; write the value out."],
  ],
  [
    "a billion laughs",
    "laughs.yaml",
    `${LAUGHS}\nkind: contrast\n`,
    "invalid-file",
    ["{file}: uses YAML aliases (*name) that unfold to too much, more than 100; write the values out."],
  ],
  [
    "a list that holds itself",
    "cycle.yaml",
    drinks(["[Mary, John, Anna, Paul]", "&me [Mary, *me]"]),
    "invalid-task",
    ['{file}:3:22: "lists.person[2]" is a list; write a text.'],
  ],
  [
    "lists that hold themselves",
    "cycle2.yaml",
    drinks(["lists:", "lists: &all"], ["[Mary, John, Anna, Paul]", "*all"]),
    "invalid-task",
    [
      "{file} has 4 problems:",
      '{file}:3:3: unknown field "person" in lists.person. Fields here are columns, rows.',
      '{file}:3:11: "lists.person.columns" is missing; write a list.',
      '{file}:3:11: "lists.person.rows" is missing; write a list.',
      '{file}:4:3: unknown field "drink" in lists.person. Fields here are columns, rows.',
    ],
  ],
  [
    "a kind that holds itself",
    "cycle3.yaml",
    drinks(["kind: contrast", "kind: &me [*me]"]),
    "invalid-task",
    ['{file}:1:11: "kind" is a list; write "contrast", "relation" or "two-hop".'],
  ],
  [
    "a prompt that holds itself",
    "cycle4.yaml",
    pair(["- clean: So Mary went because", "- &me\n    clean: *me"]),
    "invalid-task",
    ['{file}:4:12: "prompts[1].clean" is a set of fields; write a text or a list.'],
  ],
  [
    "a tag",
    "tag.yaml",
    drinks(["kind: contrast", "kind: !!js/function 'function () {}'"]),
    "invalid-file",
    ["{file}:1:7: has a tag (!name); tasks use no tags, remove it."],
  ],
  [
    "a tag of its own",
    "tag2.yaml",
    drinks(["[tea,", "!drinks [tea,"]),
    "invalid-file",
    ["{file}:4:10: has a tag (!name); tasks use no tags, remove it."],
  ],
  [
    "lists ten thousand deep",
    "deep.yaml",
    `kind: ${"[".repeat(10_000)}`,
    "invalid-file",
    ["{file}: is nested more than 64 deep; no task file needs that."],
  ],
  [
    "closed lists a thousand deep",
    "deep2.yaml",
    `kind: ${"[".repeat(1000)}${"]".repeat(1000)}\n`,
    "invalid-file",
    ["{file}: is nested more than 64 deep; no task file needs that."],
  ],
  [
    "dashes ten thousand deep",
    "deep3.yaml",
    `kind:\n  ${"- ".repeat(10_000)}x\n`,
    "invalid-file",
    ["{file}: is nested more than 64 deep; no task file needs that."],
  ],
  [
    "fields inside fields, ever further in",
    "deep4.yaml",
    Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    "invalid-file",
    ["{file}: is nested more than 64 deep; no task file needs that."],
  ],
  [
    "a million open brackets",
    "deep5.yaml",
    "[".repeat(999_999),
    "invalid-file",
    ["{file}: is nested more than 64 deep; no task file needs that."],
  ],
  [
    "twenty thousand fields",
    "wide.yaml",
    Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join("\n"),
    "invalid-task",
    ['{file}:1:1: "kind" is missing; write kind: contrast (templates or prompts) or kind: relation (samples).'],
  ],
  [
    "an escape sequence of the terminal",
    "escape.yaml",
    drinks(["tea", '"\u001b[2J"']),
    "invalid-file",
    ["{file}:4:12: holds the control character U+001B; remove it, or name a text file."],
  ],
  [
    "a field with a tab in its name",
    "tab2.yaml",
    `${DRINKS}"a\tb": 1\n`,
    "invalid-task",
    [
      '{file}:13:1: unknown field "a→b". Fields here are kind, $schema, name, title, description, needs, metric, ablation, threshold, criterion, bos, split, seed, lists, slots, templates, heldOutTemplates, bothOrders, answers, wrongAnswers, corruption, corruptions, positions, roles.',
    ],
  ],
  [
    "a sentence",
    "sentence.yaml",
    "Prune the heads, please.\n",
    "invalid-task",
    ["{file}:1:1: a task is a set of fields (name: value); see tasks/README.md for one to begin with."],
  ],
  [
    "a list",
    "list.yaml",
    "- kind: contrast\n",
    "invalid-task",
    ["{file}:1:1: a task is a set of fields (name: value); see tasks/README.md for one to begin with."],
  ],
  [
    "nothing but a question mark",
    "question.yaml",
    "? ? ?\n",
    "invalid-file",
    [
      "{file} has 2 problems:",
      "{file}:1:3: is no text, so it cannot be the name of a field; write name: value.",
      "{file}:1:5: is no text, so it cannot be the name of a field; write name: value.",
    ],
  ],
];

const JSON_SYNTAX: readonly Case[] = [
  [
    "JSON cut off",
    "cut.json",
    RELATION.slice(0, 90),
    "invalid-file",
    ["{file}:5:5: ends too early; is the file cut off?"],
  ],
  [
    "JSON cut off in a text",
    "cut2.json",
    RELATION.slice(0, 60),
    "invalid-file",
    ["{file}:3:24: has a text that is not closed, or a control character or wrong \\ in it."],
  ],
  [
    "a comma too many",
    "comma.json",
    relation(['"Lima" }', '"Lima" },']),
    "invalid-file",
    ['{file}:6:44: has a comma before "]"; remove it.'],
  ],
  [
    "a comma too few",
    "comma2.json",
    relation(['"Paris" },', '"Paris" }']),
    "invalid-file",
    ['{file}:6:5: is not JSON here; expected "," or "]".'],
  ],
  [
    "single quotes",
    "quotes.json",
    "{'name': 'capital'}",
    "invalid-file",
    ["{file}:1:2: is not JSON here; expected a field name in double quotes."],
  ],
  [
    "a comment",
    "comment.json",
    '{\n  // a task\n  "name": "capital"\n}',
    "invalid-file",
    ["{file}:2:3: is not JSON here; expected a field name in double quotes."],
  ],
  [
    "NaN",
    "nan.json",
    '{\n  "seed": NaN\n}',
    "invalid-file",
    ["{file}:2:11: is not JSON here; expected a value such as a text in double quotes."],
  ],
  [
    "something after the end",
    "after.json",
    `${RELATION}\n${RELATION}`,
    "invalid-file",
    ["{file}:9:1: has something after the end of the JSON value; remove it."],
  ],
  [
    "fields that stand twice",
    "twice.json",
    '{\n  "kind": "contrast",\n  "kind": "relation",\n  "title": { "en": "a", "en": "b" }\n}',
    "invalid-file",
    [
      "{file} has 2 problems:",
      '{file}:3:3: field "kind" stands here for the second time; keep one.',
      '{file}:4:25: field "en" stands here for the second time; keep one.',
    ],
  ],
  [
    "objects ten thousand deep",
    "deep.json",
    '{"a":'.repeat(10_000),
    "invalid-file",
    ["{file}:1:326: is nested more than 64 deep; no task file needs that."],
  ],
  [
    "lists a million deep",
    "deep2.json",
    "[".repeat(1_000_000),
    "invalid-file",
    ["{file}:1:66: is nested more than 64 deep; no task file needs that."],
  ],
  [
    "a wrong escape",
    "escape.json",
    '{"name": "C:\\work"}',
    "invalid-file",
    ["{file}:1:10: has a text that is not closed, or a control character or wrong \\ in it."],
  ],
  [
    "a list",
    "list.json",
    "[1, 2]",
    "invalid-task",
    ["{file}:1:1: a task is a set of fields (name: value); see tasks/README.md for one to begin with."],
  ],
  [
    "null",
    "null.json",
    "null",
    "invalid-task",
    ["{file}:1:1: a task is a set of fields (name: value); see tasks/README.md for one to begin with."],
  ],
];

const FIELDS: readonly Case[] = [
  [
    "no kind",
    "kind.yaml",
    drinks(["kind: contrast\n", ""]),
    "invalid-task",
    ['{file}:1:1: "kind" is missing; write kind: contrast (templates or prompts) or kind: relation (samples).'],
  ],
  [
    "a kind that is mistyped",
    "kind2.yaml",
    drinks(["contrast", "contrats"]),
    "invalid-task",
    ['{file}:1:7: "kind" is "contrats"; write "contrast", "relation" or "two-hop".'],
  ],
  [
    "a kind that is a number",
    "kind3.yaml",
    drinks(["contrast", "3"]),
    "invalid-task",
    ['{file}:1:7: "kind" is 3; write "contrast", "relation" or "two-hop".'],
  ],
  [
    "a kind and nothing else",
    "bare.yaml",
    "kind: contrast\n",
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:1:1: "lists" is missing; write fields (name: value).',
      '{file}:1:1: "slots" is missing; write fields (name: value).',
      '{file}:1:1: "templates" is missing; write a list.',
    ],
  ],
  [
    "unknown fields with their neighbours",
    "unknown.yaml",
    drinks(["templates", "templtes"], ["wrongAnswers", "wronganswers"]),
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:1:1: "templates" is missing; write a list.',
      '{file}:6:1: unknown field "templtes". Did you mean "templates"?',
      '{file}:9:1: unknown field "wronganswers". Did you mean "wrongAnswers"?',
    ],
  ],
  [
    "an unknown field like no other",
    "unknown2.yaml",
    `${DRINKS}epochs: 3\n`,
    "invalid-task",
    [
      '{file}:13:1: unknown field "epochs". Fields here are kind, $schema, name, title, description, needs, metric, ablation, threshold, criterion, bos, split, seed, lists, slots, templates, heldOutTemplates, bothOrders, answers, wrongAnswers, corruption, corruptions, positions, roles.',
    ],
  ],
  [
    "unknown fields inside others",
    "unknown3.yaml",
    `${DRINKS}split: { discovry: 4 }\nablation: { kind: mean, referense: clean }\ntitle: { en: Drinks, de: Getr\u00e4nke }\n`,
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:13:10: unknown field "discovry" in split. Did you mean "discovery"?',
      '{file}:14:25: unknown field "referense" in ablation. Did you mean "reference"?',
      '{file}:15:22: unknown field "de" in title. Fields here are en, zh.',
    ],
  ],
  [
    "a field named like a method",
    "proto.json",
    '{"kind": "contrast", "__proto__": {"seed": 1}, "constructor": 1}',
    "invalid-task",
    [
      "{file} has 5 problems:",
      '{file}:1:1: "lists" is missing; write fields (name: value).',
      '{file}:1:1: "slots" is missing; write fields (name: value).',
      '{file}:1:1: "templates" is missing; write a list.',
      '{file}:1:22: unknown field "__proto__". Fields here are kind, $schema, name, title, description, needs, metric, ablation, threshold, criterion, bos, split, seed, lists, slots, templates, heldOutTemplates, bothOrders, answers, wrongAnswers, corruption, corruptions, positions, roles.',
      '{file}:1:48: unknown field "constructor". Fields here are kind, $schema, name, title, description, needs, metric, ablation, threshold, criterion, bos, split, seed, lists, slots, templates, heldOutTemplates, bothOrders, answers, wrongAnswers, corruption, corruptions, positions, roles.',
    ],
  ],
  [
    "texts where lists are wanted",
    "types.yaml",
    drinks(["[Mary, John, Anna, Paul]", "Mary"], ["[A1, A2, END]", "A1"], ['[" {X}"]', '" {X}"']),
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:3:11: "lists.person" is "Mary"; write a list or fields (name: value).',
      '{file}:8:10: "answers" is " {X}"; write a list or fields (name: value).',
      '{file}:12:12: "positions" is "A1"; write a list.',
    ],
  ],
  [
    "lists where fields are wanted",
    "types2.yaml",
    drinks(["{ A: person, B: person, X: drink, Y: drink }", "[A, B]"], ["{ A2: B }", "[A2, B]"]),
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:5:8: "slots" is a list; write fields (name: value).',
      '{file}:11:9: "corruptions.swap" is a list; write fields (name: value).',
    ],
  ],
  [
    "a text where fields are wanted",
    "types3.yaml",
    `${DRINKS}ablation: zero\nsplit: 32\ntitle: Drinks\n`,
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:13:11: "ablation" is "zero"; write fields (name: value).',
      '{file}:14:8: "split" is 32; write fields (name: value).',
      '{file}:15:8: "title" is "Drinks"; write fields (name: value).',
    ],
  ],
  [
    "words that YAML reads as numbers and truths",
    "types4.yaml",
    drinks(["[tea, milk, juice, wine]", "[17, true, 1.50, wine]"]),
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:4:11: "lists.drink[1]" is 17; write a text, in quotes.',
      '{file}:4:15: "lists.drink[2]" is true; write a text, in quotes.',
      '{file}:4:21: "lists.drink[3]" is 1.5; write a text, in quotes.',
    ],
  ],
  [
    "a word that is nothing",
    "types5.yaml",
    drinks(["[tea, milk, juice, wine]", "[tea, ~, juice, '']"]),
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:4:16: "lists.drink[2]" is empty; write a text.',
      '{file}:4:26: "lists.drink[4]" is ""; write at least 1 character.',
    ],
  ],
  [
    "fields without a value",
    "types6.yaml",
    drinks(["[Mary, John, Anna, Paul]", ""], ['  - "{A} likes {X}, {B} likes {Y}. {A} orders"\n', ""]),
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:3:11: "lists.person" is empty; write a list or fields (name: value).',
      '{file}:6:11: "templates" is empty; write a list.',
    ],
  ],
  [
    "empty lists",
    "hollow.yaml",
    drinks(
      ["[Mary, John, Anna, Paul]", "[]"],
      ['- "{A} likes {X}, {B} likes {Y}. {A} orders"', "[]"],
      ['[" {Y}"]', "[]"],
    ),
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:3:11: "lists.person" is an empty list; write at least 1 entry.',
      '{file}:7:3: "templates" is an empty list; write at least 1 entry.',
      '{file}:9:15: "wrongAnswers" is an empty list; write at least 1 entry.',
    ],
  ],
  [
    "no lists, slots and templates",
    "absent.yaml",
    'kind: contrast\nanswers: [" a"]\nwrongAnswers: [" b"]\n',
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:1:1: "lists" is missing; write fields (name: value).',
      '{file}:1:1: "slots" is missing; write fields (name: value).',
      '{file}:1:1: "templates" is missing; write a list.',
    ],
  ],
  [
    "thresholds out of range",
    "threshold.yaml",
    `${DRINKS}threshold: 1.5\n`,
    "invalid-task",
    ['{file}:13:12: "threshold" is 1.5; write a number of at most 1.'],
  ],
  [
    "a threshold of nothing",
    "threshold0.yaml",
    `${DRINKS}threshold: 0\n`,
    "invalid-task",
    ['{file}:13:12: "threshold" is 0; write a number above 0.'],
  ],
  [
    "a threshold in percent",
    "percent2.yaml",
    `${DRINKS}threshold: 90 %\n`,
    "invalid-task",
    ['{file}:13:12: "threshold" is "90 %"; write a number.'],
  ],
  [
    "a threshold that is no number",
    "nan.yaml",
    `${DRINKS}threshold: .nan\nseed: .inf\n`,
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:13:12: "threshold" is NaN; write a finite number.',
      '{file}:14:7: "seed" is Infinity; write a finite number.',
    ],
  ],
  [
    "seeds out of range",
    "seed.yaml",
    `${DRINKS}seed: -1\n`,
    "invalid-task",
    ['{file}:13:7: "seed" is -1; write a number of at least 0.'],
  ],
  [
    "a seed of 33 bits",
    "seed2.yaml",
    `${DRINKS}seed: 4294967296\n`,
    "invalid-task",
    ['{file}:13:7: "seed" is 4294967296; write a number of at most 4294967295.'],
  ],
  [
    "counts that cannot be",
    "counts.yaml",
    `${DRINKS}split: { discovery: 0, heldOut: 2.5 }\n`,
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:13:21: "split.discovery" is 0; write a number of at least 1.',
      '{file}:13:33: "split.heldOut" is 2.5; write a whole number.',
    ],
  ],
  [
    "a count without end",
    "counts2.yaml",
    `${DRINKS}split: { discovery: 1000000 }\n`,
    "invalid-task",
    ['{file}:13:21: "split.discovery" is 1000000; write a number of at most 100000.'],
  ],
  [
    "names that are mistyped",
    "names.yaml",
    `${DRINKS}metric: logit-diference\ncriterion: matches\nablation: { kind: resampling }\n`,
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:13:9: "metric" is "logit-diference"; write "logit-difference" or "probability-difference" or "log-probability" (Did you mean "logit-difference"?).',
      '{file}:14:12: "criterion" is "matches"; write "match" or "at-least" or "difference-only" (Did you mean "match"?).',
      '{file}:15:19: "ablation.kind" is "resampling"; write "resample" or "mean" or "zero" or "optimal" (Did you mean "resample"?).',
    ],
  ],
  [
    "a metric that is a set of fields",
    "metric.yaml",
    `${DRINKS}metric: { toString: 1 }\n`,
    "invalid-task",
    [
      '{file}:13:9: "metric" is a set of fields; write "logit-difference" or "probability-difference" or "log-probability".',
    ],
  ],
  [
    "an ablation that contradicts itself",
    "ablation.yaml",
    `${DRINKS}ablation: { kind: resample, reference: clean, perPosition: true }\n`,
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:13:40: "ablation.reference" is "clean"; resample gives its value in the paired corrupt run, write paired.',
      '{file}:13:60: "ablation.perPosition" belongs to kind mean; remove it or write kind: mean.',
    ],
  ],
  [
    "a mean over pairs",
    "ablation2.yaml",
    `${DRINKS}ablation: { kind: mean, reference: paired }\n`,
    "invalid-task",
    [
      '{file}:13:36: "ablation.reference" is "paired"; mean gives its mean over all corrupt or clean prompts, write corrupt or clean.',
    ],
  ],
  [
    "slot names that cannot be",
    "slots.yaml",
    drinks(["{ A: person,", "{ A-1: person, 2B: person, A: person,"]),
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:5:10: "A-1" cannot be a name; write letters and digits, beginning with a letter.',
      '{file}:5:23: "2B" cannot be a name; write letters and digits, beginning with a letter.',
    ],
  ],
  [
    "bothOrders of one slot",
    "orders.yaml",
    `${DRINKS}bothOrders: [A]\n`,
    "invalid-task",
    ['{file}:13:13: "bothOrders" is a list; write at least 2 entries.'],
  ],
  [
    "lists in a task of prompts",
    "lists.yaml",
    edit(PAIR, ["prompts", "lists:\n  thing: [a]\nprompts"]),
    "invalid-task",
    [
      '{file}:2:1: unknown field "lists". Fields here are kind, $schema, name, title, description, needs, metric, ablation, threshold, criterion, bos, split, seed, prompts, word_idxs, seq_labels, roles.',
    ],
  ],
];

const TEMPLATES: readonly Case[] = [
  [
    "a slot without a list",
    "slot.yaml",
    drinks(["A: person", "A: persons"]),
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:5:13: slot "A" draws from list "persons", which is not under lists. Did you mean "person"?',
      '{file}:11:15: slot "B" draws from list "person", but A2 from "persons"; only a slot of one list can take its place.',
    ],
  ],
  [
    "a slot that is not declared",
    "slot2.yaml",
    drinks(["{B} likes", "{C} likes"]),
    "invalid-task",
    ['{file}:7:21: "C" is not a slot; declare it under slots (there are A, B, X, Y).'],
  ],
  [
    "slots of no list at all",
    "slot3.yaml",
    drinks(["{ A: person, B: person, X: drink, Y: drink }", "{}"]),
    "invalid-task",
    ['{file}:5:8: "slots" is empty; name each slot and its list, such as S: name.'],
  ],
  [
    "a slot that is not used",
    "slot4.yaml",
    drinks(["Y: drink }", "Y: drink, Z: drink }"]),
    "invalid-task",
    ['{file}:5:52: slot "Z" is not used; use it as {Z} or remove it.'],
  ],
  [
    "a slot named like the last token",
    "slot5.yaml",
    drinks(["Y: drink }", "Y: drink, END: drink }"], ["orders", "orders {END}"]),
    "invalid-task",
    ['{file}:5:52: "END" has a meaning of its own; give the slot another name.'],
  ],
  [
    "a slot named like a mention",
    "slot6.yaml",
    drinks(["Y: drink }", "Y: drink, A2: person }"], ["orders", "orders, {A2} waits"]),
    "invalid-task",
    ['{file}:7:48: slot "A2" has the name of a mention of slot "A"; give one of them another name.'],
  ],
  [
    "a slot named like a method",
    "slot7.yaml",
    drinks(["{B} likes", "{constructor} likes"]),
    "invalid-task",
    ['{file}:7:21: "constructor" is not a slot; declare it under slots (there are A, B, X, Y).'],
  ],
  [
    "a slot that is not closed",
    "braces.yaml",
    drinks(["{A} orders", "{A orders"]),
    "invalid-task",
    ['{file}:7:36: "{A} likes {X}, {B} likes {Y}. {A orders" has a "{" that is not closed; slots are written {NAME}.'],
  ],
  [
    "a brace without a slot",
    "braces2.yaml",
    drinks(["{A} orders", "A} orders"]),
    "invalid-task",
    ['{file}:7:37: "{A} likes {X}, {B} likes {Y}. A} orders" has a "}" without "{"; slots are written {NAME}.'],
  ],
  [
    "braces around nothing",
    "braces3.yaml",
    drinks(["{A} orders", "{} orders"]),
    "invalid-task",
    [
      '{file}:7:36: "{A} likes {X}, {B} likes {Y}. {} orders" has "{}"; write {SLOT}, {SLOT.column} or {SLOT+1} with letters and digits.',
    ],
  ],
  [
    "a slot of two words",
    "braces4.yaml",
    drinks(["{A} orders", "{A B} orders"]),
    "invalid-task",
    [
      '{file}:7:36: "{A} likes {X}, {B} likes {Y}. {A B} orders" has "{A B}"; write {SLOT}, {SLOT.column} or {SLOT+1} with letters and digits.',
    ],
  ],
  [
    "a column of a list without columns",
    "column.yaml",
    drinks(["{A} orders", "{A.name} orders"]),
    "invalid-task",
    ['{file}:7:36: {A.name}: slot "A" has no column "name"; its list has no columns, write {A}.'],
  ],
  [
    "a column that is mistyped",
    "column2.yaml",
    drinks(
      ["[Mary, John, Anna, Paul]", "{ columns: [name, age], rows: [[Mary, old], [John, new]] }"],
      ["{A} orders", "{A.nane} orders"],
    ),
    "invalid-task",
    ['{file}:7:36: {A.nane}: slot "A" has no column "nane"; its columns are name, age. Did you mean "name"?'],
  ],
  [
    "rows that are too short and too long",
    "rows.yaml",
    drinks(["[Mary, John, Anna, Paul]", "{ columns: [name, age], rows: [[Mary], [John, new, tall]] }"]),
    "invalid-task",
    [
      "{file} has 2 problems:",
      "{file}:3:42: lists.person.rows[1] has 1 entry, but there are 2 columns; write one entry for each.",
      "{file}:3:50: lists.person.rows[2] has 3 entries, but there are 2 columns; write one entry for each.",
    ],
  ],
  [
    "a step beyond the list",
    "offset.yaml",
    drinks(["{Y}.", "{Y+4}."]),
    "invalid-task",
    ['{file}:7:31: {Y+4} goes beyond list "drink", which has 4 entries.'],
  ],
  [
    "words that stand twice",
    "repeat.yaml",
    drinks(["Anna, Paul", "Mary, Mary"]),
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:3:24: "Mary" stands twice in list "person"; keep one.',
      '{file}:3:30: "Mary" stands twice in list "person"; keep one.',
    ],
  ],
  [
    "spaces around the prompt",
    "spaces.yaml",
    drinks(['"{A} likes', '" {A} likes'], ['orders"', 'orders "']),
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:7:5: the prompt ends with a space; remove it, answers begin with one (" Mary").',
      "{file}:7:5: the prompt begins with a space; remove it.",
    ],
  ],
  [
    "answers without their space",
    "glued.yaml",
    drinks(['[" {X}"]', '["{X}"]']),
    "invalid-task",
    ['{file}:8:11: answer "{X}" would follow "orders" without a space; write " {X}".'],
  ],
  [
    "no answers",
    "answers.yaml",
    drinks(['answers: [" {X}"]\n', ""]),
    "invalid-task",
    ['{file}:7:5: there are no "answers"; write them for the task or for this template, such as answers: [" {S}"].'],
  ],
  [
    "no wrong answers",
    "wrong.yaml",
    drinks(['wrongAnswers: [" {Y}"]\n', ""]),
    "invalid-task",
    [
      '{file}:7:5: there are no "wrongAnswers"; write them for the task or for this template, such as wrongAnswers: [" {S}"].',
    ],
  ],
  [
    "a range with two sides",
    "range.yaml",
    drinks(['[" {X}"]', "{ list: drink, after: X, upTo: X }"]),
    "invalid-task",
    ["{file}:8:10: a part of a list needs exactly one of after, before and upTo; there are 2."],
  ],
  [
    "a range with no side",
    "range2.yaml",
    drinks(['[" {X}"]', "{ list: drink }"]),
    "invalid-task",
    ["{file}:8:10: a part of a list needs exactly one of after, before and upTo; there are 0."],
  ],
  [
    "a range of a list that is not there",
    "range3.yaml",
    drinks(['[" {X}"]', "{ list: drinks, after: X }"]),
    "invalid-task",
    ['{file}:8:18: "drinks" is not under lists. Did you mean "drink"?'],
  ],
  [
    "a range of another slot's list",
    "range4.yaml",
    drinks(['[" {X}"]', "{ list: drink, after: A }"]),
    "invalid-task",
    ['{file}:8:32: slot "A" draws from list "person", not from "drink"; name a slot of that list.'],
  ],
  [
    "a corruption that is not there",
    "corruption.yaml",
    `${DRINKS}corruption: swop\n`,
    "invalid-task",
    ['{file}:13:13: corruption "swop" is not under corruptions (there are swap). Did you mean "swap"?'],
  ],
  [
    "no corruption",
    "corruption2.yaml",
    drinks(["corruptions:\n  swap: { A2: B }\n", ""]),
    "invalid-task",
    [
      '{file}:7:5: nothing says how the corrupt prompt is made; write "corrupt" for the template or corruptions for the task.',
    ],
  ],
  [
    "two corruptions and no default",
    "corruption3.yaml",
    drinks(["  swap", "  other: { A2: new }\n  swap"]),
    "invalid-task",
    ['{file}:10:1: there are 2 corruptions; say with "corruption" which one is the default.'],
  ],
  [
    "a corruption of a mention that is not there",
    "corruption4.yaml",
    drinks(["{ A2: B }", "{ A3: B }"]),
    "invalid-task",
    ['{file}:11:11: there is no "A3"; mentions are A1, X, B, Y, A2. Did you mean "A1"?'],
  ],
  [
    "a corruption by another list",
    "corruption5.yaml",
    drinks(["{ A2: B }", "{ A2: X }"]),
    "invalid-task",
    [
      '{file}:11:15: slot "X" draws from list "drink", but A2 from "person"; only a slot of one list can take its place.',
    ],
  ],
  [
    "a corruption that changes nothing",
    "corruption6.yaml",
    drinks(["{ A2: B }", "{}"]),
    "invalid-task",
    ['{file}:11:9: corruption "swap" changes nothing; write such as { S2: new }.'],
  ],
  [
    "a corruption with the name of the written ones",
    "corruption7.yaml",
    drinks(["swap", "written"]),
    "invalid-task",
    ['{file}:11:3: "written" means the templates\' own corrupt texts; choose another name.'],
  ],
  [
    "a corruption named like a method",
    "corruption8.yaml",
    `${DRINKS}corruption: constructor\n`,
    "invalid-task",
    ['{file}:13:13: corruption "constructor" is not under corruptions (there are swap).'],
  ],
  [
    "rules for roles that say nothing that can be measured",
    "roles.yaml",
    `${DRINKS}roles:
  - { from: END, to: A3, role: drinker }
  - { from: A2, to: A1, writes: for }
  - { from: END, to: A1, role: drinker, steering: pointer }
`,
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:14:22: role 1: the task names no position "A3" (it has A1, A2, END). Did you mean "A1"?',
      '{file}:15:33: role 2: "writes" needs the name of a role; write role: NAME.',
      '{file}:15:33: role 2: "writes" is about what a head writes at END, but it looks from "A2".',
    ],
  ],
  [
    "positions that are not there",
    "positions.yaml",
    drinks(["[A1, A2, END]", "[A, A3, S1+, A2+1]"]),
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:12:13: position "A": template 1 has no mention "A" (it has A1, X, B, Y, A2). Did you mean "A1"?',
      '{file}:12:16: position "A3": template 1 has no mention "A3" (it has A1, X, B, Y, A2). Did you mean "A1"?',
      '{file}:12:20: position "S1+" is none; write a mention such as S1, S1+1 or END.',
    ],
  ],
  [
    "a position that one template lacks",
    "positions2.yaml",
    drinks(['- "', '- "{A} wants {X}, {B} wants {Y}. {B} orders"\n  - "'], ["A2: B", "A1: new"], ["[A1,", "[A,"]),
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:12:11: there is no "A1" in template 1; mentions are A, X, B1, Y, B2. Did you mean "A"?',
      '{file}:13:13: position "A": template 2 has no mention "A" (it has A1, X, B, Y, A2). Did you mean "A1"?',
      '{file}:13:16: position "A2": template 1 has no mention "A2" (it has A, X, B1, Y, B2). Did you mean "A"?',
    ],
  ],
  [
    "a split by a slot that is not there",
    "split.yaml",
    `${DRINKS}split: { by: [C], order: file }\n`,
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:13:15: "C" is not a slot; declare it under slots (there are A, B, X, Y).',
      '{file}:13:26: "split.order" belongs to tasks with prompts; remove it.',
    ],
  ],
  [
    "bothOrders of a slot that a template lacks",
    "orders2.yaml",
    `${drinks(["Y: drink }", "Y: drink, C: person }"])}bothOrders: [A, C]\n`,
    "invalid-task",
    ["{file}:7:5: the template has no {C}, but bothOrders exchanges it; add it or remove bothOrders."],
  ],
  [
    "everything wrong at once",
    "all.yaml",
    drinks(
      ["A: person", "A: persons"],
      ["{B} likes", "{C} likes"],
      ['[" {X}"]', '["{X}"]'],
      ["A2: B", "A9: B"],
      ["[A1,", "[A7,"],
    ),
    "invalid-task",
    [
      "{file} has 6 problems:",
      '{file}:5:13: slot "A" draws from list "persons", which is not under lists. Did you mean "person"?',
      '{file}:5:22: slot "B" is not used; use it as {B} or remove it.',
      '{file}:7:21: "C" is not a slot; declare it under slots (there are A, B, X, Y).',
      '{file}:8:11: answer "{X}" would follow "orders" without a space; write " {X}".',
      '{file}:11:11: there is no "A9"; mentions are A1, X, C, Y, A2. Did you mean "A1"?',
      '{file}:12:13: position "A7": template 1 has no mention "A7" (it has A1, X, C, Y, A2). Did you mean "A1"?',
    ],
  ],
  [
    "more problems than are listed",
    "many.yaml",
    drinks(["[tea, milk, juice, wine]", `[${"tea, ".repeat(24)}milk]`]),
    "invalid-task",
    [
      "{file} has 23 problems:",
      '{file}:4:16: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:21: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:26: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:31: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:36: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:41: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:46: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:51: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:56: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:61: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:66: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:71: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:76: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:81: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:86: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:91: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:96: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:101: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:106: "tea" stands twice in list "drink"; keep one.',
      '{file}:4:111: "tea" stands twice in list "drink"; keep one.',
      "and 3 more.",
    ],
  ],
];

const PROMPTS: readonly Case[] = [
  [
    "the same prompt twice",
    "same.yaml",
    pair(["John", "Mary"]),
    "invalid-task",
    ["{file}:4:14: prompt 1 has the same clean and corrupt text; nothing would be measured."],
  ],
  [
    "no wrong answers",
    "wrong.yaml",
    pair(['    wrong_answers: [" he"]\n', ""]),
    "invalid-task",
    [
      "{file}:3:5: prompt 1 has no wrong_answers, which the metric needs; write some or choose metric: log-probability.",
    ],
  ],
  [
    "an answer that is right and wrong",
    "both.yaml",
    pair(['[" he"]', '[" he", " she"]']),
    "invalid-task",
    ['{file}:5:14: " she" is right and wrong in prompt 1; keep one.'],
  ],
  [
    "our field in another project's form",
    "camel.yaml",
    pair(["wrong_answers", "wrongAnswers"]),
    "invalid-task",
    ['{file}:6:5: unknown field "wrongAnswers" in prompts[1]. Did you mean "wrong_answers"?'],
  ],
  [
    "no prompts",
    "none.yaml",
    "kind: contrast\nprompts: []\n",
    "invalid-task",
    ['{file}:2:10: "prompts" is an empty list; write at least 1 entry.'],
  ],
  [
    "a prompt that is empty",
    "empty-prompt.yaml",
    pair(["So Mary went because", '""']),
    "invalid-task",
    ['{file}:3:12: "prompts[1].clean" is ""; write at least 1 character.'],
  ],
  [
    "no answers",
    "answers.yaml",
    pair(['[" she"]', "[]"]),
    "invalid-task",
    ['{file}:5:14: "prompts[1].answers" is an empty list; write at least 1 entry.'],
  ],
  [
    "an answer that is no list",
    "scalar.yaml",
    pair(['[" she"]', '" she"']),
    "invalid-task",
    ['{file}:5:14: "prompts[1].answers" is " she"; write a list.'],
  ],
  [
    "a prompt that is no fields",
    "text.yaml",
    "kind: contrast\nprompts: [Mary likes tea]\n",
    "invalid-task",
    ['{file}:2:11: "prompts[1]" is "Mary likes tea"; write fields (name: value).'],
  ],
  [
    "ids and words mixed",
    "mixed.json",
    '{"prompts": [\n  {"clean": [1, "Mary", 3], "corrupt": [1, 2, 3], "answers": [4], "wrong_answers": [5]}\n]}',
    "invalid-task",
    ['{file}:2:17: "prompts[1].clean[2]" is "Mary"; write a number.'],
  ],
  [
    "ids that cannot be",
    "ids.json",
    '{"prompts": [\n  {"clean": [1, -2], "corrupt": [1.5, 2], "answers": [4], "wrong_answers": [1e30]}\n]}',
    "invalid-task",
    [
      "{file} has 3 problems:",
      '{file}:2:17: "prompts[1].clean[2]" is -2; write a number of at least 0.',
      '{file}:2:34: "prompts[1].corrupt[1]" is 1.5; write a whole number.',
      '{file}:2:77: "prompts[1].wrong_answers[1]" is 1e+30; write a number of at most 9007199254740991.',
    ],
  ],
  [
    "a prompt of no ids",
    "ids2.json",
    '{"prompts": [\n  {"clean": [], "corrupt": [1], "answers": [4], "wrong_answers": [5]}\n]}',
    "invalid-task",
    ['{file}:2:13: "prompts[1].clean" is an empty list; write at least 1 entry.'],
  ],
  [
    "prompts as fields",
    "fields.json",
    '{"prompts": {"clean": "a", "corrupt": "b"}}',
    "invalid-task",
    ['{file}:1:13: "prompts" is a set of fields; write a list.'],
  ],
  [
    "word_idxs that cannot be",
    "words.json",
    '{"word_idxs": {"IO": -1, "S": "2"},\n  "prompts": [{"clean": "a", "corrupt": "b", "answers": ["c"], "wrong_answers": ["d"]}]}',
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:1:22: "word_idxs.IO" is -1; write a number of at least 0.',
      '{file}:1:31: "word_idxs.S" is "2"; write a number.',
    ],
  ],
  [
    "a split by slots",
    "split.yaml",
    `${PAIR}split: { by: [A] }\n`,
    "invalid-task",
    ['{file}:7:14: "split.by" names slots, and prompts have none; remove it.'],
  ],
];

const RELATIONS: readonly Case[] = [
  [
    "no samples",
    "samples.json",
    relation([/\[\n[^]*\]/.exec(RELATION)![0], "[]"]),
    "invalid-task",
    ['{file}:4:14: "samples" is an empty list; write at least 1 entry.'],
  ],
  [
    "samples without their parts",
    "parts.json",
    relation(['"subject": "France", ', ""], [', "object": "Lima"', ""]),
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:5:5: "samples[1].subject" is missing; write a text.',
      '{file}:6:5: "samples[2].object" is missing; write a text.',
    ],
  ],
  [
    "samples with other parts",
    "parts2.json",
    relation(['"object": "Paris"', '"objekt": "Paris"']),
    "invalid-task",
    ['{file}:5:5: "samples[1].object" is missing; write a text.'],
  ],
  [
    "empty words",
    "empty-sample.json",
    relation(['"Peru"', '""'], ['"Paris"', "7"]),
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:5:38: "samples[1].object" is 7; write a text, in quotes.',
      '{file}:6:18: "samples[2].subject" is ""; write at least 1 character.',
    ],
  ],
  [
    "templates without a place for the subject",
    "subject.json",
    relation(["of {} is", "of is"]),
    "invalid-task",
    ['{file}:3:24: template "The capital of is" has no {} for the subject; write it where the subject stands.'],
  ],
  [
    "a template that ends in a space",
    "space.json",
    relation(["{} is", "{} is "]),
    "invalid-task",
    ['{file}:3:24: template "The capital of {} is " ends with a space; remove it, the object follows after one.'],
  ],
  [
    "no templates",
    "templates.json",
    relation(['["The capital of {} is"]', "[]"]),
    "invalid-task",
    ['{file}:3:23: "prompt_templates" is an empty list; write at least 1 entry.'],
  ],
  [
    "prompts and samples both",
    "both-forms.json",
    relation(['"samples"', '"kind": "relation", "prompts": [], "samples"']),
    "invalid-task",
    [
      '{file}:4:23: unknown field "prompts". Fields here are kind, $schema, name, title, description, needs, metric, ablation, threshold, criterion, bos, split, seed, prompt_templates, prompt_templates_zs, properties, samples.',
    ],
  ],
];

const ROWS: readonly Case[] = [
  [
    "an empty table",
    "empty.csv",
    "",
    "invalid-file",
    ["{file}: is empty; see tasks/README.md for a task to begin with."],
  ],
  [
    "a header and no rows",
    "header.csv",
    "clean,corrupted,correct_idx,incorrect_idx\n",
    "invalid-task",
    ["{file}: has no rows."],
  ],
  [
    "a table without its columns",
    "columns.csv",
    "clean,broken,correct_idx,incorrect_idx\na,b,1,2\n",
    "invalid-file",
    [
      "{file}:1:1: columns are clean, broken, correct_idx, incorrect_idx, parted by commas; a task table needs clean, corrupted and one of: correct_idx and incorrect_idx; country_idx and corrupted_country_idx; answers_idx and corrupted_answers_idx; clean_answer_idx and corrupted_answer_idx; correct and incorrect; country and corrupted_country; answers and corrupted_answers; answers and wrong_answers; answer and wrong_answer; answer and corrupted_answer; clean_answer and corrupted_answer; plural; correct_idx; label.",
    ],
  ],
  [
    "a table without answers",
    "columns2.csv",
    "clean,corrupted\na,b\n",
    "invalid-file",
    [
      "{file}:1:1: columns are clean, corrupted, parted by commas; a task table needs clean, corrupted and one of: correct_idx and incorrect_idx; country_idx and corrupted_country_idx; answers_idx and corrupted_answers_idx; clean_answer_idx and corrupted_answer_idx; correct and incorrect; country and corrupted_country; answers and corrupted_answers; answers and wrong_answers; answer and wrong_answer; answer and corrupted_answer; clean_answer and corrupted_answer; plural; correct_idx; label.",
    ],
  ],
  [
    "a row that is too long",
    "ragged.csv",
    "clean,corrupted,correct_idx,incorrect_idx\na,b,1,2\na,b,c,1,2\n",
    "invalid-file",
    ["{file}:3:1: has another number of cells than the header; a cell that holds a comma needs double quotes."],
  ],
  [
    "a quote that is not closed",
    "quote.csv",
    'clean,corrupted,correct_idx,incorrect_idx\n"a,b,1,2\n',
    "invalid-file",
    ["{file}:2:1: begins a cell with a double quote that is never closed."],
  ],
  [
    "a quote in the middle",
    "quote2.csv",
    'clean,corrupted,correct_idx,incorrect_idx\na "b" c,b,1,2\n',
    "invalid-file",
    ['{file}:2:1: has a double quote inside a cell; put the cell in double quotes and write "" for each of its own.'],
  ],
  [
    "ids that are none",
    "ids.csv",
    'clean,corrupted,correct_idx,incorrect_idx\na,b,(one),2\nc,d,3,"[4, x]"\ne,,5,6\ng,h,-1,2\n',
    "invalid-task",
    [
      "{file} has 4 problems:",
      '{file}:2:1: correct_idx is "(one)"; write a token id, a word, or a list such as [262, 11].',
      '{file}:3:1: incorrect_idx is "[4, x]"; write a token id, a word, or a list such as [262, 11].',
      "{file}:4:1: clean or corrupted is empty; write both prompts.",
      '{file}:5:1: correct_idx is "-1"; write a token id, a word, or a list such as [262, 11].',
    ],
  ],
  [
    "a year that is none",
    "years.csv",
    'clean,corrupted,label\na,b,99\n"c\nc",d,17\ne,f,1917\n',
    "invalid-task",
    [
      "{file} has 2 problems:",
      '{file}:2:1: the year is "99"; write its last two digits, 1 to 98. Answers that are words or ids need a column incorrect_idx beside correct_idx.',
      '{file}:5:1: the year is "1917"; write its last two digits, 1 to 98. Answers that are words or ids need a column incorrect_idx beside correct_idx.',
    ],
  ],
  [
    "a number that is none",
    "plural.csv",
    "clean,corrupted,plural\na,b,many\n",
    "invalid-task",
    ['{file}:2:1: plural is "many"; write 0 or 1.'],
  ],
  [
    "a row that never ends",
    "long.csv",
    `clean,corrupted,label\n"${"a,".repeat(600_000)}\n`,
    "invalid-file",
    ["{file}:2:1: has a row of more than 1000000 characters; is a double quote not closed?"],
  ],
  [
    "columns that stand twice",
    "twice.csv",
    "clean,clean,corrupted,correct_idx,incorrect_idx\na,b,c,1,2\n",
    "invalid-file",
    ['{file}:1:1: column "clean" stands twice; keep one.'],
  ],
  ["no rows", "empty.jsonl", "", "invalid-file", ["{file}: is empty; see tasks/README.md for a task to begin with."]],
  [
    "blank rows",
    "blank.jsonl",
    "\n\n  \n",
    "invalid-file",
    ["{file}: is empty; see tasks/README.md for a task to begin with."],
  ],
  [
    "broken lines",
    "broken.jsonl",
    '{"clean": "a 17", "corrupted": "b 01", "year": 32}\n{"clean": "a 17", \n\n{"clean": "a" "corrupted"}\n',
    "invalid-file",
    [
      "{file} has 2 problems:",
      "{file}:2:19: ends too early; is the file cut off?",
      '{file}:4:15: is not JSON here; expected "," or "}".',
    ],
  ],
  [
    "rows of no known layout",
    "layout.jsonl",
    '{"text": "a"}\n',
    "invalid-task",
    [
      "{file}:1:1: is not a row of a MIB data set; it needs prompt with choices and answerKey, prompt with label, or clean, corrupted and year, and a counterfactual.",
    ],
  ],
  [
    "rows that are no objects",
    "numbers.jsonl",
    "1\n2\n",
    "invalid-task",
    [
      "{file} has 2 problems:",
      "{file}:1:1: is not a row of a MIB data set; it needs prompt with choices and answerKey, prompt with label, or clean, corrupted and year, and a counterfactual.",
      "{file}:2:1: is not a row of a MIB data set; it needs prompt with choices and answerKey, prompt with label, or clean, corrupted and year, and a counterfactual.",
    ],
  ],
  [
    "rows of two layouts",
    "layouts.jsonl",
    '{"clean": "a 17", "corrupted": "b 01", "year": 32}\n{"prompt": "1+1=", "label": 2, "random_counterfactual": {"prompt": "1+2=", "label": 3}}\n{"prompt": "x"}\n',
    "invalid-task",
    [
      "{file} has 2 problems:",
      "{file}:2:1: is not a row of a MIB data set; it needs prompt with choices and answerKey, prompt with label, or clean, corrupted and year, and a counterfactual.",
      "{file}:3:1: is not a row of a MIB data set; it needs prompt with choices and answerKey, prompt with label, or clean, corrupted and year, and a counterfactual.",
    ],
  ],
  [
    "a year out of range",
    "years.jsonl",
    '{"clean": "a 17", "corrupted": "b 01", "year": 1900}\n{"clean": "a 17", "corrupted": "b 01", "year": "17th"}\n',
    "invalid-task",
    [
      "{file} has 2 problems:",
      "{file}:1:1: year is 1900; its last two digits must be 01 to 98.",
      '{file}:2:1: year is "17th"; its last two digits must be 01 to 98.',
    ],
  ],
  [
    "a key beyond the choices",
    "key.jsonl",
    '{"prompt": "p", "choices": ["a", "b"], "answerKey": 2, "s2_io_flip_counterfactual": {"prompt": "q"}}\n',
    "invalid-task",
    ["{file}:1:1: answerKey is 2, but there are 2 choices; count from 0."],
  ],
  [
    "a key that is no label",
    "label.jsonl",
    '{"prompt": "p", "choices": {"label": ["A", "B"]}, "answerKey": "C", "symbol_counterfactual": {"prompt": "q", "choices": {"label": ["A", "B"]}, "answerKey": 0}}\n',
    "invalid-task",
    ['{file}:1:1: answerKey is "C", but the labels are A, B; name one of them.'],
  ],
  [
    "no counterfactual",
    "alone.jsonl",
    '{"prompt": "1+1=", "label": 2}\n',
    "invalid-task",
    [
      "{file}:1:1: is not a row of a MIB data set; it needs prompt with choices and answerKey, prompt with label, or clean, corrupted and year, and a counterfactual.",
    ],
  ],
];

/** A whole file that cannot be expanded: its content, the tokenizer, the options, the code and the sentence. */
type ExpansionCase = readonly [
  name: string,
  content: string,
  tokenizer: keyof typeof TOKENIZERS,
  options: ExpandOptions,
  code: ErrorCode,
  ...sentences: string[],
];

function tokenizerOf(file: string): Tokenizer {
  return jsonTokenizer(readJsonFile(file, FILE_KINDS.tokenizer), file, "<|endoftext|>");
}

/** Whole words, others letter by letter; 320 byte-level tokens; the same with BOS in front; words, and one token for all others. */
const TOKENIZERS = {
  words: tokenizerOf("models/sprig/tokenizer.json"),
  bytes: tokenizerOf(tinyPath("models/gpt2/tokenizer.json")),
  bos: tokenizerOf(tinyPath("models/llama/tokenizer.json")),
  unknown: tokenizerOf(tinyPath("tokens/words.tokenizer.json")),
};

const ids = (clean: string, corrupt: string, answers = "[4]"): string =>
  `{"prompts": [{"clean": ${clean}, "corrupt": ${corrupt}, "answers": ${answers}, "wrong_answers": [5]}]}`;

const GIFTS = `kind: contrast
lists:
  person: [Mary, John, Anna, Paul]
  place: [store, park]
slots: { A: person, B: person, P: place }
templates:
  - When {A} and {B} went to the {P}, {B} gave a drink to
answers: [" {A}"]
wrongAnswers: [" {B}"]
corruptions:
  other: { B: new }
`;

const gifts = (...changes: readonly (readonly [string, string])[]): string => edit(GIFTS, ...changes);

const EXPANSIONS: readonly ExpansionCase[] = [
  [
    "an answer of several tokens",
    pair(),
    "bytes",
    {},
    "invalid-task",
    '{file}:3: prompt 1: answer " she" is 2 tokens (" s", "he"), and an answer must be one token; write one that is, with its leading space.',
  ],
  [
    "an answer of several tokens, and what the task needs",
    `${PAIR}needs: a tokenizer of whole words\n`,
    "bytes",
    {},
    "invalid-task",
    '{file}:3: prompt 1: answer " she" is 2 tokens (" s", "he"), and an answer must be one token; write one that is, with its leading space. The task needs a tokenizer of whole words.',
  ],
  [
    "an answer that the tokenizer does not know",
    ids('"When Mary went"', '"When John went"', '[" Vaduz"]'),
    "unknown",
    {},
    "invalid-task",
    '{file}:1: prompt 1: answer " Vaduz" is not in the tokenizer\'s vocabulary, and an answer must be one token; write one that is, with its leading space.',
  ],
  [
    "a prompt that the tokenizer does not know",
    ids('"When Mary wept"', '"When John went"', '[" the"]'),
    "unknown",
    {},
    "invalid-task",
    '{file}:1: prompt 1: the tokenizer has no tokens for " wept" in "When Mary wept".',
  ],
  [
    "prompts of different lengths",
    pair(["So John", "So Mary and John"]),
    "words",
    {},
    "invalid-task",
    '{file}:3: prompt 1: the clean prompt has 5 tokens and the corrupt one 7 ("So Mary went because" and "So Mary and John went because"); make them equally long.',
  ],
  [
    "ids of different lengths",
    ids("[1, 2, 3]", "[1, 2]"),
    "bytes",
    {},
    "invalid-task",
    '{file}:1: prompt 1: the clean prompt has 3 tokens and the corrupt one 2 ("<|im_start|><|im_end|>!" and "<|im_start|><|im_end|>"); make them equally long.',
  ],
  [
    "an id that no token has",
    ids("[1, 320]", "[1, 2]"),
    "bytes",
    {},
    "invalid-task",
    "{file}:1: prompt 1: token id 320 is not in the tokenizer, which has 320 tokens, so the file may be for another model.",
  ],
  [
    "an answer that no token has",
    ids("[1, 3]", "[1, 2]", "[9007199254740991]"),
    "bytes",
    {},
    "invalid-task",
    "{file}:1: prompt 1: token id 9007199254740991 is not in the tokenizer, which has 320 tokens, so the file may be for another model.",
  ],
  [
    "an answer of nothing but spaces",
    pair(['[" she"]', '["   "]']),
    "words",
    {},
    "invalid-task",
    '{file}:3: prompt 1: answer "   " is 3 tokens (" ", " ", " "), and an answer must be one token; write one that is, with its leading space.',
  ],
  [
    "a position beyond the prompt",
    ids("[1, 3]", "[1, 2]").replace("{", '{"word_idxs": {"IO": 2}, '),
    "bytes",
    {},
    "invalid-task",
    "{file}:1: prompt 1: word_idxs.IO is 2, but the prompt has 2 tokens.",
  ],
  [
    "a position beyond the prompt, BOS not counted",
    ids("[1, 3]", "[1, 2]").replace("{", '{"word_idxs": {"IO": 2}, '),
    "bos",
    {},
    "invalid-task",
    "{file}:1: prompt 1: word_idxs.IO is 2, but the prompt has 2 tokens.",
  ],
  [
    "two prompts that do not fit",
    pair(
      ["So Mary", "So Anna and Mary"],
      ['[" he"]\n', '[" he"]\n  - { clean: So Mary, corrupt: So John, answers: [went on], wrong_answers: [he] }\n'],
    ),
    "words",
    {},
    "invalid-task",
    "{file} has 2 problems:",
    '{file}:3: prompt 1: the clean prompt has 7 tokens and the corrupt one 5 ("So Anna and Mary went because" and "So John went because"); make them equally long.',
    '{file}:7: prompt 2: answer "went on" is 7 tokens ("w", "e", "n", "t", " ", "o", "n"), and an answer must be one token; write one that is, with its leading space.',
  ],
  [
    "more prompts than there are",
    `${PAIR}split: { discovery: 2, heldOut: 1 }\n`,
    "words",
    {},
    "invalid-task",
    "{file}: 2 discovery and 1 held-out examples are asked for, but the prompts that fit (1) give 1 discovery and 0 held-out examples without a clean prompt in both; ask for fewer.",
  ],
  [
    "more prompts than there are, asked for by option",
    ids("[1, 3]", "[1, 2]"),
    "bytes",
    { examples: { discovery: 3 } },
    "invalid-task",
    "{file}: 3 discovery examples are asked for, but the prompts that fit (1) give 1 discovery and 0 held-out examples without a clean prompt in both; ask for fewer.",
  ],
  [
    "a corruption that prompts do not have",
    ids("[1, 3]", "[1, 2]"),
    "bytes",
    { corruption: "hard" },
    "usage",
    '{file}: there is no corruption "hard"; the prompts have corrupt.',
  ],
  [
    "a corruption that templates do not have",
    gifts(),
    "words",
    { corruption: "othr" },
    "usage",
    '{file}: there is no corruption "othr"; the task has other. Did you mean "other"?',
  ],
  [
    "the written corruption, where none is written",
    gifts(),
    "words",
    { corruption: "written" },
    "usage",
    '{file}: there is no corruption "written"; the task has other.',
  ],
  [
    "fewer examples than asked for",
    `${GIFTS}split: { discovery: 24, heldOut: 100 }\n`,
    "words",
    {},
    "invalid-task",
    "{file}: only 22 different held-out examples can be made, but 100 are asked for; ask for fewer (--held-out, or split.heldOut in the file) or add words.",
  ],
  [
    "no examples",
    gifts(),
    "words",
    { examples: { discovery: 0 } },
    "usage",
    "{file}: 0 discovery examples are asked for; ask for a whole number of at least 1.",
  ],
  [
    "half an example",
    gifts(),
    "words",
    { examples: { heldOut: 1.5 } },
    "usage",
    "{file}: 1.5 held-out examples are asked for; ask for a whole number of at least 0.",
  ],
  [
    "words of several tokens",
    gifts(["[Mary, John, Anna, Paul]", "[Zoltan, Vaduz]"]),
    "words",
    {},
    "invalid-task",
    '{file}:7: template 1 cannot be used: no word of list "person" is a single token where slot "A" needs one, such as " Zoltan" is 7 tokens (" ", "Z", "o", "l", "t", "a", "n"). Use other words, or a model whose tokenizer has them.',
  ],
  [
    "an answer without slots of several tokens",
    gifts(['[" {A}"]', '[" Vaduz"]']),
    "words",
    {},
    "invalid-task",
    '{file}:7: template 1 cannot be used: answer " Vaduz" is 6 tokens (" ", "V", "a", "d", "u", "z"), and an answer must be one token. Use other words, or a model whose tokenizer has them.',
  ],
  [
    "a glued answer of several tokens",
    gifts(['[" {A}"]', '[" {A}{B}"]']),
    "words",
    {},
    "invalid-task",
    '{file}: answer " AnnaJohn" is 9 tokens (" ", "A", "n", "n", "a", "J", "o", "h", "n"), and an answer must be one token. Use other words, or a model whose tokenizer has them.',
  ],
  [
    "a range of words that are not in the vocabulary",
    gifts(['[" {A}"]', "{ list: place, after: P, prefix: in }"]),
    "words",
    {},
    "invalid-task",
    '{file}:7: template 1 cannot be used: answer "instore" is 7 tokens ("i", "n", "s", "t", "o", "r", "e"), and an answer must be one token. Use other words, or a model whose tokenizer has them.',
  ],
  [
    "a corrupt text of another length",
    gifts(
      [
        "- When {A} and {B} went to the {P}, {B} gave a drink to",
        "- text: Then {A} and {B} went to the {P}\n    corrupt: Then {B} went to the {P}",
      ],
      ["corruptions:\n  other: { B: new }\n", ""],
    ) + "split: { discovery: 4 }\n",
    "words",
    {},
    "invalid-task",
    '{file}: only 0 different discovery examples can be made, but 4 are asked for; ask for fewer (--examples, or split.discovery in the file) or add words. 1393 draws were left out because clean and corrupt prompt have different numbers of tokens, such as "Then Paul and John went to the park" has 9, "Then John went to the park" has 7.',
  ],
  [
    "a position before the prompt",
    `${GIFTS}positions: [A-9]\nsplit: { discovery: 4 }\n`,
    "words",
    {},
    "invalid-task",
    '{file}: only 0 different discovery examples can be made, but 4 are asked for; ask for fewer (--examples, or split.discovery in the file) or add words. 849 draws were left out because position A-9 lies outside the prompt, such as "When Anna and John went to the store, John gave a drink to".',
  ],
  [
    "prompts that nothing distinguishes",
    gifts(["{ B: new }", "{ P: P }"]) + "split: { discovery: 4 }\n",
    "words",
    {},
    "invalid-task",
    '{file}: only 0 different discovery examples can be made, but 4 are asked for; ask for fewer (--examples, or split.discovery in the file) or add words. 3016 draws were left out because clean and corrupt prompt are the same, such as "When John and Paul went to the park, Paul gave a drink to".',
  ],
  [
    "a relation whose objects are not in the vocabulary",
    relation(),
    "bytes",
    {},
    "invalid-task",
    '{file}: template 1 cannot be used: no word of list "sample" is a single token where slot "SUBJECT" needs one, such as " Paris" is 4 tokens (" ", "P", "ar", "is"). Use other words, or a model whose tokenizer has them.',
  ],
];

describe("a broken task file gives its sentences", () => {
  const groups = { BYTES, YAML_SYNTAX, JSON_SYNTAX, FIELDS, TEMPLATES, PROMPTS, RELATIONS, ROWS };
  describe.each(Object.entries(groups))("%s", (group, cases) => {
    test.each(cases.map((entry, index) => [entry[0], index] as const))("%s", (_, index) => {
      const [, name, content, code, sentences] = cases[index]!;
      const file = write(`${group}-${index}-${name}`, content);
      expect(failure(file, () => loadTask(file))).toEqual({ code, sentences });
    });
  });

  test("while the whole ones load", () => {
    const whole = { yaml: DRINKS, bom: `\uFEFF${DRINKS}`, crlf: DRINKS.replaceAll("\n", "\r\n"), prompts: PAIR };
    const tasks = Object.entries(whole).map(([name, content]) => loadTask(write(`whole-${name}.yaml`, content)));
    expect(tasks.map(({ name, kind }) => `${name} ${kind}`)).toEqual(
      ["yaml", "bom", "crlf", "prompts"].map((name) => `whole-${name} contrast`),
    );
    expect(loadTask(write("whole.json", RELATION)).kind).toBe("relation");
    expect(loadTask(write("whole-gifts.yaml", GIFTS)).kind).toBe("contrast");
  });
});

describe("a file that is no text of a bearable size is not read", () => {
  test.each([
    ["yaml", 1_000_000],
    ["json", 16_000_000],
    ["csv", 64_000_000],
    ["jsonl", 64_000_000],
  ])("a huge .%s", (extension, most) => {
    const file = write(`huge.${extension}`, "");
    truncateSync(file, most + 1);
    expect(failure(file, () => loadTask(file))).toEqual({
      code: "invalid-file",
      sentences: [`{file}: is ${most + 1} bytes large; at most ${most} are read. Split it into smaller files.`],
    });
  });

  test("none, a folder, a device", () => {
    const absent = join(root, "absent.yaml");
    expect(failure(absent, () => loadTask(absent))).toEqual({
      code: "missing-file",
      sentences: ["{file}: there is no such file; check the path of the task."],
    });
    const folder = join(root, "folder.yaml");
    mkdirSync(folder);
    expect(failure(folder, () => loadTask(folder))).toEqual({
      code: "invalid-file",
      sentences: ["{file}: is a folder; name one task file inside it."],
    });
    const device = join(root, "zero.yaml");
    symlinkSync("/dev/zero", device);
    expect(failure(device, () => loadTask(device))).toEqual({
      code: "invalid-file",
      sentences: ["{file}: is not a regular file; name a task file."],
    });
  });
});

describe("a whole file that does not fit the tokenizer or the options gives its sentence", () => {
  test.each(EXPANSIONS.map((entry, index) => [entry[0], index] as const))("%s", (_, index) => {
    const [, content, tokenizer, options, code, ...sentences] = EXPANSIONS[index]!;
    const file = write(`expansion-${index}.${content.startsWith("{") ? "json" : "yaml"}`, content);
    const task = loadTask(file);
    expect(failure(file, () => expandTask(task, TOKENIZERS[tokenizer], options))).toEqual({
      code,
      sentences,
    });
  });
});

function write(name: string, content: string | Buffer): string {
  const file = join(root, name);
  writeFileSync(file, content);
  return file;
}

/** What was thrown, the path as {file} and without the lines of the file that the message shows. */
function failure(file: string, action: () => unknown): { code: ErrorCode; sentences: string[] } {
  try {
    action();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const lines = error.message.replaceAll(file, "{file}").split("\n");
    return { code: error.code, sentences: lines.filter((line) => !/^ +(\d+ \| |\^$)/.test(line)) };
  }
  throw new Error("it was read");
}
