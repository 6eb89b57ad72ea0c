// The settings of MLP memories, and the result.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { listOf, oneOf, seed, whole } from "./bounds.ts";
import { BOS_CHOICES } from "./lists.ts";
import { option } from "./option.ts";
import { modelName } from "./task-choice.ts";

export const SCORE_KINDS = ["plain", "centred"] as const;
const text = z.string({ error: asks(say`Give a text of at most 100000 characters.`) }).max(100_000);

const neuronName = z.string().regex(/^m\d{1,5}\.n\d{1,7}$/, { error: asks(say`Name neurons as in "m3.n12".`) });

export const memoriesSettings = z.strictObject({
  model: modelName,
  layers: option(listOf(whole(0, 10_000), 1_000).optional(), {
    flags: "--layers <list>",
    help: "Reads the value vectors of these layers.",
    otherwise: "the last one",
  }),
  neurons: option(listOf(neuronName, 1_000).optional(), {
    flags: "--neurons <list>",
    help: "Lists these neurons alone, such as m3.n12, whatever their lists are.",
    otherwise: "the most coherent ones",
  }),
  scores: option(oneOf(SCORE_KINDS).default("centred"), {
    flags: "--scores <kind>",
    help: "Scores tokens by the unembedding as it is, or without its mean direction and each row of length 1.",
  }),
  text: option(text.optional(), {
    flags: "--text <text>",
    help: "Says which layers and neurons write how much towards a token at the end of this text.",
  }),
  token: option(z.string().min(1).max(200).optional(), {
    flags: "--token <word>",
    help: "Takes this word's first token.",
    otherwise: "the likeliest one",
  }),
  most: option(whole(1, 10_000).default(20), { flags: "--most <n>", help: "Lists so many neurons." }),
  draws: option(whole(20, 10_000).default(200), {
    flags: "--draws <n>",
    help: "Compares the lists with those of so many random directions.",
  }),
  seed: option(seed.default(0), { flags: "--seed <n>", help: "Draws from this seed." }),
  bos: option(oneOf(BOS_CHOICES).default("auto"), {
    flags: "--bos <choice>",
    help: "Begins the text with the beginning-of-text token as the tokenizer does by itself, always or never.",
  }),
});
export type MemoriesSettings = Frozen<z.infer<typeof memoriesSettings>>;

export interface Memory {
  readonly layer: number;
  readonly neuron: number;
  /** Which end of its list: bottom tokens are written where its coefficient is negative. */
  readonly end: "top" | "bottom";
  readonly coherence: number;
  readonly norm: number;
  readonly tokens: readonly { readonly id: number; readonly text: string; readonly score: number }[];
}

export interface MemoriesResult {
  readonly modelName: string;
  readonly scores: (typeof SCORE_KINDS)[number];
  readonly layers: readonly {
    readonly layer: number;
    /** Share of lists that are more coherent than 99 % of the random directions', of which 1 % are. */
    readonly topShare: number;
    readonly bottomShare: number;
  }[];
  readonly null: { readonly draws: number; readonly mean: number; readonly quantile99: number; readonly most: number };
  readonly memories: readonly Memory[];
  readonly written:
    | {
        readonly text: string;
        readonly token: string;
        readonly logit: number;
        readonly embedding: number;
        readonly bias: number;
        readonly attention: readonly number[];
        readonly mlp: readonly number[];
        readonly sumError: number;
        readonly neurons: readonly {
          readonly layer: number;
          readonly neuron: number;
          readonly coefficient: number;
          readonly adds: number;
        }[];
      }
    | undefined;
  readonly notes: readonly Note[];
}
