// Where heads look: mean attention between named positions, and on random sequences that are repeated.
import { greatest } from "../base/greatest.ts";
import { capture } from "../activations/capture.ts";
import type { Executor } from "../activations/executor.ts";
import { Packing, type Reals } from "../activations/packing.ts";
import { Random } from "../base/random.ts";
import type { Head } from "../circuit/unit.ts";
import type { Example } from "../task/example.ts";

/** Attention of one head at one layer: [query, key] of a run. */
export type Attention = (run: number, query: number, key: number) => number;

/** Patterns of all layers on prompts, as a look-up by head. */
export async function attentionOn(
  executor: Executor,
  prompts: readonly (readonly number[])[],
): Promise<(head: Head) => Attention> {
  const { nHeads } = executor.model.config;
  const packing = Packing.ofLengths(prompts.map((ids) => ids.length));
  const embedded = executor.embed(prompts.flat(), packing.positions);
  const { at } = await capture(executor, packing, embedded, { sites: ["pattern"] });
  const width = greatest(prompts.map((ids) => ids.length));
  return ({ layer, head }) => {
    const pattern: Reals = at.pattern![layer];
    return (run, query, key) => pattern[((run * nHeads + head) * width + query) * width + key];
  };
}

/** Mean attention from one named position to another, over the examples that have both; undefined where none has. */
export function namedAttention(
  attention: Attention,
  examples: readonly Example[],
  from: string,
  to: string,
): number | undefined {
  const values = examples.flatMap(({ positions }, run) =>
    positions[from] === undefined || positions[to] === undefined || positions[to] > positions[from]
      ? []
      : [attention(run, positions[from], positions[to])],
  );
  return values.length === 0 ? undefined : values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** Random different tokens, repeated once: what comes next in the second half is known from the first. */
export interface RepeatedSequences {
  readonly prompts: readonly (readonly number[])[];
  /** Tokens before the first sequence (BOS), and tokens of one sequence. */
  readonly start: number;
  readonly length: number;
}

const sequences = 16;

export function repeatedSequences(executor: Executor, seed: number): RepeatedSequences {
  const { config, tokenizer } = executor.model;
  const bos = tokenizer.encode("").slice(0, 1);
  // Ids above the first hundreds are words rather than bytes and control tokens in every tokenizer here.
  const first = Math.min(500, Math.floor(config.dVocab / 2));
  const ids = config.dVocab - first;
  const length = Math.min(12, ids, Math.floor((config.nContext - bos.length) / 2));
  const random = Random.seeded(seed, "repeated-sequences");
  const prompts = Array.from({ length: sequences }, () => {
    const words = new Set<number>();
    while (words.size < length) words.add(first + random.below(ids));
    return [...bos, ...words, ...words];
  });
  return { prompts, start: bos.length, length };
}

/** Mean attention along a diagonal of the second sequence: to the token `back` positions before. */
export function diagonalAttention(
  attention: Attention,
  { prompts, start, length }: RepeatedSequences,
  back: number,
): number {
  let sum = 0;
  let count = 0;
  prompts.forEach((ids, run) => {
    for (let query = start + length; query < ids.length; query++) {
      sum += attention(run, query, query - back);
      count++;
    }
  });
  return sum / count;
}
