import { expect, test } from "vitest";
import { leavesOf } from "../../engine/choices/option.ts";
import { VERB_ROWS } from "../../engine/contract/verbs.ts";
import { FIELD_NAMES } from "./field-names.ts";

test("every setting of every verb and every figure of a card has a name in both languages, and no other", () => {
  const settings = Object.values(VERB_ROWS).flatMap(({ settings: schema }) =>
    leavesOf(schema).map(({ path }) => path.join(".")),
  );
  const figures = Object.values(VERB_ROWS).flatMap(({ headlines }) => Object.values(headlines).flat());
  const facts = ["verb", "model", "task", "n", "state", "when", "seconds", "split"];
  expect(Object.keys(FIELD_NAMES).sort()).toEqual([...new Set([...settings, ...figures, ...facts])].sort());
});
