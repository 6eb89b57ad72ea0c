// Examples from prompts that a file writes out, as text or token ids: tokenized, checked and split.
import { EngineError } from "../base/errors.ts";
import { type Note, say, sayList, type Sentence } from "../base/sentence.ts";
import { groupBy } from "../base/group.ts";
import { Random } from "../base/random.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { didYouMean } from "../base/did-you-mean.ts";
import type { Example } from "./example.ts";
import type { WrittenPrompt } from "./prompt.ts";
import type { ExpandOptions, Expansion } from "./expand.ts";
import { OwnBos } from "./own-bos.ts";
import { leaveOut, Unusable } from "./left-out.ts";
import { throwProblems } from "./problems.ts";
import { validationWanted } from "./split.ts";
import type { PromptPair, PromptTask, PromptText } from "./task.ts";
import { WordFit } from "./word-fit.ts";

type Unsplit = Omit<Example, "index" | "split">;

/** The corrupt prompt that stands beside the clean one. */
const DEFAULT_CORRUPTION = "corrupt";

export function* expandPrompts(
  task: PromptTask,
  tokenizer: Tokenizer,
  options: ExpandOptions,
): Generator<void, Expansion> {
  const reader = new PromptReader(task, tokenizer, options.corruption);
  const { notes, ...parts } = splitPrompts(task, yield* reader.read(), options);
  const inOrder = (["discovery", "heldOut", "validation"] as const).flatMap((split) =>
    parts[split].map((example) => ({ ...example, split })),
  );
  return {
    examples: inOrder.map((example, index) => ({ ...example, index })),
    fresh: [],
    notes: [...task.notes, ...reader.notes(), ...notes],
  };
}

type Split = Example["split"];
type Parts = Readonly<Record<Split, readonly Unsplit[]>>;
type Counts = Readonly<Record<Split, number>>;

/** In the order in which they are filled, with the words that name them. */
const PARTS = { discovery: "discovery", validation: "validation", heldOut: "held-out" } as const;
const SPLITS = Object.keys(PARTS) as readonly Split[];

/** As many as asked for, or as there are where nobody asked. No clean prompt is in two parts. */
function splitPrompts(task: PromptTask, all: readonly Unsplit[], options: ExpandOptions): Parts & { notes: Note[] } {
  const { file, split } = task;
  const { examples = {}, order = split.order, seed = task.seed } = options;
  const validation = validationWanted(options);
  const isExact = (part: Split): boolean =>
    part === "validation" ? validation.isExact : split.isExact || examples[part] !== undefined;
  const wanted: Counts = {
    discovery: examples.discovery ?? split.discovery,
    validation: validation.count,
    heldOut: examples.heldOut ?? split.heldOut,
  };
  const most = mostOf(all.length, wanted, isExact);
  const pools =
    order === "file" ? inFileOrder(all, most) : shuffledApart(all, most, Random.seeded(seed, "task/prompts"));
  const parts: Parts = {
    discovery: pools.discovery.slice(0, wanted.discovery),
    validation: pools.validation.slice(0, wanted.validation),
    heldOut: pools.heldOut.slice(0, wanted.heldOut),
  };
  const short = SPLITS.filter((part) => parts[part].length < wanted[part]);
  if (short.length === 0) return { ...parts, notes: [] };
  const named = SPLITS.filter((part) => part !== "validation" || wanted.validation > 0);
  const counts = named.map((part) => `${parts[part].length} ${PARTS[part]}`);
  const found = say`the prompts that fit (${all.length}) give ${inWords(counts)} examples without a clean prompt in ${named.length === 2 ? say`both` : say`two of them`}`;
  if (!short.some(isExact)) return { ...parts, notes: [say`${file}: ${found}.`] };
  const asked = named.filter(isExact).map((part) => `${wanted[part]} ${PARTS[part]}`);
  throw new EngineError(
    "invalid-task",
    say`${file}: ${inWords(asked)} examples are asked for, but ${found}; ask for fewer.`,
    { place: { file } },
  );
}

function inWords(parts: readonly string[]): Sentence {
  return parts.length < 2 ? say`${parts.join("")}` : say`${sayList(parts.slice(0, -1), ", ")} and ${parts.at(-1)!}`;
}

/** What nobody gave a number for shares what is left, each as the wanted numbers are to each other. */
function mostOf(
  all: number,
  wanted: Counts,
  isExact: (part: Split) => boolean,
): Readonly<Record<"discovery" | "validation", number>> {
  const total = (parts: readonly Split[]) => parts.reduce((sum, part) => sum + wanted[part], 0);
  const left = all - total(SPLITS.filter(isExact));
  const sharing = total(SPLITS.filter((part) => !isExact(part)));
  const most = (part: Split, least: number): number =>
    isExact(part) ? wanted[part] : Math.min(wanted[part], Math.max(least, Math.ceil((left * wanted[part]) / sharing)));
  return { discovery: most("discovery", 1), validation: wanted.validation === 0 ? 0 : most("validation", 0) };
}

type Most = ReturnType<typeof mostOf>;

/** The first as discovery, the next for validation, then held-out, but for those whose clean prompt is among those before. */
function inFileOrder(all: readonly Unsplit[], most: Most): Parts {
  const apartFrom = (known: readonly Unsplit[], rest: readonly Unsplit[]): readonly Unsplit[] => {
    const keys = new Set(known.map(cleanKey));
    return rest.filter((example) => !keys.has(cleanKey(example)));
  };
  const discovery = all.slice(0, most.discovery);
  const rest = apartFrom(discovery, all.slice(most.discovery));
  const validation = rest.slice(0, most.validation);
  return { discovery, validation, heldOut: apartFrom(validation, rest.slice(most.validation)) };
}

/** Whole groups of one clean prompt, in random order, fill discovery until it has enough, then validation, then held-out. */
function shuffledApart(all: readonly Unsplit[], most: Most, random: Random): Parts {
  const parts: Record<Split, Unsplit[]> = { discovery: [], validation: [], heldOut: [] };
  const groups = groupBy(random.shuffled(all), cleanKey);
  for (const group of groups.values()) {
    const part = (["discovery", "validation"] as const).find((name) => parts[name].length < most[name]) ?? "heldOut";
    for (const example of group) parts[part].push(example);
  }
  return parts;
}

function cleanKey({ clean }: Unsplit): string {
  return clean.ids.join(" ");
}

/** Why a prompt does not fit the tokenizer. */
class Misfit extends Error {
  constructor(readonly sentence: Sentence) {
    super(sentence.text);
  }
}

class PromptReader {
  private readonly fit: WordFit;
  private readonly ownBos: OwnBos;
  private bareNumber: number | undefined;
  private left: readonly Note[] = [];

  constructor(
    private readonly task: PromptTask,
    private readonly tokenizer: Tokenizer,
    private readonly corruption: string = DEFAULT_CORRUPTION,
  ) {
    this.fit = new WordFit(tokenizer);
    this.ownBos = new OwnBos(tokenizer, task.file);
    const known = [DEFAULT_CORRUPTION, ...Object.keys(task.prompts[0]?.otherCorrupt ?? {})];
    if (!known.includes(corruption)) {
      throw new EngineError(
        "usage",
        say`${task.file}: there is no corruption "${corruption}"; the prompts have ${sayList(known, ", ")}.${didYouMean(corruption, known)}`,
        { place: { file: task.file } },
      );
    }
  }

  /** All prompts that fit. @throws EngineError "invalid-task" naming every one that does not, where they are most of the file's */
  *read(): Generator<void, Unsplit[]> {
    const examples: Unsplit[] = [];
    const { file, needs, prompts, dropped } = this.task;
    const remedy = needs === undefined ? say`` : say` The task needs ${needs}.`;
    const misfits = new Unusable();
    for (const [i, pair] of prompts.entries()) {
      yield;
      try {
        examples.push(this.example(pair));
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        const sentence = say`prompt ${i + 1}: ${error.sentence}.${remedy}`;
        misfits.addOne(() => ({ place: { file, line: pair.line }, sentence }));
      }
    }
    if (misfits.count + dropped > (prompts.length + dropped) / 2) throwProblems(misfits.problems, { file });
    this.left = leaveOut(misfits, prompts.length, say`prompts`, { file });
    return examples;
  }

  notes(): readonly Note[] {
    return [...this.ownBos.notes(), ...this.numberNotes(), ...this.left];
  }

  private numberNotes(): Sentence[] {
    const { bareNumber: id, task } = this;
    if (id === undefined) return [];
    const token = JSON.stringify(this.tokenizer.token(id));
    return [
      say`${task.file}: answers that are numbers are token ids: ${id} is the token ${token}. Write a word in quotes, with its leading space.`,
    ];
  }

  private example(pair: PromptPair): Unsplit {
    const clean = this.prompt(pair.clean);
    const corruptText = this.corruption === DEFAULT_CORRUPTION ? pair.corrupt : pair.otherCorrupt?.[this.corruption];
    if (corruptText === undefined || corruptText === "")
      throw new Misfit(say`there is no corrupt prompt "${this.corruption}"`);
    const corrupt = this.prompt(corruptText);
    if (clean.ids.length !== corrupt.ids.length) {
      throw new Misfit(
        say`the clean prompt has ${clean.ids.length} tokens and the corrupt one ${corrupt.ids.length} (${JSON.stringify(clean.text)} and ${JSON.stringify(corrupt.text)}); make them equally long`,
      );
    }
    return {
      clean,
      corrupt,
      answers: this.seen(pair).answers.map((answer) => this.answer(clean.text, answer)),
      wrongAnswers: pair.wrongAnswers.map((answer) => this.answer(clean.text, answer)),
      positions: this.positions(clean.ids),
    };
  }

  /** A number beside a prompt of text may be meant as a word. */
  private seen(pair: PromptPair): PromptPair {
    if (typeof pair.clean === "string") {
      this.bareNumber ??= [...pair.answers, ...pair.wrongAnswers].find((answer) => typeof answer === "number");
    }
    return pair;
  }

  private prompt(prompt: PromptText): WrittenPrompt {
    if (typeof prompt === "string") {
      const ids = this.ownBos.encode(prompt);
      if (this.fit.isWritten(prompt)) return { text: prompt, ids };
      throw new Misfit(this.fit.unwritten(prompt));
    }
    prompt.forEach((id) => this.checkId(id));
    this.ownBos.see(prompt);
    return { text: this.tokenizer.decode(prompt), ids: this.tokenizer.prompt(prompt) };
  }

  private answer(prompt: string, answer: string | number): number {
    if (typeof answer === "number") return this.checkId(answer);
    const id = this.fit.answer(prompt, answer);
    if (id === undefined)
      throw new Misfit(
        say`answer ${this.fit.describe(answer)}, and an answer must be one token; write one that is, with its leading space`,
      );
    return id;
  }

  private checkId(id: number): number {
    const { dVocab } = this.tokenizer;
    if (id >= dVocab)
      throw new Misfit(
        say`token id ${id} is not in the tokenizer, which has ${dVocab} tokens, so the file may be for another model`,
      );
    return id;
  }

  private positions(ids: readonly number[]): Record<string, number> {
    const { length } = ids;
    const before = this.ownBos.leading(ids);
    const positions: Record<string, number> = {};
    for (const [name, index] of Object.entries(this.task.wordIndices)) {
      const position = index + before;
      if (position >= length)
        throw new Misfit(say`word_idxs.${name} is ${index}, but the prompt has ${length - before} tokens`);
      positions[name] = position;
    }
    return { ...positions, END: length - 1 };
  }
}
