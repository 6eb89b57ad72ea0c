import { textOf } from "../base/sentence.ts";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { Journal, journalContent, journalWriter } from "./journal.ts";

const folder = mkdtempSync(join(tmpdir(), "secateur-journal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let path: string;
let count = 0;
beforeEach(() => (path = join(folder, `${++count}.jsonl`)));

const HEADER = { of: "a run" };
const entry = (kept: number) => ({ kind: "open", kept }) as const;
const ENTRIES = [1, 2, 3, 4].map(entry);

function written(): string[] {
  const journal = Journal.create(path, HEADER);
  for (const each of ENTRIES) journal.record(each);
  journal.close();
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

const recalled = (journal: Journal) => Array.from({ length: journal.recorded }, () => journal.recall());

test("what was recorded is recalled, then the journal goes on", () => {
  written();
  const journal = Journal.open(path);
  expect([recalled(journal), journal.notes.map(textOf), journal.recall()]).toEqual([ENTRIES, [], undefined]);
  journal.record(entry(5));
  journal.close();
  expect(journalContent(path)).toMatchObject({ header: HEADER, entries: [...ENTRIES, entry(5)], damage: undefined });
});

test("a last line that a kill cut short counts as not there", () => {
  const lines = written();
  writeFileSync(path, `${lines.slice(0, 3).join("\n")}\n${lines[3]!.slice(0, 9)}`);
  const journal = Journal.open(path);
  expect([recalled(journal), journal.notes.map(textOf)]).toEqual([ENTRIES.slice(0, 2), []]);
  journal.record(ENTRIES[2]!);
  journal.close();
  expect(readFileSync(path, "utf8").split("\n").slice(0, -1)).toEqual(lines.slice(0, 4));
});

test.each<[string, (lines: string[]) => void]>([
  ["changed figure", (lines) => (lines[2] = lines[2]!.replace('"kept":2', '"kept":7'))],
  ["figure that is none", (lines) => (lines[2] = lines[2]!.replace('"kept":2', '"kept":null'))],
  ["line of zeros", (lines) => (lines[2] = "\0".repeat(60))],
  ["line that is missing", (lines) => lines.splice(2, 1)],
  ["line that stands twice", (lines) => lines.splice(2, 0, lines[1]!)],
  ["line without its hash", (lines) => (lines[2] = '{"kind":"open","kept":2}')],
])("a %s costs what follows it, and that is said", (_what, damage) => {
  const lines = written();
  damage(lines);
  const text = `${lines.join("\n")}\n`;
  writeFileSync(path, text);
  expect(journalContent(path)).toMatchObject({ entries: [ENTRIES[0]], damage: { line: 3, lost: lines.length - 2 } });
  expect(readFileSync(path, "utf8")).toBe(text);
  const journal = Journal.open(path);
  expect(recalled(journal)).toEqual([ENTRIES[0]]);
  expect(journal.notes.map(textOf)).toEqual([
    `${path}:3: damaged; what stood from there on (${lines.length - 2} lines) is measured again.`,
  ]);
  journal.close();
});

test("a hash that fits makes no figure of what is none", () => {
  const journal = Journal.create(path, HEADER);
  journal.record(ENTRIES[0]!);
  journal.record({ kind: "effects", units: ["a0.h0"], metric: [NaN] });
  journal.close();
  expect(journalContent(path)).toMatchObject({ entries: [ENTRIES[0]], damage: { line: 3, lost: 1 } });
});

test("a damaged first line and an empty file are no journals", () => {
  const lines = written();
  writeFileSync(path, `${lines[0]!.replace("a run", "a fun")}\n`);
  expect(() => Journal.open(path)).toThrow(`${path}:1: the journal's first line is damaged; start the run anew.`);
  writeFileSync(path, "");
  expect(() => journalContent(path)).toThrow(`${path}: the journal is empty; start the run anew.`);
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test("one writer at a time, who is named; reading goes on beside it", () => {
  const journal = Journal.create(path, HEADER);
  journal.record(ENTRIES[0]!);
  const sentence = `${path}: this program is running it now; wait for it, or stop it there.`;
  expect(() => Journal.open(path)).toThrow(sentence);
  expect(() => Journal.create(path, HEADER)).toThrow(sentence);
  expect(journalWriter(path)?.pid).toBe(process.pid);
  expect(journalContent(path).entries).toEqual([ENTRIES[0]]);
  journal.close();
  expect(journalWriter(path)).toBeUndefined();
});

test.skipIf(process.platform === "win32")("a pipe is refused at once", () => {
  spawnSync("mkfifo", [path]);
  expect(() => journalContent(path)).toThrow(`${path}: is no regular file, so no run journal.`);
});

test("nothing that is no file is written over", () => {
  expect(() => Journal.create("/dev/null", HEADER)).toThrow("/dev/null: is no regular file, so no run journal.");
});
