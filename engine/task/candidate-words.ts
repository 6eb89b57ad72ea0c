// Which words of its list each slot may draw, for one tokenizer: a word that is an answer, or that the corrupt prompt replaces, must
// be one token, so that answers can be read and both prompts are equally long.
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { greatest } from "../base/greatest.ts";
import type { Corruption, TemplateTask, Variant } from "./task.ts";
import { WRITTEN } from "./task.ts";
import { isReference, references, render, wordAt, type AnswerRule, type Reference, type Template } from "./template.ts";
import { slotsOfVariant } from "./template-task.ts";
import type { WordFit } from "./word-fit.ts";

export interface Candidates {
  /** Slot → rows of its list. */
  readonly rows: Readonly<Record<string, readonly number[]>>;
  /** Target of the corruption → rows for a new word. */
  readonly fresh: Readonly<Record<string, readonly number[]>>;
}

/** A reference whose word must be one token, with what stands before it. */
interface Demand {
  readonly reference: Reference;
  readonly prefix: string;
}

/** Named in a note; the others are counted. */
const MOST_NAMED = 3;

export class CandidateWords {
  /** List → row → what does not fit. */
  private readonly leftOut = new Map<string, Map<number, Sentence>>();
  private readonly fitting = new Map<string, readonly number[]>();

  constructor(
    private readonly task: TemplateTask,
    private readonly corruption: Corruption,
    private readonly corruptionName: string,
    private readonly fit: WordFit,
  ) {}

  /** What each slot may hold, or why the variant cannot be used. */
  of(variant: Variant): Candidates | { readonly reason: Sentence } {
    const fixed = this.fixedAnswer(variant);
    if (fixed !== undefined) return { reason: fixed };
    const demands = [...this.answerDemands(variant), ...this.lengthDemands(variant)];
    const rows: Record<string, readonly number[]> = {};
    for (const slot of slotsOfVariant(variant, this.corruption)) {
      const own = demands.filter(({ reference }) => reference.slot === slot);
      rows[slot] = this.fittingRows(slot, reach(variant, slot), own);
      if (rows[slot].length === 0) return { reason: this.whyNone(slot, own) };
    }
    const fresh: Record<string, readonly number[]> = {};
    for (const [target, source] of Object.entries(this.corruption)) {
      if (source !== "new") continue;
      const mentions = mentionsOf(variant.text, target);
      const slot = mentions[0]!.reference.slot;
      fresh[target] = this.fittingRows(slot, 0, mentions);
      if (fresh[target].length === 0) return { reason: this.whyNone(slot, mentions) };
    }
    return { rows, fresh };
  }

  /** Sentences about the words that no slot may draw. */
  notes(): Sentence[] {
    return [...this.leftOut].map(([list, rows]) => {
      const named = sayList([...rows.values()].slice(0, MOST_NAMED), ", ");
      const more = rows.size > MOST_NAMED ? say`, and ${rows.size - MOST_NAMED} more` : say``;
      const total = this.task.lists[list]!.rows.length;
      return say`${this.task.file}: ${rows.size} of the ${total} entries of list "${list}" are left out because they are not single tokens here: ${named}${more}.`;
    });
  }

  /** The first answer without slots, or from a list, that is not one token. */
  private fixedAnswer({ answers, wrongAnswers }: Variant): Sentence | undefined {
    for (const rule of [answers, wrongAnswers]) {
      for (const answer of this.fixedStrings(rule)) {
        if (this.fit.single(answer) === undefined)
          return say`answer ${this.fit.describe(answer)}, and an answer must be one token`;
      }
    }
    return undefined;
  }

  private fixedStrings(rule: AnswerRule): string[] {
    if (rule.kind === "range") return this.task.lists[rule.list]!.rows.map(([word]) => rule.prefix + word!);
    return rule.strings
      .filter((string) => references(string).length === 0)
      .map((string) => render(string, {}, this.task).text);
  }

  private answerDemands({ answers, wrongAnswers }: Variant): Demand[] {
    return [answers, wrongAnswers]
      .flatMap((rule) => (rule.kind === "strings" ? rule.strings : []))
      .flatMap((string) => {
        const [reference, ...others] = references(string);
        const isWhole = isReference(string.at(-1) ?? "") && others.length === 0 && string.length <= 2;
        return reference && isWhole ? [{ reference, prefix: typeof string[0] === "string" ? string[0] : "" }] : [];
      });
  }

  private lengthDemands({ text, corrupt }: Variant): Demand[] {
    if (this.corruptionName === WRITTEN) return changedMentions(text, corrupt!);
    return Object.entries(this.corruption).flatMap(([target, source]) => {
      const mentions = mentionsOf(text, target);
      const twins = mentions.map((mention) => ({ ...mention, reference: { ...mention.reference, slot: source } }));
      return source === "new" ? mentions : [...mentions, ...twins];
    });
  }

  /** Templates ask the same of most of their slots. */
  private fittingRows(slot: string, most: number, demands: readonly Demand[]): readonly number[] {
    const wanted = demands.map(({ reference: { offset, column }, prefix }) => [prefix, offset, column]);
    const key = JSON.stringify([this.task.slots[slot], most, wanted]);
    const known = this.fitting.get(key);
    if (known) return known;
    const made = this.madeOfRows(slot, most, demands);
    this.fitting.set(key, made);
    return made;
  }

  private madeOfRows(slot: string, most: number, demands: readonly Demand[]): number[] {
    const name = this.task.slots[slot]!;
    const { rows } = this.task.lists[name]!;
    const fitting: number[] = [];
    for (let row = 0; row + most < rows.length; row++) {
      const misfit = demands
        .map((demand) => this.word(demand, row))
        .find((word) => this.fit.single(word) === undefined);
      if (misfit === undefined) fitting.push(row);
      else this.leaveOut(name, row, misfit);
    }
    return fitting;
  }

  private leaveOut(list: string, row: number, word: string): void {
    const rows = this.leftOut.get(list) ?? new Map<number, Sentence>();
    rows.set(row, this.fit.describe(word));
    this.leftOut.set(list, rows);
  }

  private word({ reference, prefix }: Demand, row: number): string {
    return prefix + wordAt(reference, row, this.task);
  }

  private whyNone(slot: string, demands: readonly Demand[]): Sentence {
    const word = demands
      .map((demand) => this.word(demand, 0))
      .find((candidate) => this.fit.single(candidate) === undefined);
    const example = word === undefined ? say`` : say`, such as ${this.fit.describe(word)}`;
    return say`no word of list "${this.task.slots[slot]}" is a single token where slot "${slot}" needs one${example}`;
  }
}

/** How far below its row a slot is read. */
function reach(variant: Variant, slot: string): number {
  const rules = [variant.answers, variant.wrongAnswers].flatMap((rule) =>
    rule.kind === "strings" ? rule.strings : [],
  );
  const all = [variant.text, variant.corrupt ?? [], ...rules].flatMap(references);
  return greatest(
    all.filter((reference) => reference.slot === slot).map(({ offset }) => offset),
    0,
  );
}

function mentionsOf(text: Template, target: string): Demand[] {
  return demandsOf(text).filter(({ reference }) => reference.name === target || reference.slot === target);
}

function demandsOf(text: Template): Demand[] {
  return text.flatMap((piece, i) => {
    const before = text[i - 1];
    return isReference(piece)
      ? [{ reference: piece, prefix: typeof before === "string" && before.endsWith(" ") ? " " : "" }]
      : [];
  });
}

/** References that one of the two texts has more often than the other. */
function changedMentions(text: Template, corrupt: Template): Demand[] {
  const keyOf = ({ reference, prefix }: Demand): string =>
    `${prefix}${reference.slot}+${reference.offset}.${reference.column ?? ""}`;
  const both = [...demandsOf(text), ...demandsOf(corrupt)];
  const count = (template: Template, key: string): number =>
    demandsOf(template).filter((demand) => keyOf(demand) === key).length;
  return both.filter((demand) => count(text, keyOf(demand)) !== count(corrupt, keyOf(demand)));
}
