// The tables of words, each fetched when its language is first wanted.
import type { en } from "./en.ts";
import type { Language } from "./language.ts";
import type { Sentences } from "./said.ts";

export type Table = typeof en;
export type WordKey = keyof Table;
type Words = Readonly<Record<WordKey, string>>;

const FETCHES: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import("./en.ts")).en,
  zh: async () => (await import("./zh.ts")).zh,
};

/** What the engine says, where its own English is not the language. */
const SENTENCES: Readonly<Partial<Record<Language, () => Promise<Sentences>>>> = {
  zh: async () => (await import("./sentences/zh.ts")).zh,
};

class Tables {
  fetched = $state.raw<Readonly<Partial<Record<Language, Words>>>>({});
  sentences = $state.raw<Readonly<Partial<Record<Language, Sentences>>>>({});
}

const tables = new Tables();

/** Must have ended for one language before a word is asked for. */
export async function fetchWords(language: Language): Promise<void> {
  if (tables.fetched[language]) return;
  void fetchSentences(language);
  const table = await FETCHES[language]();
  tables.fetched = { ...tables.fetched, [language]: table };
}

/** The page does not wait for them: until they have come, or where they do not, the engine speaks English. */
export async function fetchSentences(language: Language): Promise<void> {
  try {
    const sentences = await SENTENCES[language]?.();
    if (sentences) tables.sentences = { ...tables.sentences, [language]: sentences };
  } catch {
    // The line to the server is gone, which the page says elsewhere.
  }
}

/** Undefined where the engine's own English stands. */
export const sentencesOf = (language: Language): Sentences | undefined => tables.sentences[language];

/** Until the table of a language has come, the words are those of one that is here. */
export function tableOf(language: Language): Words {
  const table = tables.fetched[language] ?? Object.values(tables.fetched)[0];
  if (!table) throw new Error("No words were fetched.");
  return table;
}
