import { expect, test } from "vitest";
import { samePrompts } from "./clean-prompts.ts";

test("prompts of the same tokens belong together, in the order in which they first stand there", () => {
  const prompts = [[2, 1], [1, 2], [2, 1], [2, 1, 0], [1, 2], [2, 1]].map((ids) => ({ ids })); // prettier-ignore
  expect(samePrompts(prompts).map((own) => [...own])).toEqual([[0, 2, 5], [1, 4], [3]]);
  expect(samePrompts([])).toEqual([]);
});
