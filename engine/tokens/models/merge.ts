// Merging neighbours, the most urgent first: what byte-pair encoding by ranks and by scores have in common.

import type { WordPart } from "./vocabulary-model.ts";

interface Candidate {
  readonly urgency: number;
  readonly left: number;
  readonly size: number;
}

/**
 * @param word      split into its characters first
 * @param urgencyOf of merging two neighbours, the least first, then the leftmost; undefined: never
 */
export function mergeSymbols(
  word: string,
  urgencyOf: (left: string, right: string) => number | undefined,
): WordPart[] {
  const starts: number[] = [];
  for (let at = 0; at < word.length; at += word.codePointAt(at)! > 0xffff ? 2 : 1) starts.push(at);
  const ends = [...starts.slice(1), word.length];
  const before = starts.map((_, i) => i - 1);
  const after = starts.map((_, i) => (i + 1 < starts.length ? i + 1 : -1));
  const queue = new Queue();
  const consider = (left: number, right: number): void => {
    if (left < 0 || right < 0) return;
    const urgency = urgencyOf(word.slice(starts[left], ends[left]), word.slice(starts[right], ends[right]));
    if (urgency !== undefined) queue.push({ urgency, left, size: ends[right]! - starts[left]! });
  };
  for (let i = 1; i < starts.length; i++) consider(i - 1, i);
  for (let best = queue.pop(); best; best = queue.pop()) {
    const { left, size } = best;
    const right = after[left]!;
    const isGone = starts[left] === ends[left] || right < 0;
    if (isGone || ends[right]! - starts[left]! !== size) continue;
    ends[left] = ends[right]!;
    starts[right] = ends[right]!;
    after[left] = after[right]!;
    if (after[right]! >= 0) before[after[right]!] = left;
    consider(before[left]!, left);
    consider(left, after[left]!);
  }
  const symbols: WordPart[] = [];
  for (let i = starts.length > 0 ? 0 : -1; i >= 0; i = after[i]!) symbols.push({ start: starts[i]!, end: ends[i]! });
  return symbols;
}

/** A binary heap. */
class Queue {
  private readonly heap: Candidate[] = [];

  push(candidate: Candidate): void {
    const { heap } = this;
    let at = heap.push(candidate) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  pop(): Candidate | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return top;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let first = at;
      if (left < heap.length && isBefore(heap[left]!, heap[first]!)) first = left;
      if (right < heap.length && isBefore(heap[right]!, heap[first]!)) first = right;
      if (first === at) return top;
      [heap[at], heap[first]] = [heap[first]!, heap[at]!];
      at = first;
    }
  }
}

function isBefore(a: Candidate, b: Candidate): boolean {
  return a.urgency !== b.urgency ? a.urgency < b.urgency : a.left < b.left;
}
