// The texts that ship: which one a model can read.
import { installedPath } from "../base/installation.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";

/** Plain English first; the embedded model, whose vocabulary is the words of its tasks, reads the second. */
export const SHIPPED_CORPORA = { plain: "corpora/plain.txt", sprig: "corpora/sprig.txt" } as const;

/** Everyday words, a number and a quote. */
const PROBE = 'Tom bought 12 onions. "We are late," said the teacher.';
/** Characters in a token of a vocabulary that has these words; one that spells them letter by letter has one. */
const LEAST_CHARACTERS = 2;

/** The file of the shipped corpus whose words the model's tokenizer has. */
export function shippedCorpus(tokenizer: Pick<Tokenizer, "unknown" | "encodePlain">): string {
  const readsPlainEnglish =
    tokenizer.unknown(PROBE).length === 0 && PROBE.length >= LEAST_CHARACTERS * tokenizer.encodePlain(PROBE).length;
  return installedPath(readsPlainEnglish ? SHIPPED_CORPORA.plain : SHIPPED_CORPORA.sprig);
}
