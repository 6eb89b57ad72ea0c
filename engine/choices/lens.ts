// The settings of the lens and its result, and the settings of fitting one.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import type { Interval } from "../base/interval.ts";
import { listLength, listOf, oneOf, path, seed, stepCount, whole } from "./bounds.ts";
import { BOS_CHOICES, FITTED_LENSES, LENS_KINDS, LENS_POSITIONS, LENS_SITES, type LensSite } from "./lists.ts";
import { option } from "./option.ts";
import { modelName, promptChoice } from "./task-choice.ts";

const text = z.string({ error: asks(say`Give a text of at most 1000000 characters.`) }).max(1_000_000);
const word = z
  .string({ error: asks(say`Give words of 1 to 200 characters.`) })
  .min(1)
  .max(200);

export const lensSettings = z.strictObject({
  task: option(path.optional(), {
    flags: "[task]",
    help: "Reads the discovery prompts of this task at their ends, and follows right and wrong answers.",
  }),
  model: modelName,
  text: option(text.optional(), { flags: "--text <text>", help: "Reads this text instead of a task." }),
  lens: option(oneOf(LENS_KINDS).default("logit"), {
    flags: "--lens <kind>",
    help: "Reads through this lens; tuned and jacobian ones come from --lens-file.",
  }),
  lensFile: option(path.optional(), {
    flags: "--lens-file <file>",
    help: 'Takes the lens of this file, which "secateur fit-lens" wrote.',
  }),
  neutral: option(path.optional(), {
    flags: "--neutral <file>",
    help: "Takes the means of the shifted lens over these prompts, one a line.",
    otherwise: "16 shipped ones",
  }),
  sites: option(listOf(oneOf(LENS_SITES), LENS_SITES.length).default(["residPre"]), {
    flags: "--sites <list>",
    help: `Reads the stream there, before, inside or behind each layer: ${LENS_SITES.join(", ")}.`,
  }),
  positions: option(oneOf(LENS_POSITIONS).optional(), {
    flags: "--positions <which>",
    help: "Reads at every token, or at the last one of each prompt.",
    otherwise: "all of a text, the end of a task's prompts",
  }),
  words: option(listOf(word, 1_000).optional(), {
    flags: "--words <list>",
    help: "Follows the rank and probability of these words, each by the first token that it has after a space.",
  }),
  sets: option(path.optional(), {
    flags: "--sets <file>",
    help: "Adds up the probability of sets of words: a YAML or JSON file with a list of words under each name.",
  }),
  top: option(listLength.default(5), { flags: "--top <n>", help: "Names so many of the likeliest tokens." }),
  examples: promptChoice.examples,
  corruption: promptChoice.corruption,
  seed: promptChoice.seed,
  bos: promptChoice.bos,
});

export type LensSettings = Frozen<z.infer<typeof lensSettings>>;

/** What the lens reads; points, places and prompts by their indices. */
export interface LensResult {
  readonly modelName: string;
  /** In the order of the computation; the last one is the model itself. */
  readonly points: readonly { readonly site: LensSite; readonly layer: number }[];
  readonly prompts: readonly LensPrompt[];
  readonly places: readonly LensPlace[];
  /** Words that every place was asked about, in the order of the readings' tokens. */
  readonly words: readonly { readonly word: string; readonly id: number }[];
  /** Of a task: its right and wrong answers at the ends of its prompts. */
  readonly traces: readonly LensTrace[];
  /** Of each set of words the probability by point, a mean over prompts at their ends. */
  readonly masses: readonly { readonly name: string; readonly mean: readonly number[] }[];
  /** Of every token id that a reading names. */
  readonly texts: Readonly<Record<number, string>>;
  readonly notes: readonly Note[];
}

export interface LensPrompt {
  readonly text: string;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
}

/** A token of a prompt, and what the lens reads there. */
export interface LensPlace {
  readonly prompt: number;
  readonly position: number;
  /** By point. */
  readonly readings: readonly LensReading[];
}

export interface TokenReading {
  readonly id: number;
  readonly logit: number;
  /** Natural logarithm of its probability. */
  readonly logProbability: number;
}

export interface LensReading {
  /** Most likely first. */
  readonly top: readonly TokenReading[];
  /** Words, then sets, then answers that are followed; rank 1 has no larger logit above it. */
  readonly tokens: readonly (TokenReading & { readonly rank: number })[];
  /** −Σ p log p, nats. */
  readonly entropy: number;
  /** KL(this point ‖ the model) and KL(the model ‖ this point), nats. */
  readonly kl: { readonly to: number; readonly from: number };
}

/** By point. */
export interface LensTrace {
  readonly label: string;
  /** Mean over prompts of 1/rank; 1: the token is always first. */
  readonly mean: readonly number[];
  /** 95 % bootstrap interval of that mean; undefined for too few prompts. */
  readonly intervals: readonly (Interval | undefined)[];
  /** The same mean for the tokens of the next prompt instead of the prompt's own: what chance gives. */
  readonly other: readonly number[];
  /** Prompts for which the token is first. */
  readonly first: readonly number[];
}

export const fitLensSettings = z.strictObject({
  kind: option(oneOf(FITTED_LENSES), {
    flags: "<kind>",
    help: `Fits this lens: ${FITTED_LENSES.join(" or ")}.`,
  }),
  model: modelName,
  corpus: option(path, {
    flags: "--corpus <file>",
    help: "Fits on this corpus: a text file with a sentence or a paragraph a line, or JSONL.",
  }),
  out: option(path.optional(), {
    flags: "--out <file>",
    help: "Writes the lens there, as safetensors.",
    otherwise: "a file of the result",
  }),
  steps: option(stepCount.default(250), { flags: "--steps <n>", help: "Trains a tuned lens for so many steps." }),
  rows: option(whole(1, 100_000).default(128), {
    flags: "--rows <n>",
    help: "Learns from so many tokens in a step (tuned).",
  }),
  texts: option(whole(1, 1_000_000).default(32), {
    flags: "--texts <n>",
    help: "Averages the derivatives over so many texts (jacobian).",
  }),
  length: option(whole(2, 1_000_000).default(128), {
    flags: "--length <n>",
    help: "Cuts each text to so many tokens (jacobian).",
  }),
  skip: option(whole(0, 1_000_000).default(16), {
    flags: "--skip <n>",
    help: "Leaves out so many positions at the front of each text, where attention sinks stand (jacobian).",
  }),
  seed: option(seed.default(0), { flags: "--seed <n>", help: "Draws the texts from this seed." }),
  bos: option(oneOf(BOS_CHOICES).default("auto"), {
    flags: "--bos <choice>",
    help: "Begins texts with the beginning-of-text token as the tokenizer does by itself, always or never.",
  }),
});

export type FitLensSettings = Frozen<z.infer<typeof fitLensSettings>>;

export interface FitLensResult {
  /** That the lens is in. */
  readonly file: string;
  readonly modelName: string;
  /** Texts that it was fitted on, and others that it is judged on. */
  readonly texts: { readonly discovery: number; readonly heldOut: number };
  /** By layer, at the ends of held-out texts: KL(model ‖ lens) in nats, of the logit lens and of this one. */
  readonly divergence: readonly { readonly logit: number; readonly fitted: number }[];
}
