import { expect, test } from "vitest";
import { RunForm } from "./run-form.svelte.ts";

test("at least one kind of unit is searched", () => {
  const form = new RunForm();
  form.toggle("head");
  expect(form.units).toEqual(["head"]);
  form.toggle("mlp");
  form.toggle("head");
  expect(form.units).toEqual(["mlp"]);
});

test("fields that no run can have are named", () => {
  const form = new RunForm();
  expect(form.problems).toEqual([]);
  form.threshold = 1.2;
  form.confidence = 1;
  form.discovery = 2.5;
  form.seed = Number.NaN;
  expect(form.problems).toEqual(["threshold", "confidence", "discovery", "seed"]);
});

test("a request holds everything, so that it can be repeated when the task's defaults change", () => {
  expect(new RunForm().request("t.yaml", "sprig")).toEqual({
    task: "t.yaml",
    model: "sprig",
    units: ["head"],
    seed: 1,
    examples: { discovery: 128, heldOut: 128 },
    bos: "auto",
    ablation: "resample",
    criterion: "match",
    threshold: 0.9,
    confidence: 0.9,
  });
});

test.each(["learned-masks", "matryoshka"] as const)("a start from %s is asked for by name, and taken over", (start) => {
  const form = new RunForm();
  form.start = start;
  expect(form.request("t.yaml", "sprig")).toMatchObject({ start });
  form.take({ task: "t.yaml", model: "sprig" });
  expect(form.request("t.yaml", "sprig")).not.toHaveProperty("start");
  form.take({ task: "t.yaml", model: "sprig", start });
  expect(form.start).toBe(start);
});

test("a start from learned masks is asked for by name, a budget only where neurons are searched", () => {
  const form = new RunForm();
  form.start = "learned-masks";
  form.budget = 500;
  expect(form.request("t.yaml", "sprig")).toMatchObject({ units: ["head"], start: "learned-masks" });
  expect(form.request("t.yaml", "sprig")).not.toHaveProperty("budget");
  form.toggle("neuron");
  expect(form.request("t.yaml", "sprig")).toMatchObject({ units: ["head", "neuron"], budget: 500 });
  form.budget = null;
  expect([form.problems, form.request("t.yaml", "sprig").budget]).toEqual([[], undefined]);
  form.budget = 0.5;
  expect(form.problems).toEqual(["budget"]);
});

test("a method of search is asked for by name, and taken over; without one it goes by rule", () => {
  const form = new RunForm();
  form.search = "guided";
  expect(form.request("t.yaml", "sprig")).toMatchObject({ search: "guided" });
  form.take({ task: "t.yaml", model: "sprig", search: "blocks" });
  expect(form.search).toBe("blocks");
  form.take({ task: "t.yaml", model: "sprig" });
  expect(form.request("t.yaml", "sprig")).not.toHaveProperty("search");
});

test("a run is taken over with its confidence and its other circuits, which are asked for only where some are wanted", () => {
  const form = new RunForm();
  form.take({ task: "t.yaml", model: "sprig", confidence: 0, alternatives: 6 });
  expect(form.request("t.yaml", "sprig")).toMatchObject({ confidence: 0, alternatives: 6 });
  form.take({ task: "t.yaml", model: "sprig" });
  expect(form.request("t.yaml", "sprig")).not.toHaveProperty("alternatives");
  form.alternatives = 0.5;
  expect(form.problems).toEqual(["alternatives"]);
});
