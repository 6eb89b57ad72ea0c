// Examples from prompts that a file writes out, as text or token ids: tokenized, checked and split.
import { EngineError } from "../base/errors.ts";
import { groupBy } from "../base/group.ts";
import { Random } from "../base/random.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Example } from "./example.ts";
import type { WrittenPrompt } from "./prompt.ts";
import type { ExpandOptions, Expansion } from "./expand.ts";
import { OwnBos } from "./own-bos.ts";
import { leaveOut, Unusable } from "./left-out.ts";
import { throwProblems } from "./problems.ts";
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
  const { discovery, heldOut, notes } = splitPrompts(task, yield* reader.read(), options);
  const both = [
    ...discovery.map((example) => ({ ...example, split: "discovery" as const })),
    ...heldOut.map((example) => ({ ...example, split: "heldOut" as const })),
  ];
  return {
    examples: both.map((example, index) => ({ ...example, index })),
    notes: [...task.notes, ...reader.notes(), ...notes],
  };
}

interface Halves {
  readonly discovery: readonly Unsplit[];
  readonly heldOut: readonly Unsplit[];
}

/** As many as asked for, or as there are where nobody asked. No clean prompt is in both. */
function splitPrompts(task: PromptTask, all: readonly Unsplit[], options: ExpandOptions): Halves & { notes: string[] } {
  const { file, split } = task;
  const { examples = {}, order = split.order, seed = task.seed } = options;
  const isExact = (half: keyof Halves): boolean => split.isExact || examples[half] !== undefined;
  const wanted = { discovery: examples.discovery ?? split.discovery, heldOut: examples.heldOut ?? split.heldOut };
  const share = wanted.discovery / (wanted.discovery + wanted.heldOut);
  const left = isExact("heldOut") ? all.length - wanted.heldOut : Math.ceil(all.length * share);
  const most = isExact("discovery") ? wanted.discovery : Math.min(wanted.discovery, Math.max(1, left));
  const pools =
    order === "file" ? inFileOrder(all, most) : shuffledApart(all, most, Random.seeded(seed, "task/prompts"));
  const discovery = pools.discovery.slice(0, wanted.discovery);
  const heldOut = pools.heldOut.slice(0, wanted.heldOut);
  if (discovery.length === wanted.discovery && heldOut.length === wanted.heldOut)
    return { discovery, heldOut, notes: [] };
  const found = `the prompts that fit (${all.length}) give ${discovery.length} discovery and ${heldOut.length} held-out examples without a clean prompt in both`;
  const isShort =
    (isExact("discovery") && discovery.length < wanted.discovery) ||
    (isExact("heldOut") && heldOut.length < wanted.heldOut);
  if (!isShort) return { discovery, heldOut, notes: [`${file}: ${found}.`] };
  const asked = [
    ...(isExact("discovery") ? [`${wanted.discovery} discovery`] : []),
    ...(isExact("heldOut") ? [`${wanted.heldOut} held-out`] : []),
  ];
  throw new EngineError(
    "invalid-task",
    `${file}: ${asked.join(" and ")} examples are asked for, but ${found}; ask for fewer.`,
    { place: { file } },
  );
}

/** The first as discovery, the next as held-out, but for those whose clean prompt is among the first. */
function inFileOrder(all: readonly Unsplit[], most: number): Halves {
  const discovery = all.slice(0, most);
  const known = new Set(discovery.map(cleanKey));
  return { discovery, heldOut: all.slice(most).filter((example) => !known.has(cleanKey(example))) };
}

/** Whole groups of one clean prompt, in random order, fill discovery until it has `most` and then held-out. */
function shuffledApart(all: readonly Unsplit[], most: number, random: Random): Halves {
  const discovery: Unsplit[] = [];
  const heldOut: Unsplit[] = [];
  const groups = groupBy(random.shuffled(all), cleanKey);
  for (const group of groups.values()) {
    const half = discovery.length < most ? discovery : heldOut;
    for (const example of group) half.push(example);
  }
  return { discovery, heldOut };
}

function cleanKey({ clean }: Unsplit): string {
  return clean.ids.join(" ");
}

/** Why a prompt does not fit the tokenizer. */
class Misfit extends Error {}

class PromptReader {
  private readonly fit: WordFit;
  private readonly ownBos: OwnBos;
  private bareNumber: number | undefined;
  private left: readonly string[] = [];

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
        `${task.file}: there is no corruption "${corruption}"; the prompts have ${known.join(", ")}.${didYouMean(corruption, known)}`,
        { place: { file: task.file } },
      );
    }
  }

  /** All prompts that fit. @throws EngineError "invalid-task" naming every one that does not, where they are most of the file's */
  *read(): Generator<void, Unsplit[]> {
    const examples: Unsplit[] = [];
    const { file, needs, prompts, dropped } = this.task;
    const remedy = needs === undefined ? "" : ` The task needs ${needs}.`;
    const misfits = new Unusable();
    for (const [i, pair] of prompts.entries()) {
      yield;
      try {
        examples.push(this.example(pair));
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        const sentence = `prompt ${i + 1}: ${error.message}.${remedy}`;
        misfits.addOne(() => ({ place: { file, line: pair.line }, sentence }));
      }
    }
    if (misfits.count + dropped > (prompts.length + dropped) / 2) throwProblems(misfits.problems, { file });
    this.left = leaveOut(misfits, prompts.length, "prompts", { file });
    return examples;
  }

  notes(): readonly string[] {
    return [...this.ownBos.notes(), ...this.numberNotes(), ...this.left];
  }

  private numberNotes(): string[] {
    const { bareNumber: id, task } = this;
    if (id === undefined) return [];
    const token = JSON.stringify(this.tokenizer.token(id));
    return [
      `${task.file}: answers that are numbers are token ids: ${id} is the token ${token}. Write a word in quotes, with its leading space.`,
    ];
  }

  private example(pair: PromptPair): Unsplit {
    const clean = this.prompt(pair.clean);
    const corruptText = this.corruption === DEFAULT_CORRUPTION ? pair.corrupt : pair.otherCorrupt?.[this.corruption];
    if (corruptText === undefined || corruptText === "")
      throw new Misfit(`there is no corrupt prompt "${this.corruption}"`);
    const corrupt = this.prompt(corruptText);
    if (clean.ids.length !== corrupt.ids.length) {
      throw new Misfit(
        `the clean prompt has ${clean.ids.length} tokens and the corrupt one ${corrupt.ids.length} (${JSON.stringify(clean.text)} and ${JSON.stringify(corrupt.text)}); make them equally long`,
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
        `answer ${this.fit.describe(answer)}, and an answer must be one token; write one that is, with its leading space`,
      );
    return id;
  }

  private checkId(id: number): number {
    const { dVocab } = this.tokenizer;
    if (id >= dVocab)
      throw new Misfit(
        `token id ${id} is not in the tokenizer, which has ${dVocab} tokens, so the file may be for another model`,
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
        throw new Misfit(`word_idxs.${name} is ${index}, but the prompt has ${length - before} tokens`);
      positions[name] = position;
    }
    return { ...positions, END: length - 1 };
  }
}
