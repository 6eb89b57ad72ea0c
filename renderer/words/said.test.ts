import { expect, test } from "vitest";
import { say, sayList } from "../../engine/base/sentence.ts";
import { worded } from "./said.ts";

const SENTENCES = {
  "{0}: line {1} {2}.": "{0} 第 {1} 行{2}。",
  "is empty": "为空",
  ", ": "、",
  "none of {0}": "{0} 都不是",
};

test("holes are filled in the order of the language, and sentences in them are worded too", () => {
  expect(worded(say`${"a.yaml"}: line ${3} ${say`is empty`}.`, SENTENCES)).toBe("a.yaml 第 3 行为空。");
});

test("a list has between its values what the language has", () => {
  expect(worded(say`none of ${sayList(["a", say`is empty`], ", ")}`, SENTENCES)).toBe("a、为空 都不是");
});

test("what has no words is the same, and a sentence that the language does not have is English", () => {
  expect(worded(say`${"a"}: ${say`is empty`}`, SENTENCES)).toBe("a: 为空");
  expect(worded(say`${"a"} is new, ${say`is empty`}`, SENTENCES)).toBe("a is new, is empty");
});

test("a value that looks like a hole is no hole", () => {
  expect(worded(say`${"{1}"}: line ${3} ${"$&"}.`, SENTENCES)).toBe("{1} 第 3 行$&。");
});
