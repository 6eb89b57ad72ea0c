import { say } from "../base/sentence.ts";
import { expect, test } from "vitest";
import { EngineError } from "../base/errors.ts";
import { ProblemList } from "../base/problem-list.ts";
import { type Problem, type Problems, throwProblems } from "./problems.ts";

function listOf(problems: readonly Problem[]): Problems {
  const list = new ProblemList<Problem>();
  for (const problem of problems) list.add(() => problem);
  return list;
}

function messageOf(problems: readonly Problem[], text?: string): string {
  return caught(() => throwProblems(listOf(problems), { file: "a.yaml", text })).message;
}

const at = (line: number, column: number, sentence = "is wrong."): Problem => ({
  place: { file: "a.yaml", line, column },
  sentence: say`${sentence}`,
});

test("no problem is no error", () => {
  expect(() => throwProblems(listOf([]), { file: "a.yaml" })).not.toThrow();
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

test("a sentence that quotes a value as long as the file keeps its beginning and its remedy", () => {
  const { message, facts } = caught(() =>
    throwProblems(listOf([at(1, 1, `is "${"x".repeat(1_000_000)}"; write a word.`)]), { file: "a.yaml" }),
  );
  const sentence = `is "${"x".repeat(396)} … ${"x".repeat(134)}"; write a word.`;
  expect(message).toBe(`a.yaml:1:1: ${sentence}`);
  expect((facts.problems as Problem[]).map((problem) => String(problem.sentence))).toEqual([sentence]);
});

test("of a file with hundreds of problems twenty are listed and a hundred kept and made, with their count", () => {
  let made = 0;
  const problems = new ProblemList<Problem>();
  for (let line = 1; line <= 500; line++) {
    problems.add(() => {
      made++;
      return { place: { file: "t.yaml", line }, sentence: say`is wrong.` };
    });
  }
  const { message, facts } = caught(() => throwProblems(problems, { file: "t.yaml" }));
  expect(message.split("\n")).toHaveLength(1 + 20 + 1);
  expect(message.split("\n").at(-1)).toBe("and 480 more.");
  expect([made, (facts.problems as unknown[]).length, facts.count]).toEqual([100, 100, 500]);
});

function caught(work: () => void): EngineError {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
