// The prompts that all sides are timed on, and how a peer's script is given them: ids of tokens.
import { existsSync, readFileSync } from "node:fs";
import type { Tokenizer } from "../engine/tokens/tokenizer.ts";
import type { Example } from "../engine/task/example.ts";
import { expandTask } from "../engine/task/expand.ts";
import { loadTask } from "../engine/task/load.ts";

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

/** 32 prompts for SmolLM2. "S2 only" keeps the first two names and takes the third from the fully corrupted prompt. */
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

/** Many enough of the shipped task to choose from. */
const drawn = { discovery: 512, heldOut: 512 };

/** Held-out examples of the shipped task with a pair of names that none of the others has. */
export function unseenExamples(tokenizer: Tokenizer, others: readonly Example[], count: number): Example[] {
  const seen = new Set(others.map(names));
  return ioiExamples(tokenizer, (example) => example.split === "heldOut" && !seen.has(names(example)), count);
}

/** Discovery examples of the shipped task whose prompts have so many tokens. */
export function examplesOfLength(tokenizer: Tokenizer, length: number, count: number): Example[] {
  return ioiExamples(tokenizer, ({ split, clean }) => split === "discovery" && clean.ids.length === length, count);
}

function ioiExamples(tokenizer: Tokenizer, wanted: (example: Example) => boolean, count: number): Example[] {
  return expandTask(loadTask("tasks/ioi.yaml"), tokenizer, { examples: drawn }).examples.filter(wanted).slice(0, count);
}

/** A pair of names in whatever order. */
const names = ({ answers, wrongAnswers }: Example) => [answers[0], wrongAnswers[0]].sort((a, b) => a - b).join();

/** What peers search on; AutoCircuit's ACDC reads one batch alone, so that its prompts are of one length. */
export interface PeerPrompts {
  readonly discovery: readonly Example[];
  readonly oneLength?: readonly Example[];
}

/** As bench/peers/prompts.py reads them. */
export function promptsForPeers({ discovery, oneLength = [] }: PeerPrompts): string {
  const plain = ({ clean, corrupt, answers, wrongAnswers }: Example) => ({
    clean: clean.ids,
    corrupt: corrupt.ids,
    answer: answers[0],
    wrong: wrongAnswers[0],
  });
  return JSON.stringify({ discovery: discovery.map(plain), oneLength: oneLength.map(plain) });
}
