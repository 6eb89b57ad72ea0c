import { textOf } from "../../base/sentence.ts";
import { describe, expect, test } from "vitest";
import { inEnglish, wordTokenizer, writtenTask } from "../../../test/written-task.ts";
import { expandTask } from "../expand.ts";
import type { PromptTask } from "../task.ts";

const tokenizer = wordTokenizer();
const [she, he] = [" she", " he"].map((word) => tokenizer.encodePlain(word)[0]!);

function table(csv: string): PromptTask {
  return writtenTask("table.csv", csv) as PromptTask;
}

/** Each pair's answers, right and wrong. */
function answersOf({ prompts }: PromptTask): unknown[] {
  return prompts.map(({ answers, wrongAnswers }) => [answers, wrongAnswers]);
}

const IDS_NOTE =
  "table.csv: answers are token ids of the tokenizer that the file was made for; with another model they mean other words.";

describe("a task table of EAP-IG", () => {
  test("of IOI: index column, ids, and the harder corruption under its name", () => {
    const task = table(
      `,clean,corrupted,corrupted_hard,correct_idx,incorrect_idx\n` +
        `0,"When Mary and John went, John","When Mary and John went, Anna","When Mary and John went, Mary",${she},${he}\n` +
        `1,"When Anna and Paul went, Paul","When Anna and Paul went, Tom","When Anna and Paul went, Anna",${he},${she}\n`,
    );
    expect(inEnglish(task)).toMatchObject({
      name: "table",
      form: "prompts",
      metric: "logit-difference",
      notes: [IDS_NOTE],
      dropped: 0,
    });
    expect(task.prompts[1]).toEqual({
      clean: "When Anna and Paul went, Paul",
      corrupt: "When Anna and Paul went, Tom",
      otherCorrupt: { hard: "When Anna and Paul went, Anna" },
      answers: [he],
      wrongAnswers: [she],
      line: 3,
    });
    const corrupt = (corruption?: string): string[] =>
      expandTask(task, tokenizer, { corruption, order: "file" }).examples.map((example) => example.corrupt.text);
    expect(corrupt()).toEqual(["When Mary and John went, Anna", "When Anna and Paul went, Tom"]);
    expect(corrupt("hard")).toEqual(["When Mary and John went, Mary", "When Anna and Paul went, Anna"]);
  });

  test("of facts: words in corrupted_ columns are no prompts", () => {
    const task = table(
      "clean,capital,country,country_idx,corrupted,corrupted_capital,corrupted_country,corrupted_country_idx\n" +
        '" Kabul, the capital of",Kabul,Afghanistan,7,\" Lima, the capital of\",Lima,Peru,9\n',
    );
    expect(answersOf(task)).toEqual([[[7], [9]]]);
    expect(task.prompts[0]).toMatchObject({ clean: " Kabul, the capital of", corrupt: " Lima, the capital of" });
    expect(task.prompts[0]).not.toHaveProperty("otherCorrupt");
  });

  test("of hypernyms: lists of ids as Python writes them", () => {
    const task = table(
      "clean,answers,answers_idx,corrupted,corrupted_answers,corrupted_answers_idx\n" +
        '"A dog is","[\' animal\', \' pet\']","[5, 6]","A car is","[\' machine\']",[8]\n',
    );
    expect(answersOf(task)).toEqual([[[5, 6], [8]]]);
  });

  test("of gender: clean_answer_idx and corrupted_answer_idx", () => {
    const task = table("clean,corrupted,clean_answer_idx,corrupted_answer_idx,label\na b,a c,3,4,x\n");
    expect(answersOf(task)).toEqual([[[3], [4]]]);
  });

  test("of agreement: verbs by number", () => {
    const task = table(
      "clean,corrupted,group,plural\nThe keys,The key,1,1\nThe key,The keys,1,0\nThe key,The keys,1,False\n",
    );
    const [one, many] = [
      [" is", " was", " has"],
      [" are", " were", " have"],
    ];
    expect(answersOf(task)).toEqual([
      [many, one],
      [one, many],
      [one, many],
    ]);
    expect(task.notes.map(textOf)).toEqual([
      "table.csv: answers are is, was, has and are, were, have; EAP-IG sums over a longer list of verbs.",
    ]);
  });

  test.each(["correct_idx", "label"])("of years: %s is the year, larger ones are right", (column) => {
    const task = table(
      `clean,corrupted,${column}\nfrom 1797 to 17,from 1701 to 17,97\nfrom 1702 to 17,from 1701 to 17,2\n`,
    );
    expect(task.metric).toBe("probability-difference");
    const [[late, upTo97], [after2, upTo2]] = answersOf(task) as [[string[], string[]], [string[], string[]]];
    expect(late).toEqual(["98", "99"]);
    expect([upTo97.length, upTo97[0], upTo97.at(-1)]).toEqual([97, "01", "97"]);
    expect(upTo2).toEqual(["01", "02"]);
    expect([after2.length, after2[0], after2.at(-1)]).toEqual([97, "03", "99"]);
  });

  test("with a byte order mark, CRLF, blank lines and quoted line breaks", () => {
    const task = table('\uFEFFclean,corrupted,correct_idx,incorrect_idx\r\n"a ""b""\nc",d,1,2\r\n\r\ne,f,3,4\r\n');
    expect(task.prompts.map(({ clean, line }) => [clean, line])).toEqual([
      ['a "b"\nc', 3],
      ["e", 5],
    ]);
  });

  test("leaves out rows that do not fit the tokenizer, and counts them", () => {
    const task = table(
      `clean,corrupted,correct_idx,incorrect_idx\nSo Mary went,So John went,${she},${he}\n` +
        `So Mary went,So went,${she},${he}\nSo Mary left,So John left,99999,${he}\nSo Mary left,So John left,${she},${he}\n`,
    );
    const { examples, notes } = expandTask(task, tokenizer);
    expect(examples).toHaveLength(2);
    expect(notes.slice(1).map(textOf)).toEqual([
      `table.csv: answers that are numbers are token ids: ${she} is the token " she". Write a word in quotes, with its leading space.`,
      'table.csv: 2 of 4 prompts left out; the first, in line 3: prompt 2: the clean prompt has 4 tokens and the corrupt one 3 ("So Mary went" and "So went"); make them equally long.',
      "table.csv: the prompts that fit (2) give 1 discovery and 1 held-out examples without a clean prompt in both.",
    ]);
  });

  test("is refused where most of its rows do not fit, each with its line", () => {
    const task = table(
      `clean,corrupted,correct_idx,incorrect_idx\nSo Mary went,So John went,${she},${he}\n` +
        `So Mary went,So went,${she},${he}\nSo Mary left,So John left,99999,${he}\n`,
    );
    expect(() => expandTask(task, tokenizer)).toThrow(/^table.csv has 2 problems:\ntable.csv:3: prompt 2/);
  });

  test("leaves out a row that is none, with a note, and counts it among those that do not fit", () => {
    const row = `So Mary went,So John went,${she},${he}\n`;
    const task = table(`clean,corrupted,correct_idx,incorrect_idx\n${row}${row},So John went,1,2\n`);
    expect(task).toMatchObject({ dropped: 1, prompts: [{ line: 2 }, { line: 3 }] });
    expect(task.notes[0]!.text).toBe(
      "table.csv: 1 of 3 rows left out; the first, in line 4: clean or corrupted is empty; write both prompts.",
    );
  });

  test.each([
    ["semicolons", "clean;corrupted;correct;incorrect\nSo Mary, went;So John, went;she;he\n", "So Mary, went"],
    ["tabs", "clean\tcorrupted\tcorrect\tincorrect\nSo Mary; went\tSo John; went\tshe\the\n", "So Mary; went"],
    ["a line that says so", 'sep=;\n"clean";"corrupted";"correct";"incorrect"\nSo;So John;she;he\n', "So"],
    ["commas, after a byte order mark", "\uFEFFclean,corrupt,correct,incorrect\nSo,So John,she,he\n", "So"],
  ])("with cells parted by %s", (_, text, clean) => {
    expect(table(text)).toMatchObject({ prompts: [{ clean, answers: [" she"], wrongAnswers: [" he"] }] });
  });

  test("with words, lists of words, and words and ids together", () => {
    const task = table(
      `clean,corrupted,correct_idx,incorrect_idx\na,b,she,"[' he', 7]"\nc ,d ,she,"['he']"\ne,f, she,9\n`,
    );
    expect(inEnglish(task)).toMatchObject({
      prompts: [
        { answers: [" she"], wrongAnswers: [" he", 7] },
        { answers: ["she"], wrongAnswers: ["he"] },
        { answers: [" she"], wrongAnswers: [9] },
      ],
      notes: [
        "table.csv: answers are token ids of the tokenizer that the file was made for; with another model they mean other words.",
        "table.csv: answers are words; a space goes before each that has none, unless the prompt ends with one.",
      ],
    });
  });

  test("with numbers in a column of words, which are words", () => {
    const task = table("clean,corrupted,answer,wrong_answer\na,b,7,8\n");
    expect(task).toMatchObject({ prompts: [{ answers: [" 7"], wrongAnswers: [" 8"] }] });
  });
});
