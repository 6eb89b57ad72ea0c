// What a direction is judged by at the end of a prompt: the log-odds of a set of tokens.
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { FreeChange } from "../evaluate/neutral-effect.ts";
import { klDivergence } from "../readout/distribution.ts";
import { forEachLogits } from "../readout/logits.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { type EndOptions, forEachEnd } from "./ends.ts";

export interface TokenScore {
  readonly plus: readonly number[];
  /** Without them: all other tokens. */
  readonly minus: readonly number[] | undefined;
}

/**
 * The first token of each word.
 *
 * @throws EngineError "invalid-task" where a word cannot be written, or both sides share a token
 */
export function tokenScore(
  { plus, minus }: { readonly plus: readonly string[]; readonly minus: readonly string[] | undefined },
  tokenizer: Tokenizer,
): TokenScore {
  const ids = (words: readonly string[]) => [...new Set(words.map((word) => firstToken(word, tokenizer)))];
  const score = { plus: ids(plus), minus: minus && ids(minus) };
  const shared = score.plus.find((id) => score.minus?.includes(id));
  if (shared === undefined) return score;
  throw new EngineError(
    "invalid-task",
    say`The token ${JSON.stringify(tokenizer.token(shared))} stands on both sides of the score; take other words.`,
  );
}

function firstToken(word: string, tokenizer: Tokenizer): number {
  if (tokenizer.unknown(word).length === 0) {
    const [id] = tokenizer.encodePlain(word);
    if (id !== undefined) return id;
  }
  throw new EngineError("invalid-task", say`The tokenizer cannot write "${word}" of the score; take another word.`);
}

/** log Σ_plus exp(logit) − log Σ_minus exp(logit): with P the share of plus among both, log P − log(1 − P). */
function scoreOf({ plus, minus }: TokenScore, logits: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i] > max) max = logits[i];
  const sum = (ids: readonly number[]) => ids.reduce((total, id) => total + Math.exp(logits[id] - max), 0);
  if (minus) return Math.log(sum(plus)) - Math.log(sum(minus));
  const chosen = new Set(plus);
  let rest = 0;
  for (let i = 0; i < logits.length; i++) if (!chosen.has(i)) rest += Math.exp(logits[i] - max);
  return Math.log(sum(plus)) - Math.log(rest);
}

/** The score at the end of every prompt under every list of changes. @returns by list, then prompt */
export async function scoresUnder(
  executor: Executor,
  prompts: readonly { readonly ids: readonly number[] }[],
  score: TokenScore,
  changes: readonly (readonly FreeChange[])[],
  options: EndOptions = {},
): Promise<Float64Array[]> {
  const scores = changes.map(() => new Float64Array(prompts.length));
  await forEachEnd(executor, prompts, changes, options, (states, pairs) =>
    forEachLogits(executor, states, (logits, row) => {
      const [p, c] = pairs[row];
      scores[c][p] = scoreOf(score, logits);
    }),
  );
  return scores;
}

/**
 * KL(clean ‖ changed) of the next token at a prompt's end under every list of changes, nats.
 *
 * @throws EngineError "usage" where a change does not fit; "cancelled"
 */
export async function klAtEnd(
  executor: Executor,
  ids: readonly number[],
  changes: readonly (readonly FreeChange[])[],
  options: EndOptions = {},
): Promise<Float64Array> {
  const kl = new Float64Array(changes.length);
  let clean: Float64Array | undefined;
  // The clean run comes first, and with it what the others are held against.
  await forEachEnd(executor, [{ ids }], [[], ...changes], options, (states, pairs) =>
    forEachLogits(executor, states, (logits, row) => {
      clean ??= Float64Array.from(logits);
      const [, c] = pairs[row];
      if (c > 0) kl[c - 1] = Math.max(0, klDivergence(clean, logits));
    }),
  );
  return kl;
}
