import { expect, test } from "vitest";
import { vectorApplySettings } from "../../engine/choices/vector.ts";
import { ActingVector, doseKey, labelOfSum, SteerForm, sumOfNames } from "./steer-form.svelte.ts";

const gender = () => new ActingVector("gender.safetensors", "gender", [0, 1, 2, 3], { method: "difference", layer: 2 });

test("what is asked holds every direction's own action, coefficient and layer", () => {
  const form = new SteerForm();
  form.text = "Yesterday John left because";
  expect(form.isComplete).toBe(false);
  form.take(gender());
  form.take(new ActingVector("plural.gguf", "plural", [1, 2], { method: "task", layer: undefined }));
  form.acting[0]!.scale = -1.5;
  expect(form.isComplete).toBe(true);
  expect(form.asked("sprig", true)).toEqual({
    model: "sprig",
    text: "Yesterday John left because",
    vectors: ["gender.safetensors", "plural.gguf"],
    actions: ["add", "replace"],
    scales: [-1.5, 1],
    actAt: [2, 2],
    unit: "vector",
    positions: "all",
    maxTokens: 32,
    temperature: 0,
    seed: 0,
    mostKl: 0.5,
    doses: [-4, -3, -2, -1, -0.5, 0.5, 1, 2, 3, 4],
  });
});

test("a direction that is taken again takes its own place, and one whose action has no coefficient has no doses", () => {
  const form = new SteerForm();
  form.take(gender());
  form.take(gender());
  expect(form.acting).toHaveLength(1);
  form.acting[0]!.action = "project";
  expect(form.asked("sprig", true).doses).toBeUndefined();
});

test("a dose curve stays of use while the first coefficient alone or the length of the text changes", () => {
  const form = new SteerForm();
  form.text = "a";
  form.take(gender());
  const key = () => doseKey(form.asked("sprig", false));
  const before = key();
  form.acting[0]!.scale = 3;
  form.maxTokens = 5;
  expect(key()).toBe(before);
  form.acting[0]!.layer = 1;
  expect(key()).not.toBe(before);
});

test("a dose curve that was just measured is of what the form asks now", () => {
  const form = new SteerForm();
  form.text = "a";
  form.take(gender());
  const keptWithResult = vectorApplySettings.parse(form.asked("sprig", true));
  expect(doseKey(keptWithResult)).toBe(doseKey(form.asked("sprig", false)));
  form.mode = "chat";
  form.message = "b";
  expect(doseKey(vectorApplySettings.parse(form.asked("sprig", true)))).toBe(doseKey(form.asked("sprig", false)));
});

test("a sum of files is called by their names without the folders", () => {
  expect(labelOfSum(" /a/b c/formal.gguf + x\\y.json - plural ")).toBe("formal.gguf + y.json - plural");
});

test("a direction is made from what its way takes, and from nothing less", () => {
  const form = new SteerForm();
  expect(form.making("sprig")).toBeUndefined();
  form.source = "gender.yaml";
  expect(form.making("sprig")).toEqual({ model: "sprig", method: "difference", source: "gender.yaml" });
  form.method = "unembedding";
  form.plus = " she";
  expect(form.making("sprig")).toBeUndefined();
  form.minus = " he";
  expect(form.making("sprig")).toEqual({ model: "sprig", method: "unembedding", plus: " she", minus: " he" });
});

test("names in a sum become files, a minus inside a name stays", () => {
  const files = new Map([
    ["formal difference", "/r/1/difference.safetensors"],
    ["a-b", "/r/2/sum.safetensors"],
  ]);
  expect(sumOfNames(" formal difference + a-b − x.gguf ", files)).toBe(
    "/r/1/difference.safetensors + /r/2/sum.safetensors − x.gguf",
  );
});
