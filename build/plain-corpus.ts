// The plain-text corpora that ship, the same from the same seed: sentences from the frames of corpora/frames.yaml, and sentences in the
// words of the embedded model.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { assertInternal } from "../engine/base/errors.ts";
import { Random } from "../engine/base/random.ts";
import { loadCorpusTasks } from "../engine/train/corpus-tasks.ts";
import { factSentence, ioiSentence, type Sentence, taskSentence } from "../engine/train/sentences.ts";

const LINES = 3000;
const SPRIG_LINES = 1200;
const SEED = 1;
/** Draws in a row that may give a sentence that is there already; a frame with few fillings is then used up. */
const PATIENCE = 20;

interface Frames {
  /** List to the names of its words' further forms, in the order in which they stand after slashes. */
  readonly forms: Readonly<Record<string, readonly string[]>>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** Families have equal shares, and so have the frames of a family. */
  readonly families: Readonly<Record<string, readonly string[]>>;
}

function shippedFrames(): Frames {
  return parse(readFileSync("corpora/frames.yaml", "utf8")) as Frames;
}

/** Path from the top of the repository to the text that stands there. */
export function shippedCorpora(): Readonly<Record<string, string>> {
  return {
    "corpora/plain.txt": `${plainSentences(shippedFrames()).join("\n")}\n`,
    "corpora/sprig.txt": `${sprigSentences().join("\n")}\n`,
    "corpora/determiner-prompts.txt": `${determinerPrompts(shippedFrames()).join("\n")}\n`,
  };
}

/** Different sentences of every family in turn, in shuffled order. */
function plainSentences(frames: Frames, count = LINES, seed = SEED): string[] {
  const random = Random.seeded(seed, "plain corpus");
  const open = Object.values(frames.families).map((family) => ({ frames: [...family], turn: 0 }));
  const sentences = new Set<string>();
  for (let i = 0; sentences.size < count; i++) {
    const family = open[i % open.length]!;
    assertInternal(family.frames.length > 0, "a family of frames has too few fillings");
    const frame = family.turn++ % family.frames.length;
    if (!drawNew(family.frames[frame]!, frames, random, sentences)) family.frames.splice(frame, 1);
  }
  return random.shuffled([...sentences]);
}

/** @returns false where the frame gives nothing new */
function drawNew(frame: string, frames: Frames, random: Random, sentences: Set<string>): boolean {
  for (let draw = 0; draw < PATIENCE; draw++) {
    const sentence = filled(frame, frames, random);
    if (sentences.has(sentence)) continue;
    sentences.add(sentence);
    return true;
  }
  return false;
}

/** Article, list, mark of words that are the same, form. */
const SLOT = /\{(a )?(\w+)(?: (\d+)\.\.(\d+))?(?::(\d+))?(?:\.(\w+))?\}/g;

/** The frame with a word in every slot, and a capital at the beginning of every sentence. */
function filled(frame: string, frames: Frames, random: Random): string {
  const taken: string[] = [];
  const marked = new Map<string, string>();
  const drawn = (list: string): string => {
    const words = frames.lists[list]?.filter((word) => !taken.includes(word)) ?? [];
    assertInternal(words.length > 0, `corpora/frames.yaml has too few words in the list "${list}"`);
    const word = random.pick(words);
    taken.push(word);
    return word;
  };
  const text = frame.replace(
    SLOT,
    (_, article?: string, list = "", from?: string, to?: string, mark?: string, form?: string) => {
      if (from && to) return String(Number(from) + random.below(Number(to) - Number(from) + 1));
      const key = `${list}:${mark}`;
      const entry = (mark && marked.get(key)) || drawn(list);
      if (mark) marked.set(key, entry);
      const word = formOf(entry, form, frames.forms[list] ?? []);
      return article ? `${articleBefore(word)} ${word}` : word;
    },
  );
  return text.replace(/^"?[a-z]|[.!?] "?[a-z]|: "[a-z]/g, (start) => start.toUpperCase());
}

/** A form by its name, or the word itself. */
function formOf(entry: string, form: string | undefined, forms: readonly string[]): string {
  const [word = "", ...others] = entry.split("/");
  if (form === undefined) return word;
  if (form === "upper") return word.toUpperCase();
  const at = forms.indexOf(form);
  assertInternal(at >= 0 && others[at] !== undefined, `"${entry}" of corpora/frames.yaml has no form "${form}"`);
  return others[at];
}

/** "an" before a vowel that is heard. */
function articleBefore(word: string): string {
  return /^([aeiou]|hour|honest)/i.test(word) && !/^(use|uni|one)/i.test(word) ? "an" : "a";
}

/** Prompts in pairs, of which the second asks for a plural determiner: "The book was new. Tom bought", "The books were new. Tom bought". */
function determinerPrompts(frames: Frames, seed = SEED): string[] {
  const random = Random.seeded(seed, "determiner prompts");
  return frames.lists.thing!.flatMap((entry) => {
    const [one, several] = entry.split("/");
    const rest = filled("new. {person} {verb.past}", frames, random).replace(/^N/, "n");
    return [`The ${one} was ${rest}`, `The ${several} were ${rest}`];
  });
}

/** Different sentences of the kinds that the embedded model was trained on, in turn; never a filling that a task holds out. */
function sprigSentences(count = SPRIG_LINES, seed = SEED): string[] {
  const random = Random.seeded(seed, "sprig corpus");
  const tasks = loadCorpusTasks();
  const kinds: (() => Sentence)[] = [
    () => ioiSentence(tasks.ioi, random),
    () => factSentence(random.pick(tasks.facts), random),
    () => taskSentence(tasks.agreement, random, "."),
    () => factSentence(random.pick(tasks.twoSteps), random),
    () => taskSentence(random.pick([tasks.pronoun, tasks.greaterThan, tasks.successor]), random, "."),
    () => taskSentence(tasks.agreement, random, "."),
  ];
  const sentences = new Set<string>();
  for (let i = 0; sentences.size < count; i++) {
    const sentence = kinds[i % kinds.length]!().map(({ text }) => text);
    sentences.add(sentence.join(""));
  }
  return random.shuffled([...sentences]);
}
