// A sentence of the engine's in the words of a language: its template looked up, its holes filled, sentences in them worded likewise.
import type { Spoken } from "../../engine/base/sentence.ts";

/** English template, or what stands between the values of a list → the same in another language. */
export type Sentences = Readonly<Record<string, string>>;

/** In English where the language has no such sentence. */
export function worded(said: Spoken, sentences: Sentences): string {
  const inner = () => said.values.map((value) => (typeof value === "string" ? value : worded(value, sentences)));
  const own = sentenceOf(said.template, sentences);
  if (said.isList) return inner().join(own ?? said.template);
  if (own === undefined) return said.text;
  const values = inner();
  return own.replace(/\{(\d+)\}/g, (hole, index: string) => values[Number(index)] ?? hole);
}

/** What has no words, "{0}: {1}", is the same in every language. */
function sentenceOf(template: string, sentences: Sentences): string | undefined {
  if (Object.hasOwn(sentences, template)) return sentences[template];
  return hasWords(template) ? undefined : template;
}

/** Whether there is a letter in a template, and so something to put into other words. */
export function hasWords(template: string): boolean {
  return /\p{L}/u.test(template.replace(/\{\d+\}/g, ""));
}
