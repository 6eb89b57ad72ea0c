// Relations of the embedded model from task file to figures and files.
import { textOf } from "../base/sentence.ts";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Executor } from "../activations/executor.ts";
import { groupBy } from "../base/group.ts";
import { openModel } from "../model/open.ts";
import { predicted } from "../relation/linear-map.ts";
import { readRelation, relationPath, writeRelation } from "../relation/relation-file.ts";
import {
  applyRelation,
  editRelation,
  relateTask,
  type RelationOutcome,
  type FitSettings,
  requireFittedOn,
} from "./fit-relation-task.ts";
import { loadRelation } from "./task-files.ts";

const model = openModel("sprig");
const executor = new Executor(model, { threads: 1 });
const task = loadRelation("tasks/relations/noun-plural.json");
const settings: FitSettings = {
  estimators: ["jacobian", "ridge", "bias-only"],
  samples: 8,
  seeds: 3,
  layers: [-1, 1],
  template: 1,
  shots: 0,
  given: {},
};

let folder: string;
let outcomes: RelationOutcome[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "secateur-test-"));
  outcomes = await relateTask(executor, task, settings);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await executor.dispose();
  model.close();
});

describe("relateTask()", () => {
  test("gives the same figures, W and b for the same seed", async () => {
    expect(await relateTask(executor, task, settings)).toEqual(outcomes);
  });

  test("tells a relation from chance: the mean Jacobian is faithful, shuffled subjects and W = 0 are not", () => {
    const [{ record, controls }, , { record: bias }] = outcomes.map(({ fitted }) => fitted);
    expect(record.faithfulness.mean).toBeGreaterThan(0.9);
    for (const chance of [record.shuffled.mean, controls.shuffledSubjects, controls.biasOnly, record.majority]) {
      expect(chance).toBeLessThan(0.3);
    }
    expect(bias.faithfulness.mean).toBe(controls.biasOnly);
  });

  test("reports test subjects that are neither fitted on nor chosen by", () => {
    const { subjects } = outcomes[0].content;
    const counts = groupBy(subjects, ({ split }) => split);
    expect(new Map([...counts].map(([split, rows]) => [split, rows.length]))).toEqual(
      new Map([
        ["train", 8],
        ["validation", 18],
        ["test", 18],
      ]),
    );
  });

  test("never shows faithfulness on the subjects that ridge interpolates", () => {
    const { content, fitted } = outcomes[1];
    const tested = content.subjects.filter(({ split }) => split === "test");
    const share = tested.filter(({ map, model }) => map === model).length / tested.length;
    // The file's map is one of the three draws whose mean is reported.
    expect(Math.abs(share - fitted.record.faithfulness.mean)).toBeLessThan(0.35);
    expect(fitted.record.faithfulness.mean).toBeLessThan(1);
  });

  test("refuses a relation that the model does not know, with the counts", async () => {
    const wrong = { ...task, samples: task.samples.map(({ subject }) => ({ subject, object: "Paris" })) };
    await expect(relateTask(executor, wrong, settings)).rejects.toThrow(
      "sprig itself answers 0 of 44 subjects, and 14 are needed to fit on 8, choose and test.",
    );
  });

  test("asks without samples before the question where that is enough, and refuses as asked where they do not help", async () => {
    const few = { ...settings, estimators: ["bias-only"] as const, samples: 4, shots: undefined };
    const [{ content, notes }] = await relateTask(executor, task, few);
    expect([content.task.demonstrations, notes.map(textOf)]).toEqual([
      [],
      ["No interval: it takes at least 5 draws of training subjects; here: 3."],
    ]);
    const strange = { ...task, promptTemplates: ["Monday {}"] };
    await expect(relateTask(executor, strange, few)).rejects.toThrow(/itself answers \d of 44 subjects/);
  });

  test("leaves out a subject whose prompt the model cannot read, and says so", async () => {
    const long = "house ".repeat(task.samples.length).trimEnd();
    const more = { ...task, samples: [...task.samples, { subject: long, object: "houses" }] };
    const [{ notes }] = await relateTask(executor, more, { ...settings, estimators: ["bias-only"] });
    expect(notes.map(textOf).join()).toContain(`1 of 45 left out, such as "${long}"`);
  });

  test("refuses a layer or a template that is not there", async () => {
    await expect(relateTask(executor, task, { ...settings, layers: [4] })).rejects.toThrow("there is no layer 4");
    await expect(relateTask(executor, task, { ...settings, template: 9 })).rejects.toThrow("there is no template 9");
  });

  test("stops when asked", async () => {
    await expect(relateTask(executor, task, settings, { signal: AbortSignal.abort() })).rejects.toThrow("Stopped");
  });
});

describe("a relation file", () => {
  test("is read back as it was written, W and b as float32, and written to the same bytes", () => {
    const [{ content, fitted }] = outcomes;
    const path = relationPath(folder, fitted.record.relation);
    writeRelation(path, content, fitted.map);
    const bytes = readFileSync(path);
    const { file, map } = readRelation(path);
    const { weights, ...rest } = file;
    expect({ weights, rest }).toEqual({ weights: "noun-plural.relation.safetensors", rest: content });
    expect(map.weight).toEqual(fitted.map.weight.map(Math.fround));
    expect(map.bias).toEqual(fitted.map.bias.map(Math.fround));
    writeRelation(path, rest, map);
    expect(readFileSync(path)).toEqual(bytes);
  });

  test.each([
    ["{", "is not JSON"],
    ['{"format": "secateur.circuit"}', "Invalid input"],
  ])("that says %s is refused with its place", (text, sentence) => {
    const path = join(folder, "broken.relation.json");
    writeFileSync(path, text);
    expect(() => readRelation(path)).toThrow(sentence);
    expect(() => readRelation(path)).toThrow(path);
  });

  test("whose weights lie elsewhere or have another shape is refused", () => {
    const [{ content, fitted }] = outcomes;
    const path = join(folder, "other.relation.json");
    writeRelation(path, content, fitted.map);
    const file = JSON.parse(readFileSync(path, "utf8")) as { weights: string; model: { dModel: number } };
    writeFileSync(path, JSON.stringify({ ...file, weights: "../other.relation.safetensors" }));
    expect(() => readRelation(path)).toThrow('"weights" is no plain file name');
    writeFileSync(path, JSON.stringify({ ...file, model: { ...file.model, dModel: 32 } }));
    expect(() => readRelation(path)).toThrow('should hold "W" of shape [32,32], and has [64,64]');
  });

  test("of another model is refused", () => {
    const { content } = outcomes[0];
    const other = { ...content, model: { ...content.model, sha256: "0".repeat(64) } };
    expect(() => requireFittedOn(other, model, "x.relation.json")).toThrow("sprig has other weights");
    expect(() => requireFittedOn(content, model, "x.relation.json")).not.toThrow();
  });
});

describe("a fitted relation", () => {
  const opened = () => ({ file: outcomes[0].content, map: outcomes[0].fitted.map });

  test("says about a test subject what its row in the file says", async () => {
    const row = outcomes[0].content.subjects.find(({ split }) => split === "test")!;
    const { model: own, map } = await applyRelation(executor, opened(), row.subject);
    expect([own[0].token, map[0].token]).toEqual([row.model, row.map]);
    expect(own[0].probability).toBeGreaterThan(own[1].probability);
    expect(predicted(opened().map, new Float64Array(64))).toEqual(opened().map.bias);
  });

  test("edits a subject so that the model gives another object", async () => {
    const { subjects } = outcomes[0].content;
    const [row] = subjects.filter(({ split }) => split === "test");
    const other = subjects.find(({ object }) => object !== row.object)!;
    const edit = await editRelation(executor, opened(), row.subject, other.object);
    expect([edit.before[0].token, edit.after[0].token]).toEqual([` ${row.object}`, ` ${other.object}`]);
  });

  test("refuses an object that no subject has", async () => {
    await expect(editRelation(executor, opened(), "key", "kes")).rejects.toThrow('Did you mean "keys"?');
  });
});
