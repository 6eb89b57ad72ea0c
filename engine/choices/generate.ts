// The settings of text generation, and its result.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { acting } from "./acting.ts";
import { listOf, oneOf, path, repetitions, seed, whole } from "./bounds.ts";
import { BOS_CHOICES } from "./lists.ts";
import { option } from "./option.ts";
import { textsSpelled } from "./spelling.ts";
import { modelName } from "./task-choice.ts";

const text = z.string({ error: asks(say`Give a text of at most 1000000 characters.`) }).max(1_000_000);
const stopText = z
  .string({ error: asks(say`Give a text of 1 to 1000 characters.`) })
  .min(1)
  .max(1_000);
const chance = z
  .number({ error: asks(say`Give a number above 0, at most 1, such as 0.9.`) })
  .gt(0)
  .lte(1);
const temperature = z
  .number({ error: asks(say`Give a number from 0 to 100, such as 0.7; 0 always takes the likeliest token.`) })
  .gte(0)
  .lte(100);

export const generateSettings = z.strictObject({
  model: modelName,
  text: option(text.optional(), { flags: "--text <text>", help: "Goes on with this text." }),
  chat: option(text.optional(), {
    flags: "--chat <text>",
    help: "Answers this message, written as the model's own chat template writes it.",
  }),
  system: option(text.optional(), {
    flags: "--system <text>",
    help: "Tells the model this before the chat.",
    otherwise: "what its template says",
  }),
  begin: option(listOf(whole(0, 10_000_000), 100_000).optional(), {
    flags: "--begin <ids>",
    help: "Begins the new text with these token ids, as if they had been generated.",
  }),
  changes: option(path.optional(), {
    flags: "--changes <file>",
    help: "Changes the run as this JSON file says: the `changes` of a plan whose world 0 is the prompt.",
  }),
  ...acting,
  maxTokens: option(whole(1, 1_000_000).default(64), {
    flags: "--max-tokens <n>",
    help: "Ends after so many new tokens.",
  }),
  temperature: option(temperature.default(0), {
    flags: "--temperature <x>",
    help: "Draws tokens at this temperature; 0 always takes the likeliest.",
  }),
  topK: option(whole(1, 10_000_000).optional(), {
    flags: "--top-k <n>",
    help: "Draws among the n likeliest tokens.",
    otherwise: "all",
  }),
  topP: option(chance.optional(), {
    flags: "--top-p <p>",
    help: "Draws among the likeliest tokens that together reach this probability.",
    otherwise: "all",
  }),
  minP: option(chance.optional(), {
    flags: "--min-p <p>",
    help: "Draws among tokens with at least this share of the likeliest one's probability.",
    otherwise: "all",
  }),
  stop: option(listOf(stopText, 100).optional(), {
    flags: "--stop <texts>",
    help: "Ends before any of these texts, parted by commas; \\n is a new line and \\, a comma.",
    spelling: textsSpelled,
  }),
  samples: option(repetitions(1).default(1), {
    flags: "--samples <n>",
    help: "Writes so many texts, each from a seed of its own.",
  }),
  seed: option(seed.default(0), { flags: "--seed <n>", help: "Draws the tokens from this seed." }),
  alternatives: option(whole(0, 1_000).default(5), {
    flags: "--alternatives <n>",
    help: "Names so many of the likeliest tokens at every step (--json).",
  }),
  bos: option(oneOf(BOS_CHOICES).default("auto"), {
    flags: "--bos <choice>",
    help: "Begins the prompt with the beginning-of-text token as the tokenizer does by itself, always or never.",
  }),
});

export type GenerateSettings = Frozen<z.infer<typeof generateSettings>>;

export interface TokenChance {
  readonly id: number;
  readonly text: string;
  /** Natural logarithm of its probability at temperature 1, before anything was cut. */
  readonly logProbability: number;
}

export interface GeneratedToken extends TokenChance {
  /** The likeliest tokens at its step, strongest first. */
  readonly alternatives: readonly TokenChance[];
}

/** Why a text ended: an end token, a stop string, as many tokens as were asked for, or the model's context is full. */
export type EndReason = "stop-token" | "stop-text" | "length" | "context";

/** A text that was written. */
export interface Sample {
  readonly tokens: readonly GeneratedToken[];
  readonly text: string;
  readonly ended: EndReason;
}

export interface GenerateResult {
  readonly modelName: string;
  /** What the model read: the text itself, or the chat as its template writes it. */
  readonly prompt: { readonly text: string; readonly ids: readonly number[] };
  readonly samples: readonly Sample[];
  /** What each change of the plan did: entries that it touched, and how far they moved (norm). */
  readonly fired: readonly { readonly entries: number; readonly moved: number }[];
  readonly notes: readonly Note[];
}

/** A token as it is chosen, and the text that it adds to what can be shown already. */
export interface GeneratePart {
  readonly sample: number;
  readonly token: GeneratedToken;
  readonly shown: string;
}
