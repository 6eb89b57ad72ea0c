import { beforeAll, expect, test } from "vitest";
import { ABLATION_KINDS } from "../../engine/choices/lists.ts";
import { ablationName, explainedAblations } from "./ablations.ts";
import { fetchSentences, fetchWords } from "./tables.svelte.ts";
import { Words } from "./words.svelte.ts";

beforeAll(async () => {
  for (const language of ["en", "zh"] as const) await Promise.all([fetchWords(language), fetchSentences(language)]);
});

test("each kind of ablation is named in both languages, and said on a line of its own", () => {
  const [en, zh] = (["en", "zh"] as const).map((language) => new Words({ language }));
  expect(ABLATION_KINDS.map((kind) => [ablationName(en, kind), ablationName(zh, kind)]).slice(0, 2)).toEqual([
    ["resample", "重采样"],
    ["mean", "均值"],
  ]);
  expect(explainedAblations(en).split("\n").slice(0, 2)).toEqual([
    "What a removed unit gives instead.",
    "resample: its value in the paired corrupt run",
  ]);
  expect(explainedAblations(zh).split("\n")).toHaveLength(1 + ABLATION_KINDS.length);
});
