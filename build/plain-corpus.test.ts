// The shipped corpora against their generator, and what they promise.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openModel } from "../engine/model/open.ts";
import { shippedCorpora } from "./plain-corpus.ts";

const linesOf = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n");

test("the shipped corpora are what their generators make", () => {
  for (const [path, text] of Object.entries(shippedCorpora())) expect(readFileSync(path, "utf8"), path).toBe(text);
});

test("the plain corpus has 3,000 different lines with hundreds of each kind of event, and no slot left open", () => {
  const lines = linesOf("corpora/plain.txt");
  expect(new Set(lines).size).toBe(3000);
  expect(lines.filter((line) => !/^["A-Z0-9].*[.?!]"?$/.test(line) || /[{}/]|undefined| {2}/.test(line))).toEqual([]);
  const count = (pattern: RegExp) => lines.join("\n").match(pattern)?.length ?? 0;
  for (const event of [
    / an /g,
    / a /g,
    /[0-9]/g,
    /"/g,
    / (these|those|two|both|several|various) /g,
    / (this|that|one|every) /g,
  ]) {
    expect(count(event), String(event)).toBeGreaterThanOrEqual(200);
  }
  // "an" before a vowel that is heard, "a" before any other.
  expect(lines.filter((line) => / an (?![aeiou]|hour|honour)/i.test(line) || / a [aeio]/i.test(line))).toEqual([]);
});

test("every sentence of the embedded model's corpus fits its vocabulary and its positions", () => {
  const model = openModel("sprig");
  const lines = linesOf("corpora/sprig.txt");
  expect(new Set(lines).size).toBe(1200);
  const lengths = lines.map((line) => model.tokenizer.encode(line).length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(32);
  model.close();
});
