import { expect, test } from "vitest";
import { LensForm } from "./lens-form.svelte.ts";

test("one text is read alone, two side by side, with the same lens and words", () => {
  const form = new LensForm();
  expect(form.isComplete(undefined)).toBe(false);
  form.text = "The cat";
  form.second = "The dog";
  form.follow("sat");
  form.follow("sat");
  const common = { model: "sprig", lens: "logit", sites: ["residPre"], words: ["sat"] };
  expect(form.isComplete(undefined)).toBe(true);
  expect(form.asked("sprig", undefined)).toEqual([
    { ...common, text: "The cat" },
    { ...common, text: "The dog" },
  ]);
  form.unfollow("sat");
  form.second = "";
  expect(form.asked("sprig", undefined)).toEqual([
    { model: "sprig", lens: "logit", sites: ["residPre"], text: "The cat" },
  ]);
});

test("a task is read by its prompts, and a fitted lens needs its file", () => {
  const form = new LensForm();
  form.source = "task";
  form.lens = "tuned";
  expect([form.isComplete("tasks/ioi.yaml"), form.asked("sprig", undefined)]).toEqual([false, []]);
  form.file = " lens.safetensors ";
  expect(form.isComplete("tasks/ioi.yaml")).toBe(true);
  expect(form.asked("sprig", "tasks/ioi.yaml")).toEqual([
    {
      model: "sprig",
      lens: "tuned",
      lensFile: "lens.safetensors",
      sites: ["residPre"],
      task: "tasks/ioi.yaml",
      examples: { discovery: 16, heldOut: 0 },
    },
  ]);
});
