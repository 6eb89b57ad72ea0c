// The capitals of countries on SmolLM2-135M as a linear relation, against values from PyTorch (float32, eager attention).
import { textOf } from "../../engine/base/sentence.ts";
import { beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../engine/activations/executor.ts";
import { type Reals, stacked } from "../../engine/activations/packing.ts";
import type { Model } from "../../engine/model/model.ts";
import { editedState, logitsAfter } from "../../engine/relation/edit.ts";
import { meanJacobian } from "../../engine/relation/estimators/mean-jacobian.ts";
import { jacobians } from "../../engine/relation/jacobian.ts";
import { dot, type LinearMap, predicted, product } from "../../engine/relation/linear-map.ts";
import { subjectPrompts } from "../../engine/relation/prompts.ts";
import { topTokens } from "../../engine/readout/logits.ts";
import { topIds } from "../../engine/readout/ranking.ts";
import { stateAt, type SubjectStates, subjectStates } from "../../engine/relation/states.ts";
import { decompose } from "../../engine/relation/svd.ts";
import { relateTask } from "../../engine/session/fit-relation-task.ts";
import { loadRelation } from "../../engine/session/task-files.ts";
import { smollm2IsHere, smollm2Reason, smollm2Reference } from "../reference/smollm2.ts";
import { executorOf } from "./opened.ts";

interface Reference {
  readonly template: string;
  readonly pairs: readonly (readonly [subject: string, object: string])[];
  readonly ids: readonly (readonly number[])[];
  readonly subjectLast: readonly number[];
  readonly answerId: readonly number[];
  readonly modelTop1: readonly number[];
  /** Indices of subjects that the model answers, of those fitted on, of those tested. */
  readonly known: readonly number[];
  readonly train: readonly number[];
  readonly test: readonly number[];
  readonly layers: Readonly<Record<string, LayerReference>>;
}

interface LayerReference {
  readonly firstJ: { frobenius: number; trace: number; row0: number[]; Js_first6: number[] };
  readonly W: { frobenius: number; trace: number; row0: number[]; singular: number[] };
  readonly b: { norm: number; first6: number[] };
  readonly beta: Readonly<Record<string, { top1: number[]; faithfulness: number }>>;
  readonly edit: { subject: number; target: number } & Readonly<Record<string, EditReference>>;
}

interface EditReference {
  readonly norm: number;
  readonly top1: number;
  readonly logitTarget: number;
  readonly logitOriginal: number;
}

const layers = [0, 5, 10, 15] as const;

// Tolerances: norms, traces and products to 1e-3 of their size, entries of a row to 1e-3 of its longest; tokens the same.
describe.skipIf(!smollm2IsHere)(`capitals on SmolLM2${smollm2Reason}`, () => {
  let reference: Reference;
  let model: Model;
  let executor: Executor;
  let states: SubjectStates[];
  let found: Reals[][];

  beforeAll(async () => {
    reference = smollm2Reference<Reference>("smollm2-lre-capital.json");
    executor = executorOf("smollm2");
    model = executor.model;
    const samples = reference.pairs.map(([subject, object]) => ({ subject, object: object.trim() }));
    const form = { template: reference.template, demonstrations: [] };
    const { prompts } = subjectPrompts(samples, form, model.tokenizer, model.config.nContext);
    states = await subjectStates(executor, prompts);
    found = await jacobians(
      executor,
      reference.train.map((i) => prompts[i]),
      layers,
    );
  });

  /** W and b of the reference's three training subjects. */
  const fitted = (layer: (typeof layers)[number]): Promise<LinearMap> =>
    meanJacobian({
      subjects: reference.train.map((i) => stateAt(states[i], layer)),
      objects: reference.train.map((i) => states[i].object),
      objectTokens: reference.train.map((i) => reference.answerId[i]),
      jacobians: found.map((byLayer) => byLayer[layers.indexOf(layer)]),
      axes: () => ({ subject: [], object: [] }),
      answers: () => Promise.resolve([]),
    });

  test("finds the same tokens, subjects and answers", () => {
    expect(states.map(({ prompt }) => prompt.ids)).toEqual(reference.ids);
    expect(states.map(({ prompt }) => prompt.subjectPosition)).toEqual(reference.subjectLast);
    expect(states.map(({ prompt }) => prompt.objectToken)).toEqual(reference.answerId);
    expect(states.map(({ answer }) => answer)).toEqual(reference.modelTop1);
  });

  test.each(layers)("gives the same Jacobian, W and b at layer %i", async (layer) => {
    const expected = reference.layers[layer];
    const d = model.config.dModel;
    const first = found[0][layers.indexOf(layer)];
    const { weight, bias } = await fitted(layer);
    expectClose(norm(first), expected.firstJ.frobenius);
    expectClose(trace(first, d), expected.firstJ.trace);
    expectRow(first, expected.firstJ.row0);
    expectRow(product(first, stateAt(states[reference.train[0]], layer)), expected.firstJ.Js_first6);
    expectClose(norm(weight), expected.W.frobenius);
    expectClose(trace(weight, d), expected.W.trace);
    expectRow(weight, expected.W.row0);
    expectClose(norm(bias), expected.b.norm);
    expectRow(bias, expected.b.first6);
  });

  test.each(layers)("gives the same answers and faithfulness on 26 unseen subjects at layer %i for every β", async (layer) => {
    const map = await fitted(layer);
    for (const [beta, expected] of Object.entries(reference.layers[layer].beta)) {
      const rows = reference.test.map((i) => predicted(map, stateAt(states[i], layer), Number(beta)));
      const tops = [...(await topTokens(executor, stacked(executor.precision, rows)))];
      const hits = reference.test.filter((i, t) => tops[t] === states[i].answer).length;
      expect({ beta, top1: tops, faithfulness: hits / tops.length }).toEqual({ beta, ...expected });
    }
  });

  test("is asked for plurals with samples before the question, because it answers too little without", async () => {
    const settings = { estimators: ["bias-only"] as const, samples: 4, seeds: 2, layers: [-1], template: 1, given: {} };
    const task = loadRelation("tasks/relations/noun-plural.json");
    const few = { ...task, samples: task.samples.slice(0, 16) };
    const [{ content, notes }] = await relateTask(executor, few, settings);
    expect(content.task.demonstrations).toHaveLength(4);
    expect(notes.map(textOf)).toEqual([
      "No interval: it takes at least 5 draws of training subjects; here: 2.",
      "4 samples stand before each question; without them smollm2 answers too little.",
    ]);
    expect(content.figures.known).toBeGreaterThan(9);
  });

  test("edits as the reference does at layer 10, by every rank", async () => {
    const { edit, W } = reference.layers[10];
    const { weight, bias } = await fitted(10);
    const decomposition = decompose(weight, bias.length);
    expectRow(Float64Array.from(decomposition.singular), W.singular);
    const pair = { subject: states[edit.subject], target: states[edit.target] };
    for (const rank of [20, 50, 100]) {
      const expected = edit[`rank${rank}`];
      const edited = editedState(decomposition, rank, pair, 10);
      const own = stateAt(pair.subject, 10);
      expectClose(norm(edited.map((x, i) => x - own[i])), expected.norm);
      const logits = await logitsAfter(executor, pair.subject.prompt, 10, edited);
      expect(topIds(logits, 1)).toEqual([expected.top1]);
      // Logits of about 10: absolute tolerance 0.01.
      expect(Math.abs(logits[reference.answerId[edit.target]] - expected.logitTarget)).toBeLessThan(0.01);
      expect(Math.abs(logits[reference.answerId[edit.subject]] - expected.logitOriginal)).toBeLessThan(0.01);
    }
  });
});

const norm = (v: Reals) => Math.sqrt(dot(v, v));

function trace(matrix: Reals, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += matrix[i * n + i];
  return sum;
}

function expectClose(value: number, expected: number): void {
  expect(Math.abs(value / expected - 1), `${value} against ${expected}`).toBeLessThan(1e-3);
}

function expectRow(values: Reals, expected: readonly number[]): void {
  const longest = Math.max(...expected.map(Math.abs));
  const differences = expected.map((x, i) => Math.abs(values[i] - x) / longest);
  expect(Math.max(...differences), `${values.slice(0, expected.length)} against ${expected}`).toBeLessThan(1e-3);
}
