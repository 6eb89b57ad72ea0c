// The tables of words, each fetched when its language is first wanted.
import type { en } from "./en.ts";
import type { Language } from "./language.ts";

export type Table = typeof en;
export type WordKey = keyof Table;
type Words = Readonly<Record<WordKey, string>>;

const FETCHES: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import("./en.ts")).en,
  zh: async () => (await import("./zh.ts")).zh,
};

class Tables {
  fetched = $state.raw<Readonly<Partial<Record<Language, Words>>>>({});
}

const tables = new Tables();

/** Must have ended for one language before a word is asked for. */
export async function fetchWords(language: Language): Promise<void> {
  if (tables.fetched[language]) return;
  const table = await FETCHES[language]();
  tables.fetched = { ...tables.fetched, [language]: table };
}

/** Until the table of a language has come, the words are those of one that is here. */
export function tableOf(language: Language): Words {
  const table = tables.fetched[language] ?? Object.values(tables.fetched)[0];
  if (!table) throw new Error("No words were fetched.");
  return table;
}
