// The lens on a text or on a task's prompts: what the model would say at every layer, and how chosen words fare.
import { type Note, say } from "../base/sentence.ts";
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import type { Execution } from "../choices/execution.ts";
import type { LensPositions } from "../choices/lists.ts";
import type { LensPrompt, LensResult, LensSettings } from "../choices/lens.ts";
import { affineLens } from "../lens/affine-lens.ts";
import { type Lens, logitLens } from "../lens/lens.ts";
import { readLensFile } from "../lens/lens-file.ts";
import { lensPoints, type Point } from "../lens/points.ts";
import { readLens } from "../lens/read.ts";
import { shiftedLens } from "../lens/shifted-lens.ts";
import { areDisjoint, massOf, tokensOfWord } from "../lens/token-sets.ts";
import { readWordSets, type WordSets } from "../lens/word-sets.ts";
import { tracesOf } from "../lens/traces.ts";
import type { Model } from "../model/model.ts";
import type { Reading } from "../readout/readings.ts";
import { expandTask } from "../task/expand.ts";
import { OwnBos } from "../task/own-bos.ts";
import { samePrompts } from "../task/clean-prompts.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { readAside } from "./read-aside.ts";
import { withModel } from "./open-model.ts";

export interface LensOptions {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Follow at each place every token that is among the first at some point there, in place of the chosen words. */
  readonly followTop?: boolean;
}

/** What is read: prompts, and of a task the answers to each. */
interface Asked {
  readonly prompts: readonly LensPrompt[];
  /** First tokens of a right and a wrong answer, by prompt; empty for a text. */
  readonly answers: readonly (readonly number[])[];
  readonly labels: readonly string[];
  readonly notes: readonly Note[];
}

/** Prompts over which the shifted lens takes its means, where none are given: plain beginnings about anything. */
const NEUTRAL = [
  "The children were playing in the",
  "She opened the window and",
  "My brother likes to",
  "He wrote a long letter to his",
  "The evening was warm and",
  "The cat jumped over the",
  "We waited there and",
  "The picture on the wall is",
  "They walked to the",
  "It snowed all night and",
  "In the afternoon they",
  "An old friend will",
  "The road leads to the",
  "I have often seen",
  "The doctor told her to",
  "When the bus came,",
] as const;

/** @throws EngineError for a task, model, lens or file that cannot be read, or that do not fit each other; "cancelled" */
export async function lensTask(settings: LensSettings, options: LensOptions = {}): Promise<LensResult> {
  const between = () => {
    if (options.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  };
  return withModel(settings.model, options, async (executor, keep) => {
    const { model } = executor;
    const tokenizer = model.tokenizer.withBos(settings.bos ?? "auto");
    const asked =
      settings.task === undefined ? textAsked(settings, tokenizer) : await taskAsked(settings, model, options.signal);
    requireContext(asked.prompts, model);
    const points = lensPoints(model.config.nLayers, settings.sites);
    const { words, notes: wordNotes } = wordsAsked(settings.words ?? [], tokenizer);
    const sets = settings.sets === undefined ? [] : setsAsked(readWordSets(settings.sets), tokenizer);
    const lens = keep(await lensOf(settings, executor, tokenizer, points, between));
    const places = placesOf(asked.prompts, settings.positions ?? (settings.task === undefined ? "all" : "end"));
    const common = [...words.map(({ id }) => id), ...sets.flatMap(({ ids }) => ids)];
    const tokens = places.map(({ prompt }) => [...common, ...answersAround(asked.answers, prompt)]);
    const read = (tokens: readonly (readonly number[])[]) =>
      readLens(executor, asked.prompts, places, {
        points,
        lens,
        top: settings.top,
        tokens,
        between,
        onProgress: options.onProgress,
      });
    const first = await read(tokens);
    const readings = options.followTop ? await read(first.map(topOf)) : first;
    const ends = first.filter((_, i) => places[i].position === asked.prompts[places[i].prompt].ids.length - 1);
    const distinct = samePrompts(asked.prompts);
    return {
      modelName: model.name,
      points,
      prompts: asked.prompts,
      places: places.map((place, i) => ({ ...place, readings: readings[i] })),
      words,
      traces:
        asked.answers.length > 0
          ? tracesOf(from(ends, common.length), asked.labels, { seed: settings.seed ?? 0, of: distinct })
          : [],
      masses: massesOf(ends, sets, words.length, points.length),
      texts: textsOf([...first, ...readings], tokenizer),
      notes: [...asked.notes, ...wordNotes],
    };
  });
}

function textAsked({ text, examples, corruption }: LensSettings, tokenizer: Tokenizer): Asked {
  if (text === undefined) {
    throw new EngineError("usage", say`Name a task to read its prompts, or give a text with --text.`);
  }
  if (examples !== undefined || corruption !== undefined) {
    throw new EngineError(
      "usage",
      say`Numbers of examples and a corruption belong to a task; leave them out beside --text.`,
    );
  }
  const own = new OwnBos(tokenizer, say`the text`);
  const ids = own.encode(text);
  return { prompts: [promptOf(text, ids, tokenizer)], answers: [], labels: [], notes: own.notes() };
}

async function taskAsked(settings: LensSettings, model: Model, signal?: AbortSignal): Promise<Asked> {
  if (settings.text !== undefined) throw new EngineError("usage", say`Give a task or --text, not both.`);
  const task = await readAside("contrast", settings.task!, signal);
  const { examples, notes } = expandTask(task, model.tokenizer, {
    examples: settings.examples,
    seed: settings.seed ?? task.seed,
    corruption: settings.corruption,
    bos: settings.bos,
  });
  const discovery = examples.filter(({ split }) => split === "discovery");
  const hasWrong = discovery.every(({ wrongAnswers }) => wrongAnswers.length > 0);
  return {
    prompts: discovery.map(({ clean }) => promptOf(clean.text, clean.ids, model.tokenizer)),
    answers: discovery.map(({ answers, wrongAnswers }) => [answers[0], ...(hasWrong ? [wrongAnswers[0]] : [])]),
    labels: ["right answer", ...(hasWrong ? ["wrong answer"] : [])],
    notes,
  };
}

function promptOf(text: string, ids: readonly number[], tokenizer: Tokenizer): LensPrompt {
  return { text, ids, tokens: ids.map((id) => tokenizer.token(id)) };
}

/** @throws EngineError "usage" with both numbers */
function requireContext(prompts: readonly LensPrompt[], { config, name }: Model): void {
  for (const [index, { ids }] of prompts.entries()) {
    if (ids.length === 0) throw new EngineError("usage", say`The text is empty; there is nothing to read.`);
    if (ids.length <= config.nContext) continue;
    throw new EngineError(
      "usage",
      say`Prompt ${index} has ${ids.length} tokens and ${name} reads ${config.nContext} at most. Shorten it.`,
    );
  }
}

function placesOf(prompts: readonly LensPrompt[], positions: LensPositions) {
  return prompts.flatMap(({ ids }, prompt) =>
    positions === "end" ? [{ prompt, position: ids.length - 1 }] : ids.map((_, position) => ({ prompt, position })),
  );
}

/** A prompt's own answers, and those of the next prompt: what chance would give. */
function answersAround(answers: readonly (readonly number[])[], prompt: number): readonly number[] {
  return answers.length === 0 ? [] : [...answers[prompt], ...answers[(prompt + 1) % answers.length]];
}

/** Of every token that a reading names. */
function textsOf(places: readonly (readonly Reading[])[], tokenizer: Tokenizer): Record<number, string> {
  const ids = places.flat().flatMap(({ top, tokens }) => [...top, ...tokens].map(({ id }) => id));
  return Object.fromEntries([...new Set(ids)].map((id) => [id, tokenizer.token(id)]));
}

/** Every token that is among the first at some point of a place. */
function topOf(readings: readonly Reading[]): number[] {
  return [...new Set(readings.flatMap(({ top }) => top.map(({ id }) => id)))];
}

/** The readings with the tokens from one on alone. */
function from(readings: readonly (readonly Reading[])[], first: number): Reading[][] {
  return readings.map((place) => place.map((reading) => ({ ...reading, tokens: reading.tokens.slice(first) })));
}

function wordsAsked(words: readonly string[], tokenizer: Tokenizer) {
  const notes: Note[] = [];
  const found = words.map((word) => {
    const written = word.startsWith(" ") ? word : ` ${word}`;
    const [unknown] = tokenizer.unknown(written);
    if (unknown !== undefined) {
      throw new EngineError(
        "usage",
        say`--words: the tokenizer has no token for ${JSON.stringify(unknown)} in "${word}".`,
      );
    }
    const ids = tokenizer.encodePlain(written);
    if (ids.length > 1) {
      const shown = JSON.stringify(tokenizer.token(ids[0]));
      notes.push(say`"${word}" is ${ids.length} tokens here and is followed by its first, ${shown}.`);
    }
    return { word, id: ids[0] };
  });
  return { words: found, notes };
}

interface AskedSet {
  readonly name: string;
  readonly ids: readonly number[];
}

/** @throws EngineError "usage" where two sets share a token */
function setsAsked(sets: WordSets, tokenizer: Tokenizer): AskedSet[] {
  const asked = Object.entries(sets).map(([name, words]) => ({
    name,
    ids: [...new Set(words.flatMap((word) => tokensOfWord(tokenizer, word)))],
  }));
  if (areDisjoint(asked.map(({ ids }) => ids))) return asked;
  for (const [i, a] of asked.entries()) {
    for (const b of asked.slice(i + 1)) {
      const shared = a.ids.find((id) => b.ids.includes(id));
      if (shared === undefined) continue;
      throw new EngineError(
        "usage",
        say`--sets: "${a.name}" and "${b.name}" share the token ${JSON.stringify(tokenizer.token(shared))}, so its probability belongs to neither. Take other words.`,
      );
    }
  }
  return asked;
}

function massesOf(
  ends: readonly (readonly Reading[])[],
  sets: readonly AskedSet[],
  before: number,
  points: number,
): LensResult["masses"] {
  let first = before;
  return sets.map(({ name, ids }) => {
    const [start, end] = [first, (first += ids.length)];
    const mean = Array.from(
      { length: points },
      (_, point) => ends.reduce((sum, place) => sum + massOf(place[point], start, end), 0) / ends.length,
    );
    return { name, mean };
  });
}

async function lensOf(
  { lens, lensFile, neutral }: LensSettings,
  executor: Executor,
  tokenizer: Tokenizer,
  points: readonly Point[],
  between: () => void,
): Promise<Lens> {
  switch (lens) {
    case "logit":
      return logitLens;
    case "shifted":
      return shiftedLens(executor, neutralPrompts(neutral, tokenizer), points, { between });
    case "tuned":
    case "jacobian": {
      if (lensFile === undefined) {
        throw new EngineError(
          "usage",
          say`A ${lens} lens is fitted first: "secateur fit-lens ${lens} --corpus FILE --out LENS", then --lens-file LENS.`,
        );
      }
      const { kind, maps } = readLensFile(lensFile, executor.model);
      if (kind !== lens) {
        throw new EngineError(
          "usage",
          say`${lensFile} holds a ${kind} lens, not a ${lens} one; read it with --lens ${kind}.`,
        );
      }
      return affineLens(executor, kind, maps);
    }
    default:
      throw lens satisfies never;
  }
}

/** @throws EngineError "usage" where the tokenizer can write none of them, "invalid-file" for an empty file */
export function neutralPrompts(file: string | undefined, tokenizer: Tokenizer): { readonly ids: readonly number[] }[] {
  const lines =
    file === undefined
      ? NEUTRAL
      : readWholeText(file, FILE_KINDS.taskRows)
          .split(/\r?\n/)
          .filter((line) => line.trim() !== "");
  const written = lines.filter((line) => tokenizer.unknown(line).length === 0);
  if (written.length > 0) return written.map((line) => ({ ids: tokenizer.encode(line) }));
  throw new EngineError(
    "usage",
    say`The tokenizer can write none of the ${lines.length} neutral prompts${file === undefined ? say`` : say` of ${file}`}; give others with --neutral.`,
  );
}
