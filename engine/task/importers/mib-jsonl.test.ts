import { describe, expect, test } from "vitest";
import { inEnglish, writtenTask } from "../../../test/written-task.ts";
import type { PromptTask } from "../task.ts";

function rows(...data: readonly object[]): PromptTask {
  return writtenTask("rows.jsonl", data.map((row) => `${JSON.stringify(row)}\n`).join("")) as PromptTask;
}

describe("rows of MIB", () => {
  test("of IOI: the flipped prompt is the corrupt one, the others go by their names", () => {
    const task = rows({
      prompt: "As Mary and John met, John gave it to",
      template: "As {name_A} and {name_B} met, {name_C} gave it to",
      metadata: { indirect_object: "Mary", subject: "John", random_a: "Anna", random_b: "Tom", random_c: "Paul" },
      choices: ["Mary", "John"],
      answerKey: 0,
      abc_counterfactual: { prompt: "As Anna and Tom met, Paul gave it to", choices: ["Anna", "Tom"], answerKey: 0 },
      s2_io_flip_counterfactual: {
        prompt: "As Mary and John met, Mary gave it to",
        choices: ["Mary", "John"],
        answerKey: 1,
      },
    });
    expect(task.prompts).toEqual([
      {
        clean: "As Mary and John met, John gave it to",
        corrupt: "As Mary and John met, Mary gave it to",
        otherCorrupt: { abc: "As Anna and Tom met, Paul gave it to" },
        answers: [" Mary"],
        wrongAnswers: [" John"],
        line: 1,
      },
    ]);
    expect(inEnglish(task)).toMatchObject({
      metric: "logit-difference",
      notes: [
        "rows.jsonl: IOI rows: the default counterfactual is s2_io_flip, which turns the answer round, so f is not comparable with that of abc.",
      ],
    });
  });

  test("of multiple choice: the wrong answer is the counterfactual's label", () => {
    const labels = { label: ["A", "B", "C", "D"], text: ["red", "blue", "green", "grey"] };
    const task = rows(
      {
        prompt: "p",
        choices: labels,
        answerKey: 1,
        symbol_counterfactual: { prompt: "q", choices: { label: ["E", "F", "G", "H"] }, answerKey: 2 },
      },
      {
        prompt: "r",
        choices: labels,
        answerKey: "D",
        symbol_counterfactual: { prompt: "s", choices: { label: ["E", "F"] }, answerKey: "E" },
      },
    );
    expect(
      task.prompts.map(({ clean, corrupt, answers, wrongAnswers }) => [clean, corrupt, answers, wrongAnswers]),
    ).toEqual([
      ["p", "q", [" B"], [" G"]],
      ["r", "s", [" D"], [" E"]],
    ]);
  });

  test("of arithmetic: sums, with a space in front unless the prompt ends with one", () => {
    const task = rows(
      { prompt: "12+13=", label: "25", operator: "+", random_counterfactual: { prompt: "40+11=", label: "51" } },
      { prompt: "12 + 13 = ", label: 25, operator: "+", random_counterfactual: { prompt: "40 + 11 = ", label: 51 } },
    );
    expect(task.prompts.map(({ answers, wrongAnswers }) => [answers, wrongAnswers])).toEqual([
      [[" 25"], [" 51"]],
      [["25"], ["51"]],
    ]);
  });

  test("of greater-than: all larger two-digit years", () => {
    const task = rows({ clean: "from 1796 to 17", corrupted: "from 1701 to 17", year: 1796 });
    expect(task.metric).toBe("probability-difference");
    expect(task.prompts[0]!.answers).toEqual(["97", "98", "99"]);
    expect(task.prompts[0]!.wrongAnswers).toHaveLength(96);
  });

  test("count blank lines as lines", () => {
    const row = JSON.stringify({ clean: "a", corrupted: "b", year: "32" });
    const task = writtenTask("rows.jsonl", `\uFEFF${row}\r\n\r\n${row}`) as PromptTask;
    expect(task.prompts.map(({ line }) => line)).toEqual([1, 3]);
  });
});
