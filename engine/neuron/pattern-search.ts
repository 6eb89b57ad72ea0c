// The regular expression about a token that tells a neuron's activations best: beginnings, endings and kinds of characters, joined greedily.
import type { Rule } from "./explanation.ts";
import { RunningCorrelation } from "./running-correlation.ts";

/** Alternatives that an expression may have; a further one must raise r by so much, or it is a list more than a rule. */
const mostAlternatives = 3;
const leastGain = 0.01;
/** An affix that fewer discovery places have is no basis for a rule; so many of the commonest are tried. */
const leastPlaces = 3;
const mostAffixes = 200;

const KINDS = ["^ ?\\p{Lu}", "\\p{N}", "^[^\\p{L}\\p{N}]+$", "^\\S", "^ ?\\p{L}$", "^ ?\\p{L}{8,}$"];

interface Atom {
  readonly source: string;
  /** By place. */
  readonly holds: Uint8Array;
}

export class PatternSearch {
  private readonly atoms: readonly Atom[];

  /** @param words the token of each place, with its space @param discovery places on which expressions are found */
  constructor(
    words: readonly string[],
    private readonly discovery: readonly number[],
  ) {
    const distinct = [...new Set(words)];
    this.atoms = [...KINDS, ...affixesOf(words, discovery)].map((source) => {
      const pattern = new RegExp(source, "u");
      const matching = new Set(distinct.filter((word) => pattern.test(word)));
      return { source, holds: Uint8Array.from(words, (word) => (matching.has(word) ? 1 : 0)) };
    });
  }

  /** @param activations at the places @returns undefined where no expression tells anything */
  best(activations: Float32Array): Rule | undefined {
    const correlation = new RunningCorrelation(activations, this.discovery);
    let best: { sources: readonly string[]; holds: Uint8Array; r: number } | undefined;
    for (let n = 0; n < mostAlternatives; n++) {
      let better = best;
      for (const { source, holds } of this.atoms) {
        const joined = best ? holds.map((one, i) => one | best!.holds[i]) : holds;
        const r = Math.abs(correlation.with(joined));
        if (r > (better?.r ?? 0)) better = { sources: [...(best?.sources ?? []), source], holds: joined, r };
      }
      if (!better || better.r < (best?.r ?? 0) + leastGain) break;
      best = better;
    }
    if (!best) return undefined;
    const { sources, holds, r } = best;
    return {
      kind: "pattern",
      says: `at tokens that match /${sources.join("|")}/`,
      holds: (place) => holds[place] === 1,
      r,
    };
  }
}

/** Beginnings of 1 to 3 and endings of 1 to 4 letters, the commonest first, as expressions. */
function affixesOf(words: readonly string[], discovery: readonly number[]): string[] {
  const counts = new Map<string, number>();
  for (const i of discovery) {
    const word = words[i].trim();
    if (!/^\p{L}+$/u.test(word)) continue;
    for (const [length, most] of [3, 4].entries()) {
      for (let n = 1; n <= most && n < word.length; n++) {
        const source = length === 0 ? `^ ?${word.slice(0, n)}` : `${word.slice(-n)}$`;
        counts.set(source, (counts.get(source) ?? 0) + 1);
      }
    }
  }
  return [...counts]
    .filter(([, count]) => count >= leastPlaces)
    .sort((a, b) => b[1] - a[1])
    .slice(0, mostAffixes)
    .map(([source]) => source);
}
