import { expect, test } from "vitest";
import type { ResultSummary } from "../../engine/contract/jobs.ts";
import { VERB_NAMES } from "../../engine/contract/verbs.ts";
import { canOpen, differsFrom } from "./opened-results.ts";

const context = { model: "sprig", task: "ioi" };

test.each([
  ["of the same model and task", "prune", { model: "sprig", task: "ioi" }, []],
  ["of both others", "prune", { model: "smollm2", task: "greater-than" }, ["model", "task"]],
  ["of a verb without a task", "generate", { model: "smollm2" }, ["model"]],
  ["of a verb that has a relation of its own", "transplant", { model: "sprig", task: "capitals" }, []],
])("a card %s says what it is of that the bar is not", (_, verb, about, others) => {
  expect(differsFrom({ verb, about }, context)).toEqual(others);
});

test.each([
  ["a finished run", "prune", "finished", true],
  ["a damaged one", "prune", "damaged", false],
  ["one of a verb of a newer version", "dream", "finished", false],
])("%s can be opened: %s in state %s", (_, verb, state, can) => {
  expect(canOpen({ verb, state } as ResultSummary)).toBe(can);
});

test("a finished result of every verb that has an instrument can be opened; the window makes no others", () => {
  const closed = VERB_NAMES.filter((verb) => !canOpen({ verb, state: "finished" } as ResultSummary));
  expect(closed.sort()).toEqual(["evaluate", "neurons", "patch", "score"]);
});
