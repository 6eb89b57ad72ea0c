import { expect, test } from "vitest";
import { cliLine } from "./cli-line.ts";

test("the line says what was set, and leaves the rest to the task", () => {
  expect(
    cliLine({
      task: "tasks/ioi.yaml",
      model: "sprig",
      units: ["head", "mlp"],
      threshold: 0.95,
      examples: { discovery: 64 },
    }),
  ).toBe("secateur prune tasks/ioi.yaml --model sprig --units heads,mlps --threshold 0.95 --examples 64");
});

test("words with spaces and quotes are quoted for a shell", () => {
  expect(cliLine({ task: "my task's.yaml", model: "m", units: ["head"] })).toBe(
    "secateur prune 'my task'\\''s.yaml' --model m --units heads",
  );
});

test("a run with units that must stay has no such line", () => {
  expect(cliLine({ task: "t.yaml", model: "m", units: ["head"], keep: ["a0.h1"] })).toBeUndefined();
});

test("where the search begins and its budget are said", () => {
  expect(cliLine({ task: "t.yaml", model: "m", units: ["neuron"], start: "learned-masks", budget: 300 })).toBe(
    "secateur prune t.yaml --model m --units neurons --start learned-masks --budget 300",
  );
});
