import { expect, test } from "vitest";
import { NeuronForm } from "./neuron-form.svelte.ts";

test("tokens keep the space that they begin with, and what is empty is left to the study", () => {
  const form = new NeuronForm();
  form.event = " an, a,";
  expect(form.asked("sprig", undefined)).toEqual({
    model: "sprig",
    event: [" an", " a"],
    steps: ["removal", "strength"],
  });
});

test("a page that is opened is what the next study looks at, with the steps that were chosen", () => {
  const form = new NeuronForm();
  form.open("m2.n17");
  form.toggle("sets");
  form.toggle("explanation");
  form.toggle("sets");
  expect([form.page, form.view]).toEqual(["m2.n17", "page"]);
  expect(form.asked("sprig", undefined)).toMatchObject({
    neuron: ["m2.n17"],
    steps: ["removal", "strength", "explanation"],
  });
});

test("an event of a task needs one, and takes no corpus", () => {
  const form = new NeuronForm();
  form.kind = "task";
  form.corpus = "mine.txt";
  expect(form.isComplete(undefined)).toBe(false);
  expect(form.asked("sprig", "ioi.yaml")).toEqual({
    model: "sprig",
    task: "ioi.yaml",
    property: "corrupt",
    steps: ["removal", "strength"],
  });
});
