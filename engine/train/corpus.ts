// Batches of text for training: which sentences in what shares, packed into rows of token ids with a weight for every token.
import { append } from "../base/append.ts";
import type { Random } from "../base/random.ts";
import type { RelationTask, TemplateTask } from "../task/task.ts";
import { isReference, type Template } from "../task/template.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { factSentence, ioiSentence, repetition, type Sentence, taskSentence } from "./sentences.ts";
import { wordsOf } from "./word-vocabulary.ts";

/** The tasks that the corpus is made from. */
export interface CorpusTasks {
  readonly ioi: TemplateTask;
  readonly copying: TemplateTask;
  readonly agreement: TemplateTask;
  readonly pronoun: TemplateTask;
  readonly greaterThan: TemplateTask;
  readonly successor: TemplateTask;
  /** One step: country → capital; two steps: city → capital. */
  readonly facts: readonly RelationTask[];
  readonly twoSteps: readonly RelationTask[];
}

type Kind = "ioi" | "copying" | "facts" | "twoSteps" | "agreement" | "pronoun" | "greaterThan" | "successor";

/** Shares of the kinds. IOI and copying fill rows of their own; the others share rows. */
export type Mix = Readonly<Record<Kind, number>>;

/** First what needs attention heads to form, then more facts. */
export const EARLY_MIX: Mix = {
  ioi: 0.35,
  copying: 0.3,
  facts: 0.2,
  twoSteps: 0.05,
  agreement: 0.04,
  pronoun: 0.12,
  greaterThan: 0.06,
  successor: 0.04,
};
export const LATE_MIX: Mix = {
  ioi: 0.3,
  copying: 0.16,
  facts: 0.36,
  twoSteps: 0.05,
  agreement: 0.05,
  pronoun: 0.09,
  greaterThan: 0.09,
  successor: 0.05,
};

const ROW_KINDS: readonly Kind[] = ["ioi", "copying"];

/** Token ids of the rows, "row pos", and the weight of every token as something to predict, "row pos". */
export interface TextBatch {
  readonly ids: Int32Array;
  readonly weights: Float32Array;
}

export class Corpus {
  /** Words of repeated sequences: those of the copying task, and names. */
  private readonly pool: readonly string[];
  private readonly names: readonly string[];
  private readonly encoded = new Map<string, readonly number[]>();

  constructor(
    readonly tasks: CorpusTasks,
    readonly tokenizer: Tokenizer,
  ) {
    const column = (task: TemplateTask, list: string): string[] => task.lists[list]!.rows.map(([word]) => word!);
    this.names = column(tasks.ioi, "name");
    this.pool = [...new Set([...column(tasks.copying, "word"), ...this.names, ...column(tasks.successor, "number")])];
  }

  /** Rows of `length` tokens; the first is end of text, and end of text fills what is left over. */
  batch(random: Random, rows: number, length: number, mix: Mix): TextBatch {
    const endOfText = this.tokenizer.bosId!;
    const ids = new Int32Array(rows * length).fill(endOfText);
    const weights = new Float32Array(rows * length);
    const total = Object.values(mix).reduce((sum, share) => sum + share, 0);
    const [ioi, copying] = ROW_KINDS.map((kind) => Math.round((rows * mix[kind]) / total)) as [number, number];
    for (let row = 0; row < rows; row++) {
      const kind = row < ioi ? "ioi" : row < ioi + copying ? "copying" : undefined;
      const tokens = kind ? this.tokens(this.sentence(kind, random, length)) : this.shared(random, length - 1, mix);
      tokens.slice(0, length - 1).forEach(({ id, weight }, i) => {
        ids[row * length + i + 1] = id;
        weights[row * length + i + 1] = weight;
      });
    }
    return { ids, weights };
  }

  /** Sentences one after another while they fit. */
  private shared(random: Random, room: number, mix: Mix): Token[] {
    const kinds = (Object.keys(mix) as Kind[]).filter((kind) => !ROW_KINDS.includes(kind));
    const tokens: Token[] = [];
    for (;;) {
      const kind = weighted(random, kinds, (some) => mix[some]);
      const next = this.tokens(this.sentence(kind, random, room), tokens.length > 0);
      if (tokens.length + next.length > room) return tokens;
      append(tokens, next);
    }
  }

  private sentence(kind: Kind, random: Random, length: number): Sentence {
    const { tasks } = this;
    switch (kind) {
      case "ioi":
        return ioiSentence(tasks.ioi, random);
      case "copying":
        return repetition(random.uniform() < 0.7 ? this.pool : this.names, random, length - 1);
      case "facts":
        return factSentence(weighted(random, tasks.facts, weightOf), random);
      case "twoSteps":
        return factSentence(random.pick(tasks.twoSteps), random);
      case "agreement":
        return taskSentence(tasks.agreement, random, ".");
      case "pronoun":
        return taskSentence(tasks.pronoun, random, ".");
      case "greaterThan":
        return taskSentence(tasks.greaterThan, random, ".");
      case "successor":
        return taskSentence(tasks.successor, random, ".");
      default:
        return kind satisfies never;
    }
  }

  private tokens(sentence: Sentence, isInside = false): Token[] {
    return sentence.flatMap(({ text, weight }, i) =>
      wordsOf(isInside && i === 0 ? ` ${text}` : text).flatMap((word) =>
        this.encode(word).map((id) => ({ id, weight })),
      ),
    );
  }

  private encode(word: string): readonly number[] {
    const known = this.encoded.get(word);
    if (known) return known;
    const ids = this.tokenizer.encodePlain(word);
    this.encoded.set(word, ids);
    return ids;
  }
}

/** Facts about several words together take more to learn than facts about one. */
function weightOf({ samples }: RelationTask): number {
  return samples.reduce((sum, { subject }) => sum + subject.split(" ").length, 0);
}

interface Token {
  readonly id: number;
  readonly weight: number;
}

function weighted<T>(random: Random, items: readonly T[], weight: (item: T) => number): T {
  const total = items.reduce((sum, item) => sum + weight(item), 0);
  let left = random.uniform() * total;
  return items.find((item) => (left -= weight(item)) < 0) ?? items.at(-1)!;
}

/** Every word the corpus can hold, with its leading space where it has one; sentences may begin a row or follow another. */
export function corpusWords(tasks: CorpusTasks): Set<string> {
  const words = new Set<string>();
  const add = (text: string): void => wordsOf(text).forEach((word) => words.add(word));
  const addStart = (text: string): void => (add(text), add(` ${text}`));
  [".", ",", "?", "'s", " with"].forEach((word) => words.add(word));
  for (const task of [tasks.ioi, tasks.copying, tasks.agreement, tasks.pronoun, tasks.greaterThan, tasks.successor]) {
    for (const variant of task.variants)
      [variant.text, variant.corrupt ?? []].forEach((template) => addTemplate(template, add, addStart));
    for (const { answers, wrongAnswers } of task.variants) {
      for (const rule of [answers, wrongAnswers]) {
        if (rule.kind === "strings") rule.strings.forEach((template) => addTemplate(template, add, add));
      }
    }
    for (const { rows } of Object.values(task.lists)) rows.flat().forEach((word) => add(` ${word}`));
  }
  for (const { promptTemplates, zeroShotTemplates, samples } of [...tasks.facts, ...tasks.twoSteps]) {
    [...promptTemplates, ...zeroShotTemplates].forEach((template) => {
      const [before, after] = template.split("{}") as [string, string];
      addStart(before.trimEnd());
      add(after);
    });
    samples.forEach(({ subject, object }) => [subject, object].forEach((word) => add(` ${word}`)));
  }
  return words;
}

function addTemplate(template: Template, add: (text: string) => void, addStart: (text: string) => void): void {
  template.forEach((piece, i) => {
    if (!isReference(piece)) (i === 0 ? addStart : add)(piece.trimEnd());
  });
}
