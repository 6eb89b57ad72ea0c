// What README shows of a task of one's own: the file works, and a misspelling gives the sentence that stands there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadTask } from "../engine/task/load.ts";
import { expandTask } from "../engine/task/expand.ts";
import { openModel } from "../engine/model/open.ts";

const section = /## Your own task in one page\n(.*?)\n## /s.exec(readFileSync("README.md", "utf8"))![1];
const [yaml, sentence] = [...section.matchAll(/```(?:yaml)?\n(.*?)```/gs)].map(([, text]) => text);

test("README's own task gives as many examples as it asks for, and its misspelling the sentence that is shown", () => {
  const folder = mkdtempSync(join(tmpdir(), "secateur-readme-"));
  const model = openModel("sprig");
  try {
    const file = join(folder, "gifts.yaml");
    writeFileSync(file, yaml);
    const task = loadTask(file);
    if (task.kind !== "contrast") throw new Error("no contrast task");
    const { examples, notes } = expandTask(task, model.tokenizer);
    const { clean, answers } = examples[0];
    expect(model.tokenizer.token(answers[0])).toBe(clean.text.replace(/^When (\w+) .*/, " $1"));
    const count = (split: string) => examples.filter((example) => example.split === split).length;
    expect([count("discovery"), count("heldOut"), notes]).toEqual([32, 24, []]);
    const [, misspelt] = /With a misspelt `(.*?)`/.exec(section)!;
    writeFileSync(file, yaml.replace(/^corruption: \w+/m, misspelt));
    expect(() => loadTask(file)).toThrow(sentence.trimEnd().replace("gifts.yaml", file));
  } finally {
    model.close();
    rmSync(folder, { recursive: true });
  }
});
