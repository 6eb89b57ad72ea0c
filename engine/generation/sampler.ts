// Chooses the next token from logits: greedy, or drawn at a temperature from the head of the distribution.
import type { Random } from "../base/random.ts";

export interface Sampling {
  /** 0: always the likeliest token. Logits are divided by it before anything is cut. */
  readonly temperature: number;
  /** The k likeliest tokens at most. */
  readonly topK?: number;
  /** The shortest head of the sorted list whose probability reaches this; the token that reaches it is kept. */
  readonly topP?: number;
  /** Tokens of at least this share of the likeliest one's probability. */
  readonly minP?: number;
}

/** Tokens that may be drawn, likeliest first (of equals the smaller id), with their probabilities at the temperature. */
export interface Nucleus {
  readonly ids: readonly number[];
  /** Over the whole vocabulary, so that they add up to less than 1 where something was cut. */
  readonly probabilities: readonly number[];
}

/** p = softmax(logits / temperature) over the whole vocabulary, cut by top-k, then top-p, then min-p. At least one token stays. */
export function nucleus(logits: ArrayLike<number>, sampling: Sampling): Nucleus {
  const p = softmax(logits, sampling.temperature);
  const sorted = headOf(p, sampling);
  let kept = Math.min(sorted.length, sampling.topK ?? sorted.length);
  if (sampling.topP !== undefined) kept = Math.min(kept, lengthReaching(sorted, p, sampling.topP));
  if (sampling.minP !== undefined) {
    const least = sampling.minP * p[sorted[0]];
    const below = sorted.findIndex((id) => p[id] < least);
    if (below > 0) kept = Math.min(kept, below);
  }
  const ids = sorted.slice(0, Math.max(1, kept));
  return { ids, probabilities: ids.map((id) => p[id]) };
}

/** @param u uniform in [0, 1): the first token whose cumulative share of the nucleus exceeds it is taken */
export function drawFrom({ ids, probabilities }: Nucleus, u: number): number {
  const sum = probabilities.reduce((total, p) => total + p, 0);
  let cumulative = 0;
  for (const [i, p] of probabilities.entries()) {
    cumulative += p / sum;
    if (cumulative > u) return ids[i];
  }
  return ids[ids.length - 1];
}

/** The next token. Greedy takes the smaller id of equals and draws no random number. */
export function nextToken(logits: ArrayLike<number>, sampling: Sampling, random: Random): number {
  if (sampling.temperature === 0) return likeliest(logits);
  return drawFrom(nucleus(logits, sampling), random.uniform());
}

function likeliest(logits: ArrayLike<number>): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}

function softmax(logits: ArrayLike<number>, temperature: number): Float64Array {
  const top = logits[likeliest(logits)];
  const p = new Float64Array(logits.length);
  let sum = 0;
  for (let id = 0; id < p.length; id++) {
    p[id] = Math.exp((logits[id] - top) / temperature);
    sum += p[id];
  }
  for (let id = 0; id < p.length; id++) p[id] /= sum;
  return p;
}

/** Sorts no more of the vocabulary than the cuts can reach: tokens above a probability that falls until the head is long enough. */
function headOf(p: Float64Array, { topK, topP }: Sampling): number[] {
  const enough = (ids: readonly number[]) =>
    (topK !== undefined && ids.length >= topK) ||
    (topP !== undefined && topP < 1 && ids.reduce((sum, id) => sum + p[id], 0) >= topP);
  for (let least = 1e-2; least > 1e-9 && (topK !== undefined || topP !== undefined); least /= 10) {
    const head = sortedAbove(p, least);
    if (enough(head)) return head;
  }
  return sortedAbove(p, 0);
}

function sortedAbove(p: Float64Array, least: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < p.length; id++) if (p[id] >= least) ids.push(id);
  return ids.sort((a, b) => p[b] - p[a] || a - b);
}

function lengthReaching(sorted: readonly number[], p: Float64Array, share: number): number {
  let sum = 0;
  for (const [i, id] of sorted.entries()) {
    sum += p[id];
    if (sum >= share) return i + 1;
  }
  return sorted.length;
}
