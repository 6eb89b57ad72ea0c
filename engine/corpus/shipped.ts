// The texts that ship: which one a model can read.
import { installedPath } from "../base/installation.ts";
import type { CorpusTokenizer } from "./corpus.ts";

/** Plain English first; the embedded model, whose vocabulary is words, reads only the second. */
export const SHIPPED_CORPORA = { plain: "corpora/plain.txt", sprig: "corpora/sprig.txt" } as const;

/** Sentences with a digit, a quote and words of every day. */
const PROBE = 'Tom bought 12 onions. "We are late," said the teacher.';

/** The file of the shipped corpus that the model's tokenizer has tokens for. */
export function shippedCorpus(tokenizer: Pick<CorpusTokenizer, "encodePlain" | "decode">): string {
  return installedPath(readsPlainEnglish(tokenizer) ? SHIPPED_CORPORA.plain : SHIPPED_CORPORA.sprig);
}

function readsPlainEnglish(tokenizer: Pick<CorpusTokenizer, "encodePlain" | "decode">): boolean {
  try {
    return tokenizer.decode(tokenizer.encodePlain(PROBE)).trim() === PROBE;
  } catch {
    return false;
  }
}
