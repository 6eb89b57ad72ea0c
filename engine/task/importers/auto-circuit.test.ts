import { textOf } from "../../base/sentence.ts";
import { describe, expect, test } from "vitest";
import { inEnglish, wordTokenizer, writtenTask } from "../../../test/written-task.ts";
import { expandTask } from "../expand.ts";

const tokenizer = wordTokenizer();
const TEXT = { clean: "So Mary went", corrupt: "So John went", answers: [" she"], wrong_answers: [" he"] };

describe("a data set of AutoCircuit", () => {
  test("loads unchanged as text, without any field of ours", () => {
    const file = { word_idxs: { IO: 1, end: 2 }, seq_labels: ["So", "IO", "went"], prompts: [TEXT] };
    const task = writtenTask("names.json", JSON.stringify(file));
    expect(inEnglish(task)).toMatchObject({
      name: "names",
      kind: "contrast",
      form: "prompts",
      metric: "logit-difference",
      criterion: "match",
      threshold: 0.9,
      ablation: { kind: "resample", reference: "paired", perPosition: false },
      prompts: [{ clean: TEXT.clean, corrupt: TEXT.corrupt, answers: [" she"], wrongAnswers: [" he"] }],
      wordIndices: { IO: 1, end: 2 },
      dropped: 0,
      notes: [],
    });
    expect(expandTask(task, tokenizer).examples[0]!.positions).toEqual({ IO: 2, end: 3, END: 3 });
  });

  test("loads unchanged as token ids, to the same example as its text", () => {
    const asIds = (text: string): number[] => tokenizer.encodePlain(text);
    const ids = {
      clean: asIds(TEXT.clean),
      corrupt: asIds(TEXT.corrupt),
      answers: asIds(" she"),
      wrong_answers: asIds(" he"),
    };
    const [fromIds] = expandTask(writtenTask("a.json", JSON.stringify({ prompts: [ids] })), tokenizer).examples;
    const [fromText] = expandTask(writtenTask("a.json", JSON.stringify({ prompts: [TEXT] })), tokenizer).examples;
    expect(fromIds).toEqual(fromText);
  });

  test("names the fields that are not read", () => {
    const task = writtenTask("a.json", JSON.stringify({ version: 2, prompts: [TEXT], author: "x" }));
    expect(task.notes.map(textOf)).toEqual(["a.json: fields that are not read: version, author."]);
  });

  test("names what is not read at every depth, with how often it stands there", () => {
    const task = writtenTask(
      "a.json",
      JSON.stringify({
        prompts: [
          { ...TEXT, id: 1 },
          { ...TEXT, id: 2, by: "x" },
        ],
      }),
    );
    expect(task.notes.map(textOf)).toEqual(["a.json: fields that are not read: prompts.id (2 times), prompts.by."]);
  });

  test("leaves out a few prompts that are none or do not fit, and refuses a file of which most do not", () => {
    const prompts = [
      TEXT,
      { ...TEXT, answers: [] },
      TEXT,
      { ...TEXT, corrupt: TEXT.clean },
      { ...TEXT, corrupt: "So" },
      TEXT,
    ];
    const task = writtenTask("a.json", JSON.stringify({ prompts: [...prompts, TEXT, TEXT, TEXT] }));
    expect(task).toMatchObject({ dropped: 2, prompts: { length: 7 } });
    const { examples, notes } = expandTask(task, tokenizer);
    expect(examples).toHaveLength(6);
    expect(notes.slice(0, 2).map((note) => textOf(note).split("; the first")[0])).toEqual([
      "a.json: 2 of 9 prompts left out",
      "a.json: 1 of 7 prompts left out",
    ]);
    const most = writtenTask("a.json", JSON.stringify({ prompts }));
    expect(() => expandTask(most, tokenizer)).not.toThrow();
    const worse = writtenTask("a.json", JSON.stringify({ prompts: prompts.slice(1) }));
    expect(() => expandTask(worse, tokenizer)).toThrow("make them equally long");
    expect(() => writtenTask("a.json", JSON.stringify({ prompts: prompts.slice(1, 4) }))).toThrow(
      "a.json has 2 problems:",
    );
  });

  test("with several answers keeps them all", () => {
    const file = { prompts: [{ ...TEXT, answers: [" she", " her"], wrong_answers: [" he", " his"] }] };
    expect(writtenTask("a.json", JSON.stringify(file))).toMatchObject({
      prompts: [{ answers: [" she", " her"], wrongAnswers: [" he", " his"] }],
    });
  });
});
