// Which sentence of the engine's a bare English text is: files keep their notes, and stores why a job failed, as texts alone.
//
// A template fits where its parts stand in the text in their order, the first at its beginning and the last at its end; what is between
// them are the values of its holes, which may be sentences too. Of several templates that fit, the one that says most itself is meant.
import type { Spoken } from "../../engine/base/sentence.ts";
import { hasWords, type Sentences } from "./said.ts";

interface Template {
  readonly template: string;
  /** What stands before, between and behind the holes. */
  readonly parts: readonly string[];
  /** Characters of the parts. */
  readonly own: number;
}

/** A template that says less of its own, " or ", must be a third of the text at least: it fits what has nothing to do with it. */
const TELLING = 12;

/** The templates of a language, those that say most first. */
const READ = new WeakMap<Sentences, readonly Template[]>();

function templatesOf(sentences: Sentences): readonly Template[] {
  const known = READ.get(sentences);
  if (known) return known;
  const read = Object.keys(sentences)
    .filter(hasWords)
    .map((template): Template => {
      const parts = template.split(/\{\d+\}/);
      return { template, parts, own: parts.join("").length };
    })
    .sort((a, b) => b.own - a.own);
  READ.set(sentences, read);
  return read;
}

/** A sentence, and how many characters of the text its templates and those of its holes have. */
interface Reading {
  readonly meant: Spoken;
  readonly own: number;
}

/**
 * One sentence, or several one after the other among what is none of the engine's: the reading in which templates have most of the text.
 *
 * @returns undefined where the engine says nothing of it
 */
export function recognised(text: string, sentences: Sentences): Spoken | undefined {
  const templates = templatesOf(sentences);
  const pieces = text.split(/(?<=[.?!]) (?=\S)/);
  /** Of the text from each piece on. */
  const best: { readonly values: readonly (string | Spoken)[]; readonly own: number }[] = [{ values: [], own: 0 }];
  for (let from = pieces.length - 1; from >= 0; from--) {
    let [rest] = best;
    let chosen = { values: [pieces[from]!, ...rest!.values], own: rest!.own };
    for (let to = from + 1; to <= pieces.length; to++) {
      rest = best[to - from - 1];
      const read = oneOf(pieces.slice(from, to).join(" "), templates);
      if (read && read.own + rest!.own > chosen.own)
        chosen = { values: [read.meant, ...rest!.values], own: read.own + rest!.own };
    }
    best.unshift(chosen);
  }
  const { values, own } = best[0]!;
  if (own === 0) return undefined;
  const [only] = values;
  return values.length === 1 && typeof only === "object" ? only : { text, template: " ", values, isList: true };
}

function oneOf(text: string, templates: readonly Template[]): Reading | undefined {
  for (const { template, parts, own } of templates) {
    if (own > text.length || (own < TELLING && 3 * own < text.length)) continue;
    const inside = valuesIn(text, parts);
    if (!inside) continue;
    const read = inside.map((value) => oneOf(value, templates));
    const values = inside.map((value, i) => read[i]?.meant ?? value);
    return { meant: { text, template, values }, own: read.reduce((sum, one) => sum + (one?.own ?? 0), own) };
  }
  return undefined;
}

/** What the holes between the parts hold; undefined where the text is not of these parts. */
function valuesIn(text: string, parts: readonly string[]): readonly string[] | undefined {
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (parts.length === 1) return text === first ? [] : undefined;
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last) || end < first.length) return undefined;
  const values: string[] = [];
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > end) return undefined;
    values.push(text.slice(from, at));
    from = at + part.length;
  }
  return [...values, text.slice(from, end)];
}
