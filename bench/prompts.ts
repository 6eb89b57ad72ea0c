// The prompts that all sides are timed on: 32 of the first IOI template, with both corruptions.
import { existsSync, readFileSync } from "node:fs";
import type { Example } from "../engine/task/example.ts";

interface Reference {
  readonly prompts: readonly {
    readonly clean: string;
    readonly ids_clean: readonly number[];
    readonly ids_corrupt: readonly number[];
    readonly ans: number;
    readonly wrong: number;
  }[];
}

const referenceFile = new URL("../test/reference/smollm2/smollm2-ioi-f32.json", import.meta.url);

export type Corruption = "all three names" | "S2 only";

/** "S2 only" keeps the first two names and takes the third from the fully corrupted prompt. */
export function benchExamples(corruption: Corruption): Example[] {
  if (!existsSync(referenceFile)) throw new Error("test/reference/smollm2/smollm2-ioi-f32.json is absent");
  const { prompts } = JSON.parse(readFileSync(referenceFile, "utf8")) as Reference;
  return prompts.map(({ clean, ids_clean, ids_corrupt, ans, wrong }, index) => {
    const s2 = ids_clean.lastIndexOf(wrong);
    const ids = corruption === "S2 only" ? ids_clean.map((id, p) => (p === s2 ? ids_corrupt[p] : id)) : ids_corrupt;
    return {
      index,
      split: "discovery",
      clean: { text: clean, ids: ids_clean },
      corrupt: { text: "", ids },
      answers: [ans],
      wrongAnswers: [wrong],
      positions: {},
    };
  });
}
