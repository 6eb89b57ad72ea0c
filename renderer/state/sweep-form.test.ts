// The form of a sweep.
import { expect, test } from "vitest";
import { SweepForm } from "./sweep-form.svelte.ts";

test("what is left empty is not asked for, and what a result was asked with fills the form again", () => {
  const form = new SweepForm();
  expect(form.asked()).toEqual({ file: "ablations" });
  form.take({ file: "mine.yaml", queue: "redis://host:6379", limit: 5 });
  expect(form.asked()).toEqual({ file: "mine.yaml", queue: "redis://host:6379", limit: 5 });
  form.take({ file: "ablations" });
  expect(form.asked()).toEqual({ file: "ablations" });
});
