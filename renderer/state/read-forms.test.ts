import { expect, test } from "vitest";
import { EditForm, MemoriesForm, TwoHopForm } from "./read-forms.svelte.ts";

test("memories are asked for by layers or by one neuron, with the text that they write at", () => {
  const form = new MemoriesForm();
  expect(form.asked("m")).toEqual({ model: "m", scores: "centred", most: 20 });
  form.layers = "1, 3";
  form.token = "x";
  expect(form.asked("m")).toEqual({ model: "m", scores: "centred", most: 20, layers: [1, 3] });
  form.neuron = " m2.n5 ";
  form.text = "a b";
  expect(form.asked("m")).toEqual({
    model: "m",
    scores: "centred",
    most: 20,
    neurons: ["m2.n5"],
    text: "a b",
    token: "x",
  });
});

test("an edit names the numbers that its kind has, and the patch only where one is wanted", () => {
  const form = new EditForm();
  const every = { model: "m", facts: "capitals", limit: 8 };
  const common = { ...every, method: "value", neurons: 5, shared: 1 };
  expect(form.asked("m")).toEqual({ ...common, kind: "signed", away: 1, towards: 1 });
  form.kind = "boost";
  form.patch = "/p.safetensors";
  expect(form.asked("m", 2)).toEqual({ ...common, kind: "boost", factor: 2, patch: "/p.safetensors", fact: 2 });
  form.kind = "erase";
  expect(form.asked("m")).toEqual({ ...common, kind: "erase" });
  form.method = "rank-one";
  expect(form.asked("m")).toEqual({ ...every, method: "rank-one" });
  form.layer = "3";
  expect(form.asked("m")).toEqual({ ...every, method: "rank-one", layer: 3 });
});

test("all questions are asked, or the first so many", () => {
  const form = new TwoHopForm();
  expect(form.asked("m")).toEqual({ model: "m", task: "sprig-cities", decoder: "shifted", within: 5 });
  form.items = 3;
  expect(form.asked("m").items).toBe(3);
});
