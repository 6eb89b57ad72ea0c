import { expect, test } from "vitest";
import { EngineError } from "../base/errors.ts";
import { type Problem, problemsError, throwProblems } from "./problems.ts";

function messageOf(problems: readonly Problem[], text?: string): string {
  try {
    throwProblems(problems, { file: "a.yaml", text });
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
  return "";
}

const at = (line: number, column: number, sentence = "is wrong."): Problem => ({
  place: { file: "a.yaml", line, column },
  sentence,
});

test("no problem is no error", () => {
  expect(messageOf([])).toBe("");
});

test("a problem is shown with its line and a caret below its column", () => {
  expect(messageOf([at(2, 4)], "a: 1\nb: 2\nc: 3\n")).toBe("a.yaml:2:4: is wrong.\n  2 | b: 2\n         ^");
});

test("several are counted and stand in the order of the file, whatever order they were found in", () => {
  const message = messageOf([at(3, 1, "third."), at(1, 4, "second."), at(1, 1, "first.")], "a: 1\nb: 2\r\nc: 3");
  expect(message).toBe(
    "a.yaml has 3 problems:\n" +
      "a.yaml:1:1: first.\n  1 | a: 1\n      ^\n" +
      "a.yaml:1:4: second.\n  1 | a: 1\n         ^\n" +
      "a.yaml:3:1: third.\n  3 | c: 3\n      ^",
  );
});

test("of more than twenty the rest are counted", () => {
  const lines = messageOf(Array.from({ length: 23 }, (_, i) => at(i + 1, 1))).split("\n");
  expect([lines.length, lines[0], lines[20], lines[21]]).toEqual([
    22,
    "a.yaml has 23 problems:",
    "a.yaml:20:1: is wrong.",
    "and 3 more.",
  ]);
});

test("of a long line the part around the column is shown", () => {
  const [, line, caret] = messageOf([at(1, 301)], `${"a".repeat(300)}b${"c".repeat(300)}`).split("\n");
  expect(line).toBe(`  1 | …${"a".repeat(50)}b${"c".repeat(49)}…`);
  expect(line!.indexOf("b")).toBe(caret!.indexOf("^"));
});

test("tabs keep the caret in place, and nothing of the file steers the terminal", () => {
  expect(messageOf([at(1, 3, "has \u001b[2J.\u202e")], "a\t\u001bb")).toBe(
    "a.yaml:1:3: has ␛[2J.\ufffd\n  1 | a→␛b\n        ^",
  );
});

test("of a file with hundreds of problems twenty are listed and a hundred kept, with their count", () => {
  const problems = Array.from({ length: 500 }, (_, i) => ({
    place: { file: "t.yaml", line: i + 1 },
    sentence: "is wrong.",
  }));
  const { message, facts } = problemsError(problems, { file: "t.yaml" });
  expect(message.split("\n")).toHaveLength(1 + 20 + 1);
  expect(message.split("\n").at(-1)).toBe("and 480 more.");
  expect([(facts.problems as unknown[]).length, facts.count]).toEqual([100, 500]);
});
