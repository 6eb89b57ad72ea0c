import { expect, test } from "vitest";
import { ActingVector } from "./steer-form.svelte.ts";
import { insteadAt, TextForm } from "./text-form.svelte.ts";

test("a text goes on as it is, a chat with what was told before it, both with how tokens are drawn", () => {
  const form = new TextForm();
  expect(form.isComplete).toBe(false);
  form.text = "Once";
  expect(form.asked("sprig")).toEqual({ model: "sprig", text: "Once", maxTokens: 40, temperature: 0, seed: 0 });
  form.mode = "chat";
  form.message = "Hello";
  form.system = "Be brief.";
  form.topP = 0.9;
  form.temperature = 0.7;
  expect(form.asked("smollm2", [5, 7])).toEqual({
    model: "smollm2",
    chat: "Hello",
    system: "Be brief.",
    begin: [5, 7],
    maxTokens: 40,
    temperature: 0.7,
    topP: 0.9,
    seed: 0,
  });
});

test("a direction acts as it does in Steering, and as a result says that it acted", () => {
  const form = new TextForm();
  form.text = "Once";
  const acting = new ActingVector("g.safetensors", "gender", [1, 2], { method: "difference", layer: 2 });
  acting.scale = 1.5;
  form.actWith(acting, { unit: "vector", positions: "all" });
  const asked = form.asked("sprig");
  expect(asked).toEqual({
    model: "sprig",
    text: "Once",
    maxTokens: 40,
    temperature: 0,
    seed: 0,
    vector: "g.safetensors",
    action: "add",
    scale: 1.5,
    layers: [2],
    unit: "vector",
    positions: "all",
  });
  const other = new TextForm();
  other.take({ ...asked, maxTokens: 40, temperature: 0, seed: 0 } as Parameters<TextForm["take"]>[0]);
  expect(other.asked("sprig")).toEqual(asked);
  acting.action = "project";
  form.actWith(acting, { unit: "vector", positions: "all" });
  expect(form.direction).not.toHaveProperty("scale");
});

test("another token takes the place of one, and what came behind it is gone", () => {
  const chance = (id: number) => ({ id, text: String(id), logProbability: -id });
  const tokens = [1, 2, 3].map((id) => ({ ...chance(id), alternatives: [chance(id), chance(9)] }));
  expect(insteadAt(tokens, 1, chance(9))).toEqual([tokens[0], { ...chance(9), alternatives: tokens[1]!.alternatives }]);
});
