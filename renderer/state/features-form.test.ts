import { expect, test } from "vitest";
import { FeaturesForm } from "./features-form.svelte.ts";

test("a list asks for what it goes by and nothing else, with a page for each feature", () => {
  const form = new FeaturesForm();
  form.dictionary = " sprig-sae ";
  form.token = " gave";
  form.text = "In order: Tuesday";
  form.without = "Mary";
  const whole = { dictionary: "sprig-sae", model: "sprig", top: 30, pages: 30 };
  const asked = (by: FeaturesForm["by"]) => {
    form.by = by;
    return form.list("sprig", "tasks/ioi.yaml");
  };
  expect(asked("density")).toEqual(whole);
  expect(asked("token")).toEqual({ ...whole, token: " gave" });
  expect(asked("text")).toEqual({ ...whole, text: "In order: Tuesday", without: "Mary" });
  expect(asked("effect")).toEqual({ ...whole, task: "tasks/ioi.yaml" });
  form.label = "day";
  expect(asked("label")).toEqual({ ...whole, label: "day" });
});

test("a list by effect needs a task, one by a token the token", () => {
  const form = new FeaturesForm();
  form.by = "effect";
  expect([form.isListable(undefined), form.isListable("tasks/ioi.yaml")]).toEqual([false, true]);
  form.by = "token";
  expect(form.isListable(undefined)).toBe(false);
});

test("strengths are read as numbers, with commas of either language", () => {
  const form = new FeaturesForm();
  form.dictionary = "d";
  form.prompt = "In order:";
  form.strengths = "0，1 2,4";
  expect(form.steer("sprig", 51)).toEqual({
    dictionary: "d",
    model: "sprig",
    feature: 51,
    text: "In order:",
    op: "add",
    maxTokens: 24,
    strengths: [0, 1, 2, 4],
  });
});

test("a number of features in a state is asked of the kinds that take one, a pull of the others; an empty field is left to the engine", () => {
  const form = new FeaturesForm();
  const rest = { model: "sprig", features: 512, steps: 1000, batch: 256, rate: 0.001 };
  expect(form.train("sprig")).toEqual({ ...rest, kind: "topk", k: 8 });
  form.kind = "l1";
  form.layer = 1;
  form.features = undefined;
  form.out = " mine ";
  expect(form.train("sprig")).toEqual({
    model: "sprig",
    steps: 1000,
    batch: 256,
    rate: 0.001,
    kind: "l1",
    layer: 1,
    sparsity: 1,
    out: "mine",
  });
});
