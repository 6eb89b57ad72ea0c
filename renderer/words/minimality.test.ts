import { beforeAll, expect, test } from "vitest";
import { minimalityWords } from "./minimality.ts";
import { fetchWords } from "./tables.svelte.ts";
import { Words } from "./words.svelte.ts";

beforeAll(async () => {
  for (const language of ["en", "zh"] as const) await fetchWords(language);
});

const step = (removed: string[], added?: string[]) => ({
  step: 1,
  removed,
  added,
  kept: 3,
  metric: 1,
  faithfulness: 1,
});
const validation = {
  holds: 0.95,
  reached: true,
  measured: 3,
  search: { kept: 4, holds: 0.2, oneMinimal: true },
  statement: "",
};

test.each([
  ["the circuit itself", { oneMinimal: true }, "no single kept unit can go (1-minimal, tested one by one)"],
  [
    "the circuit before units were put back",
    { validation, trajectory: [step([], ["a0.h1"])] },
    "no single one of the 4 units that the search ended with could go (1-minimal, tested one by one); then 1 put back",
  ],
  [
    "the circuit before a second search, which took others away",
    { validation, trajectory: [step(["m0", "m1"], ["a0.h1"])] },
    "no single one of the 4 units that the search ended with could go (1-minimal, tested one by one); then 1 put back, 2 more taken away",
  ],
  [
    "blocks within a budget",
    { budget: 1200, verified: { single: 0.25, inBlocks: 1, largestBlock: 8 } },
    "within a budget of 1,200 trials: of what is kept 25% were tested one by one, 100% in blocks of at most 8",
  ],
  ["nothing", {}, "1-minimality was not verified"],
])("what is said where it was proved of %s", (_, search, sentence) => {
  const words = new Words({ language: "en" });
  expect(minimalityWords(words, { oneMinimal: false, trajectory: [step([])], ...search })).toBe(sentence);
});

test("so it is in Chinese", () => {
  const search = { oneMinimal: false, validation, trajectory: [step(["m0", "m1"], ["a0.h1"])] };
  expect(minimalityWords(new Words({ language: "zh" }), search)).toBe(
    "搜索结束时的 4 个单元中任何单个都不可移除（逐一验证的 1-极小）；随后放回了 1 个，另外移除了 2 个",
  );
});
