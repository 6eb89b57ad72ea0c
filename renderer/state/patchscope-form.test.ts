import { expect, test } from "vitest";
import { layersOf, PatchscopeForm } from "./patchscope-form.svelte.ts";

test("a state of a text is asked for with what was named, and nothing else", () => {
  const form = new PatchscopeForm();
  expect(form.isComplete).toBe(false);
  form.text = "He lives in Paris";
  form.words = "Paris, France ,";
  form.at = "lives";
  expect([form.isComplete, form.asked("m", { nLayers: 4, where: "folder" })]).toEqual([
    true,
    {
      model: "m",
      text: "He lives in Paris",
      at: "lives",
      template: "identity",
      words: ["Paris", "France"],
      ladder: false,
    },
  ]);
});

test("a template that nobody chose is one that the embedded model can read", () => {
  const form = new PatchscopeForm();
  const sprig = { nLayers: 4, where: "embedded" } as const;
  expect([form.templateFor(sprig), form.templateFor({ nLayers: 30, where: "fetched" })]).toEqual([
    "plural",
    "identity",
  ]);
  form.template = "identity";
  expect(form.templateFor(sprig)).toBe("identity");
});

test("tokens that were pointed at count until their texts change", () => {
  const form = new PatchscopeForm();
  form.pointAtSource({ text: "a b", position: 1, token: " b" });
  form.pointAtTarget({ text: "c d", position: 0, token: "c" });
  form.from = "3";
  form.into = "1 2";
  expect(form.asked("m", { nLayers: 4, where: "folder" })).toEqual({
    model: "m",
    text: "a b",
    position: 1,
    prompt: "c d",
    ontoPosition: 0,
    from: [3],
    into: [1, 2],
    ladder: false,
  });
  form.text = "a c";
  form.prompt = "c e";
  form.onto = "c";
  expect(form.asked("m", { nLayers: 4, where: "folder" })).toEqual({
    model: "m",
    text: "a c",
    prompt: "c e",
    onto: "c",
    from: [3],
    into: [1, 2],
    ladder: false,
  });
});

test("where no layer is named, a large model's are thinned with the ends among them, and a small one's are all tried", () => {
  expect(layersOf("", 4)).toBe(undefined);
  expect(layersOf("all", 30)).toBe(undefined);
  expect(layersOf("", 30)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
  expect(layersOf("0, 7", 30)).toEqual([0, 7]);
  expect([layersOf("x", 30), layersOf("-1", 30)]).toEqual(["wrong", "wrong"]);
});

test("a transplant names its sentence and layer where they are given", () => {
  const form = new PatchscopeForm();
  form.relation = "r.json";
  expect(form.transplant("m")).toEqual({ model: "m", task: "r.json" });
  form.sentence = "Many visit {}";
  form.transplantInto = "2";
  expect(form.transplant("m")).toEqual({ model: "m", task: "r.json", text: "Many visit {}", into: 2 });
});
