import { describe, expect, test } from "vitest";
import { inEnglish, wordTokenizer, writtenTask } from "../../../test/written-task.ts";
import { expandTask } from "../expand.ts";

const FILE = {
  name: "country capital city",
  prompt_templates: ["The capital of {} is", "The capital city of {} is"],
  prompt_templates_zs: ["What is the capital of {}? It is"],
  properties: {
    relation_type: "factual",
    domain_name: "country",
    range_name: "city",
    symmetric: false,
  },
  samples: [
    { subject: "France", object: "Paris" },
    { subject: "Peru", object: "Lima" },
    { subject: "Japan", object: "Tokyo" },
    { subject: "Cuba", object: "Havana" },
  ],
};

describe("a relation of Hernandez et al.", () => {
  test("loads unchanged", () => {
    expect(inEnglish(writtenTask("capital.json", JSON.stringify(FILE)))).toMatchObject({
      kind: "relation",
      name: "country capital city",
      promptTemplates: FILE.prompt_templates,
      zeroShotTemplates: FILE.prompt_templates_zs,
      properties: { relationType: "factual", domainName: "country", rangeName: "city", symmetric: false },
      samples: FILE.samples,
      notes: [],
    });
  });

  test("loads with the fields of other versions, which a note names", () => {
    const task = writtenTask("capital.json", JSON.stringify({ ...FILE, _domain: [], prompt_templates_zs: undefined }));
    expect(inEnglish(task)).toMatchObject({
      zeroShotTemplates: [],
      notes: ["capital.json: fields that are not read: _domain."],
    });
  });

  test("keeps a repeated sample once, and passes over what else its parts hold, with notes", () => {
    const samples = [...FILE.samples, { subject: "France", object: "Paris", note: "again" }];
    const properties = { ...FILE.properties, fn_type: "ONE_TO_ONE" };
    expect(inEnglish(writtenTask("capital.json", JSON.stringify({ ...FILE, properties, samples })))).toMatchObject({
      samples: FILE.samples,
      notes: [
        "capital.json: fields that are not read: properties.fn_type, samples.note.",
        'capital.json: 1 of 5 samples repeats an earlier one and is left out; the first: "France" → "Paris".',
      ],
    });
  });

  test("becomes a contrast of subjects: the corrupt prompt's object is the wrong answer", () => {
    const tokenizer = wordTokenizer();
    const task = writtenTask("capital.json", JSON.stringify(FILE));
    const { examples } = expandTask(task, tokenizer);
    const objectOf = (text: string): string | undefined =>
      FILE.samples.find(({ subject }) => text.includes(subject))?.object;
    // Two templates, four subjects, three others each.
    expect(examples).toHaveLength(24);
    for (const { clean, corrupt, answers, wrongAnswers } of examples) {
      expect(tokenizer.decode(answers)).toBe(` ${objectOf(clean.text)}`);
      expect(tokenizer.decode(wrongAnswers)).toBe(` ${objectOf(corrupt.text)}`);
      expect(corrupt.text).not.toBe(clean.text);
    }
  });
});
