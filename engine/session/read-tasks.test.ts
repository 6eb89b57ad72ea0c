// What verbs that read a model say of it, on the embedded one: places by token number, the Patchscope as decoder, edits that boost or leave out.
import { textOf } from "../base/sentence.ts";
import { expect, test } from "vitest";
import { editSettings } from "../choices/edit.ts";
import { memoriesSettings } from "../choices/memories.ts";
import { patchscopeSettings, transplantSettings } from "../choices/patchscope.ts";
import { twoHopSettings } from "../choices/two-hop.ts";
import { editPatch } from "../memory/value-edit.ts";
import { openModel } from "../model/open.ts";
import { editTask } from "./edit-task.ts";
import { memoriesTask } from "./memories-task.ts";
import { patchscopeTask } from "./patchscope-task.ts";
import { transplantTask } from "./transplant-task.ts";
import { twoHopTask } from "./two-hop-task.ts";

const MODEL = { model: "sprig" };

test("a state is put into a prompt of one's own by words or by token numbers, the same; its own states change nothing", async () => {
  const common = { ...MODEL, text: "The capital of Poland is", prompt: "The capital of France is", words: ["Warsaw"] };
  const grid = { from: [1], into: [1, 2] };
  const byWords = await patchscopeTask(
    patchscopeSettings.parse({ ...common, ...grid, at: "Poland", onto: "France", ladder: true, tokens: 2 }),
  );
  const byTokens = await patchscopeTask(patchscopeSettings.parse({ ...common, ...grid, position: 4, ontoPosition: 4 }));
  expect(byTokens.cells).toEqual(byWords.cells);
  expect(byWords.cells.map(({ top, ranks, nullShare }) => [top, ranks, nullShare])).toEqual([
    [" Warsaw", [1], 0],
    [" Paris", [expect.any(Number)], 0],
  ]);
  expect([byWords.selfPatch, byWords.template, byWords.unpatched.top]).toEqual([0, undefined, " Paris"]);
  expect([byWords.share.value, byWords.share.null.draws.length, byWords.share.rank]).toEqual([0.5, 20, 1]);
  expect(byWords.ladder.map(({ from, into, text, entries }) => [from, into, text, entries])).toEqual([
    [1, 1, " Warsaw.", 64],
  ]);
});

test.each([
  [{ onto: "France" }, "give --prompt too"],
  [{ prompt: "The capital of France is", ontoPosition: 9 }, "has 6 tokens, from 0; there is no token 9"],
  [{ position: 99 }, "there is no token 99"],
  [{ from: [5] }, "--from: there is no layer 5; name layers from 0 to 4"],
])("a place that is none is a sentence: %j", async (wrong, sentence) => {
  const settings = patchscopeSettings.parse({ ...MODEL, text: "The capital of Poland", template: "capital", ...wrong });
  await expect(patchscopeTask(settings)).rejects.toThrow(sentence);
});

test("a subject's state brings its answer along up to the layer where the prompt's end fetches it", async () => {
  const settings = transplantSettings.parse({ ...MODEL, task: "tasks/relations/country-capital.json", samples: 6 });
  const { layers, last, subjects } = await transplantTask(settings);
  expect([subjects.length, last]).toEqual([6, 1]);
  expect(layers.map(({ from, into, host }) => [from, into, host === 1])).toEqual([
    [0, 0, false],
    [1, 1, false],
    [2, 2, true],
    [3, 3, true],
    [4, 4, true],
  ]);
  expect([layers[0].own.value, layers[2].own.value, layers[0].own.null.mean]).toEqual([1, 0, 0]);
});

test("a sentence without a place for the subject is refused", async () => {
  const settings = transplantSettings.parse({
    ...MODEL,
    task: "tasks/relations/country-capital.json",
    text: "Many visit",
  });
  await expect(transplantTask(settings)).rejects.toThrow("has no {} for the subject");
});

test("where no question is wrong, back-patching has counts of 0 and no share of pairs", async () => {
  const settings = twoHopSettings.parse({ ...MODEL, task: "sprig-cities", items: 2 });
  const { backPatching } = await twoHopTask(settings);
  const none = { wrong: 0, oracle: 0, oracleShare: undefined, meanShare: undefined, chosen: undefined };
  expect(backPatching).toEqual(["e1", "end"].map((position) => ({ position, mended: Array(6).fill(0), ...none })));
});

test("a prompt of the decoder that the model cannot read whole is refused with what to take instead", async () => {
  const settings = twoHopSettings.parse({ ...MODEL, task: "sprig-cities", items: 2, decoder: "patchscope" });
  await expect(twoHopTask(settings)).rejects.toThrow(
    "--decoder patchscope: its prompt has 38 tokens and sprig reads 32. Take --decoder logit or shifted.",
  );
});

test("a boosted value vector is so many times as long, and the others stay", () => {
  const model = openModel("sprig");
  const { dModel } = model.config;
  const patch = editPatch(model, [{ layer: 1, neuron: 3, coefficient: -1 }], { kind: "boost", factor: 2 }, [5, 6]);
  const own = model.layer(1).W_out.subarray(3 * dModel, 4 * dModel);
  expect(patch.weights.map(({ weight, rows }) => [weight, rows])).toEqual([["layers.1.W_out", [3]]]);
  expect([...patch.weights[0].data]).toEqual([...own].map((x) => 2 * x));
  model.close();
});

test("neurons that too many facts have in common are left out, and an edit of none changes nothing", async () => {
  const { facts, notes } = await editTask(
    editSettings.parse({ ...MODEL, facts: "capitals", limit: 2, neurons: 2, shared: 0 }),
  );
  expect(
    facts.map(({ neurons, heldOut, othersKept, others }) => [neurons, heldOut.changed, othersKept, others]),
  ).toEqual(Array(2).fill([[], false, 1, 1]));
  expect(notes.map(textOf)).toEqual(["4 neurons are left out: too many facts have them in common."]);
});

test("the rank-one edit rewrites a fact in a wording that it has not seen, and keeps another; random keys do not", async () => {
  const settings = editSettings.parse({ ...MODEL, facts: "capitals", limit: 2, method: "rank-one" });
  const { facts, success } = await editTask(settings);
  expect(facts.map(({ old, new: to, layer, neurons }) => [old, to, layer, neurons])).toEqual([
    ["Paris", "Rome", 0, []],
    ["Rome", "Paris", 0, []],
  ]);
  expect([success.value, success.null.draws.length, success.rank]).toEqual([1, 20, 1]);
  await expect(editTask({ ...settings, layer: 4 })).rejects.toThrow(
    "--layer: there is no layer 4; sprig has 4, from 0.",
  );
});

test("a neuron's own lists are shown whatever they are, and one that the model has not is refused", async () => {
  const asked = (neurons: readonly string[]) =>
    memoriesTask(memoriesSettings.parse({ ...MODEL, neurons: [...neurons] }));
  const { memories, layers } = await asked(["m1.n3"]);
  expect(memories.map(({ layer, neuron, end }) => `${layer} ${neuron} ${end}`).sort()).toEqual([
    "1 3 bottom",
    "1 3 top",
  ]);
  expect(layers.map(({ layer }) => layer)).toEqual([1]);
  await expect(asked(["m4.n0"])).rejects.toThrow("--neurons: sprig has no m4.n0; its layers are 0 to 3");
});
