// Pairs of prompts for interchange training: a clean IOI prompt and the same sentence with three other names.
import type { Random } from "../base/random.ts";
import type { TemplateTask, Variant } from "../task/task.ts";
import { type Filling, references, render, wordAt } from "../task/template.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { drawFilling, unusedRow } from "./sentences.ts";

/** Prompts side by side, padded behind with end of text. */
export interface PairBatch {
  readonly count: number;
  readonly pos: number;
  /** "pair pos" */
  readonly clean: Int32Array;
  readonly corrupt: Int32Array;
  /** Flat index pair·pos + position of the last token of each clean prompt. */
  readonly end: Int32Array;
  /** Token ids of the right and the wrong name. */
  readonly right: Int32Array;
  readonly wrong: Int32Array;
}

/** A prompt and its pair as token ids, with the first right and the first wrong answer. */
export interface TokenPair {
  readonly clean: readonly number[];
  readonly corrupt: readonly number[];
  readonly right: number;
  readonly wrong: number;
}

/** Pads pairs to `pos` tokens. */
export function packPairs(pairs: readonly TokenPair[], pos: number, padding: number): PairBatch {
  const count = pairs.length;
  const ids = (side: "clean" | "corrupt"): Int32Array => {
    const padded = new Int32Array(count * pos).fill(padding);
    pairs.forEach((pair, i) => padded.set(pair[side], i * pos));
    return padded;
  };
  return {
    count,
    pos,
    clean: ids("clean"),
    corrupt: ids("corrupt"),
    end: Int32Array.from(pairs, ({ clean }, i) => i * pos + clean.length - 1),
    right: Int32Array.from(pairs, ({ right }) => right),
    wrong: Int32Array.from(pairs, ({ wrong }) => wrong),
  };
}

/** Fresh pairs with the task's own corruption; name pairs of the held-out examples never occur. */
export function drawPairs(task: TemplateTask, tokenizer: Tokenizer, random: Random, count: number): TokenPair[] {
  return Array.from({ length: count }, () => {
    const variant = random.pick(task.variants);
    const filling = drawFilling(task, variant, random);
    const encode = (replaced?: Readonly<Record<string, number>>): number[] =>
      tokenizer.encode(render(variant.text, filling, task, replaced).text);
    const word = (slot: string): number =>
      tokenizer.encodePlain(` ${wordAt({ slot, offset: 0 }, filling[slot]!, task)}`)[0]!;
    return {
      clean: encode(),
      corrupt: encode(replacements(task, variant, filling, random)),
      right: word("IO"),
      wrong: word("S"),
    };
  });
}

/** The rows that the task's default corruption puts in place of the clean ones, by occurrence. */
function replacements(task: TemplateTask, variant: Variant, filling: Filling, random: Random): Record<string, number> {
  const rule = task.corruptions[task.corruption]!;
  const used = new Map<string, Set<number>>();
  for (const [slot, row] of Object.entries(filling)) {
    const list = task.slots[slot]!;
    used.set(list, (used.get(list) ?? new Set()).add(row));
  }
  const replaced: Record<string, number> = {};
  for (const { name, slot } of references(variant.text)) {
    const source = name === undefined ? undefined : (rule[name] ?? rule[slot]);
    if (name === undefined || source === undefined) continue;
    const taken = used.get(task.slots[slot]!)!;
    replaced[name] = source === "new" ? unusedRow(task, slot, taken, random) : filling[source]!;
    taken.add(replaced[name]);
  }
  return replaced;
}
