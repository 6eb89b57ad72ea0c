// Examples drawn from templates: random fillers, a corrupt twin of equal length, no prompt in both splits.
import { append } from "../base/append.ts";
import { EngineError } from "../base/errors.ts";
import { type Note, say, sayList, type Sentence } from "../base/sentence.ts";
import { Random } from "../base/random.ts";
import type { Tokenizer, TokenSpan } from "../tokens/tokenizer.ts";
import { CandidateWords, type Candidates } from "./candidate-words.ts";
import { didYouMean } from "../base/did-you-mean.ts";
import type { Example } from "./example.ts";
import type { WrittenPrompt } from "./prompt.ts";
import type { ExpandOptions, Expansion } from "./expand.ts";
import { OwnBos } from "./own-bos.ts";
import { markedPositions, tokensOfMark } from "./positions.ts";
import { splitOfFilling, splitOfPrompt, validationWanted } from "./split.ts";
import { WRITTEN, type Corruption, type Task, type TemplateTask, type Variant } from "./task.ts";
import { answerStrings, references, render, wordAt, type Filling, type Mark } from "./template.ts";
import { slotsOfVariant } from "./template-task.ts";
import { WordFit } from "./word-fit.ts";

type Split = Example["split"];

const SPLIT_NAMES: Readonly<Record<Split, Sentence>> = {
  discovery: say`discovery`,
  validation: say`validation`,
  heldOut: say`held-out`,
};
/** Where a person says how many. */
const COUNT_PLACES: Readonly<Record<Split, Sentence>> = {
  discovery: say`--examples, or split.discovery in the file`,
  validation: say`--validation`,
  heldOut: say`--held-out, or split.heldOut in the file`,
};

/** Draws without a new example after which a split counts as exhausted. */
const MOST_TRIES = 4000;

interface Rendered {
  readonly text: string;
  readonly marks: readonly Mark[];
}

interface Draw {
  readonly variant: Variant;
  readonly filling: Filling;
  readonly clean: Rendered;
  readonly corrupt: Rendered;
}

/** Names of a task's held-out templates, both orders of one together. */
export function heldOutTemplates(task: Task): readonly string[] {
  return task.kind === "contrast" && task.form === "templates"
    ? [...new Set(task.heldOutVariants.map(({ name }) => templateName(name)))]
    : [];
}

const templateName = (variant: string): string => variant.split("/")[0]!;

/** @throws EngineError "usage" for a template that the task has not */
function variantsOf({ variants, heldOutVariants, file }: TemplateTask, template: string | undefined) {
  if (template === undefined) return variants;
  const all = [...variants, ...heldOutVariants];
  const chosen = all.filter(({ name }) => templateName(name) === template);
  if (chosen.length > 0) return chosen;
  const names = [...new Set(all.map(({ name }) => templateName(name)))];
  throw new EngineError(
    "usage",
    say`${file}: there is no template "${template}"; the task has ${sayList(names, ", ")}.`,
    {
      place: { file },
    },
  );
}

interface Wanted {
  readonly split: Split;
  /** Clean prompts that are not wanted again. */
  readonly apartFrom: ReadonlySet<string>;
}

interface DrawnApart extends Partial<Omit<Wanted, "split">> {
  /** Of random numbers (default: the split's). */
  readonly stream?: string;
}

export class TemplateExpansion {
  private readonly variants: readonly Variant[];
  private readonly fit: WordFit;
  private readonly ownBos: OwnBos;
  private readonly corruptionName: string;
  private readonly corruption: Corruption;
  private readonly validation: { readonly count: number; readonly isExact: boolean };
  private readonly usable: readonly { readonly variant: Variant; readonly candidates: Candidates }[];
  private readonly seen = new Set<string>();
  private readonly misfits: Reasons = new Map();
  private readonly skipped: Reasons = new Map();
  private readonly notes: Note[] = [];

  constructor(
    private readonly task: TemplateTask,
    private readonly tokenizer: Tokenizer,
    private readonly options: ExpandOptions,
  ) {
    this.fit = new WordFit(tokenizer);
    this.ownBos = new OwnBos(tokenizer, task.file);
    this.variants = variantsOf(task, options.template);
    this.corruptionName = this.chooseCorruption();
    this.corruption = this.corruptionName === WRITTEN ? {} : task.corruptions[this.corruptionName]!;
    this.validation = validationWanted(options);
    this.usable = this.findUsable();
  }

  *expand(): Generator<void, Expansion> {
    const { split } = this.task;
    const { discovery = split.discovery, heldOut = split.heldOut } = this.options.examples ?? {};
    const examples = [
      ...(yield* this.draw("discovery", discovery)),
      ...(yield* this.draw("heldOut", heldOut)),
      ...(yield* this.draw("validation", this.validation.count)),
    ];
    // A search has fitted itself to the clean prompts that it saw, whatever stands beside them.
    const searched = new Set(
      examples.filter((example) => example.split === "discovery").map(({ clean }) => clean.text),
    );
    const apart = { stream: "fresh", apartFrom: searched };
    const fresh = this.options.fresh ? yield* this.drawAtMost("discovery", discovery, apart) : [];
    return {
      examples: examples.map((example, index) => ({ ...example, index })),
      fresh: fresh.map((example, i) => ({ ...example, index: examples.length + i })),
      notes: [...this.task.notes, ...this.notes, ...this.ownBos.notes(), ...this.misfitNotes()],
    };
  }

  private chooseCorruption(): string {
    const { corruption = this.task.corruption } = this.options;
    const known = Object.keys(this.task.corruptions);
    if (this.variants.every(({ corrupt }) => corrupt)) known.push(WRITTEN);
    if (known.includes(corruption)) return corruption;
    throw new EngineError(
      "usage",
      say`${this.task.file}: there is no corruption "${corruption}"; the task has ${sayList(known, ", ")}.${didYouMean(corruption, known)}`,
      { place: { file: this.task.file } },
    );
  }

  private findUsable(): { variant: Variant; candidates: Candidates }[] {
    const words = new CandidateWords(this.task, this.corruption, this.corruptionName, this.fit);
    const usable: { variant: Variant; candidates: Candidates }[] = [];
    const reasons: Sentence[] = [];
    for (const variant of this.variants) {
      const found = words.of(variant);
      const where = variant.line === undefined ? this.task.file : `${this.task.file}:${variant.line}`;
      if ("reason" in found) reasons.push(say`${where}: template ${variant.name} cannot be used: ${found.reason}.`);
      else usable.push({ variant, candidates: found });
    }
    if (usable.length === 0) throw this.unfit(reasons[0]!);
    append(this.notes, words.notes());
    append(this.notes, reasons);
    return usable;
  }

  private unfit(sentence: Sentence): EngineError {
    const { file, needs } = this.task;
    const remedy =
      needs === undefined ? say`Use other words, or a model whose tokenizer has them` : say`The task needs ${needs}`;
    return new EngineError("invalid-task", say`${sentence} ${remedy}.`, { place: { file } });
  }

  private *draw(split: Split, count: number): Generator<void, Omit<Example, "index">[]> {
    const examples = yield* this.drawAtMost(split, count);
    if (examples.length === count) return examples;
    const isExact =
      split === "validation"
        ? this.validation.isExact
        : this.task.split.isExact || this.options.examples?.[split] !== undefined;
    if (isExact) throw this.exhausted(split, examples.length, count);
    this.notes.push(
      say`${this.task.file}: there are only ${examples.length} different ${SPLIT_NAMES[split]} examples.`,
    );
    return examples;
  }

  /** Templates take turns, so that each gives as many examples as any other while it can. */
  private *drawAtMost(
    split: Split,
    count: number,
    { stream = split, apartFrom = new Set() }: DrawnApart = {},
  ): Generator<void, Omit<Example, "index">[]> {
    const random = Random.seeded(this.options.seed ?? this.task.seed, `task/${stream}`);
    const examples: Omit<Example, "index">[] = [];
    let turn = 0;
    while (examples.length < count) {
      const example = yield* this.next({ split, apartFrom }, random, () => this.usable[turn++ % this.usable.length]!);
      if (!example) break;
      examples.push(example);
    }
    return examples;
  }

  private *next(
    wanted: Wanted,
    random: Random,
    turn: () => { variant: Variant; candidates: Candidates },
  ): Generator<void, Omit<Example, "index"> | undefined> {
    for (let tries = 0, current = turn(); tries < MOST_TRIES; tries++) {
      yield;
      if (tries % 50 === 49) current = turn();
      const draw = this.drawOnce(current.variant, current.candidates, random);
      const example = draw && this.accept(draw, wanted);
      if (example) return example;
    }
    return undefined;
  }

  private exhausted(split: Split, made: number, count: number): EngineError {
    const { file } = this.task;
    const reasons = [...this.misfits.values(), ...this.skipped.values()].sort((a, b) => b.count - a.count);
    const why = reasons.slice(0, 1).map((reason) => say` ${leftOut(reason)}`);
    const remedy = this.task.needs === undefined ? say`` : say` The task needs ${this.task.needs}.`;
    return new EngineError(
      "invalid-task",
      say`${file}: only ${made} different ${SPLIT_NAMES[split]} examples can be made, but ${count} are asked for; ask for fewer (${COUNT_PLACES[split]}) or add words.${remedy}${sayList(why, "")}`,
      { place: { file } },
    );
  }

  private drawOnce(variant: Variant, candidates: Candidates, random: Random): Draw | undefined {
    const filling: Record<string, number> = {};
    for (const slot of slotsOfVariant(variant, this.corruption)) {
      const row = random.pick(candidates.rows[slot]!);
      const isTaken = Object.entries(filling).some(
        ([other, taken]) => taken === row && this.task.slots[other] === this.task.slots[slot],
      );
      if (isTaken) return undefined;
      filling[slot] = row;
    }
    const clean = render(variant.text, filling, this.task);
    const corrupt =
      variant.corrupt && this.corruptionName === WRITTEN
        ? render(variant.corrupt, filling, this.task)
        : this.corrupted(variant, filling, candidates, random);
    return corrupt && { variant, filling, clean, corrupt };
  }

  private corrupted(variant: Variant, filling: Filling, candidates: Candidates, random: Random): Rendered | undefined {
    const replaced: Record<string, number> = {};
    const fresh = new Map<string, number[]>();
    for (const [target, source] of Object.entries(this.corruption)) {
      const mentions = references(variant.text).filter(({ name, slot }) => name === target || slot === target);
      const list = this.task.slots[mentions[0]!.slot]!;
      let row = filling[source];
      if (source === "new") {
        row = random.pick(candidates.fresh[target]!);
        const drawn = fresh.get(list) ?? [];
        const isHeld = Object.entries(filling).some(([slot, held]) => held === row && this.task.slots[slot] === list);
        if (isHeld || drawn.includes(row)) return undefined;
        fresh.set(list, [...drawn, row]);
      }
      for (const { name } of mentions) if (name !== undefined) replaced[name] = row!;
    }
    return render(variant.text, filling, this.task, replaced);
  }

  /** The example if it is new, as wanted, and fits the tokenizer. */
  private accept(draw: Draw, { split, apartFrom }: Wanted): Omit<Example, "index"> | undefined {
    const { variant, filling, clean, corrupt } = draw;
    if (clean.text === corrupt.text) return this.skip(say`clean and corrupt prompt are the same`, clean);
    if (this.splitOf(draw) !== split || apartFrom.has(clean.text)) return undefined;
    const key = `${clean.text}\n${corrupt.text}`;
    if (this.seen.has(key)) return undefined;
    const answers = answerStrings(variant.answers, filling, this.task);
    const wrong = answerStrings(variant.wrongAnswers, filling, this.task);
    if (answers.length === 0) return this.skip(say`there is no right answer`, clean);
    if (wrong.length === 0 && this.task.metric !== "log-probability") {
      return this.skip(say`there is no wrong answer`, clean);
    }
    if (answers.some((answer) => wrong.includes(answer))) return this.skip(say`a right answer is wrong as well`, clean);
    const example = this.tokenized(draw, split, answers, wrong);
    if (example) this.seen.add(key);
    return example;
  }

  /** Where no examples are set aside for validation, discovery has theirs. */
  private splitOf(draw: Draw): Split {
    const split = this.threefold(draw);
    return split === "validation" && this.validation.count === 0 ? "discovery" : split;
  }

  private threefold({ variant, filling, clean }: Draw): Split {
    const { by } = this.task.split;
    if (!by) return splitOfPrompt(clean.text);
    const slots = by.filter((slot) => filling[slot] !== undefined);
    const words = slots.map((slot) => wordAt({ slot, offset: 0 }, filling[slot]!, this.task));
    return splitOfFilling(words.length > 0 ? words : [variant.name, clean.text]);
  }

  private tokenized(
    { variant, clean, corrupt }: Draw,
    split: Split,
    answers: readonly string[],
    wrong: readonly string[],
  ): Omit<Example, "index"> | undefined {
    const spans = this.tokenizer.spans(clean.text);
    const prompts = {
      clean: { text: clean.text, ids: spans.map(({ id }) => id) },
      corrupt: { text: corrupt.text, ids: this.ownBos.encode(corrupt.text) },
    };
    const positions = markedPositions(clean, spans, this.task.positions, spans.length);
    const misfit = this.whyNot(prompts) ?? this.whyUnaligned(clean, spans);
    if (misfit) return this.misfit(...misfit);
    if ("outside" in positions) {
      return this.misfit(say`position ${positions.outside} lies outside the prompt`, JSON.stringify(clean.text));
    }
    return {
      split,
      ...prompts,
      answers: answers.map((answer) => this.answerId(clean.text, answer)),
      wrongAnswers: wrong.map((answer) => this.answerId(clean.text, answer)),
      positions,
      template: [variant.name, ...longFillers(clean.marks, spans)].join("+"),
    };
  }

  /** A reason and an example of it, if the pair cannot be used. */
  private whyNot({ clean, corrupt }: { clean: WrittenPrompt; corrupt: WrittenPrompt }): [Sentence, string] | undefined {
    const unwritten = [clean, corrupt].find(({ text }) => !this.fit.isWritten(text));
    if (unwritten) return [say`the tokenizer has no tokens for part of them`, JSON.stringify(unwritten.text)];
    if (clean.ids.length === corrupt.ids.length) return undefined;
    return [
      say`clean and corrupt prompt have different numbers of tokens`,
      [clean, corrupt].map(({ text, ids }) => `${JSON.stringify(text)} has ${ids.length}`).join(", "),
    ];
  }

  /** " 1945" may be one token where " 17" and "32" are two: a filler is a token alone, but not in this sentence. */
  private whyUnaligned(clean: Rendered, spans: readonly TokenSpan[]): [Sentence, string] | undefined {
    const merged = clean.marks.find((mark) => {
      const start = clean.text[mark.start - 1] === " " ? mark.start - 1 : mark.start;
      if (this.fit.single(clean.text.slice(start, mark.end)) === undefined) return false;
      const own = tokensOfMark(mark, spans).map((index) => spans[index]!);
      return own.length !== 1 || own[0]!.start < start || own[0]!.end !== mark.end;
    });
    return merged && [say`a word is not a token of its own there`, JSON.stringify(clean.text)];
  }

  private answerId(prompt: string, answer: string): number {
    const id = this.fit.answer(prompt, answer);
    if (id === undefined) {
      throw this.unfit(say`${this.task.file}: answer ${this.fit.describe(answer)}, and an answer must be one token.`);
    }
    return id;
  }

  /** Counted for a note: the words or sentences do not suit the tokenizer. */
  private misfit(reason: Sentence, example: string): undefined {
    count(this.misfits, reason, example);
  }

  /** Counted for the case that there are too few examples: such draws are part of a sound task. */
  private skip(reason: Sentence, { text }: Rendered): undefined {
    count(this.skipped, reason, JSON.stringify(text));
  }

  private misfitNotes(): Sentence[] {
    return [...this.misfits.values()].map((reason) => say`${this.task.file}: ${leftOut(reason)}`);
  }
}

/** How many draws were left out for a reason, and the first of them. */
interface Reason {
  readonly reason: Sentence;
  count: number;
  readonly first: string;
}
/** By the reasons' English text. */
type Reasons = Map<string, Reason>;

function count(reasons: Reasons, reason: Sentence, example: string): void {
  const known = reasons.get(reason.text);
  if (known) known.count++;
  else reasons.set(reason.text, { reason, count: 1, first: example });
}

function leftOut({ reason, count, first }: Readonly<Reason>): Sentence {
  return say`${count} draws were left out because ${reason}, such as ${first}.`;
}

/** "P=2" where slot P took two tokens: such examples do not align with the others of the template. */
function longFillers(marks: readonly Mark[], spans: readonly TokenSpan[]): string[] {
  return marks.flatMap((mark) => {
    const { length } = tokensOfMark(mark, spans);
    return length === 1 ? [] : [`${mark.reference.name ?? mark.reference.slot}=${length}`];
  });
}
