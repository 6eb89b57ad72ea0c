// The settings of dictionaries of features, trained and judged, and their results.
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { oneOf, path, seed, stepCount, whole } from "./bounds.ts";
import { BOS_CHOICES, DICTIONARY_KINDS, DICTIONARY_SITES } from "./lists.ts";
import type { NeutralEffect } from "./neutral-effect.ts";
import type { NullFigure } from "./null-figure.ts";
import { option } from "./option.ts";
import { modelName } from "./task-choice.ts";

const layerOf = whole(0, 10_000);
const positive = z.number({ error: "Give a number above 0, at most 1000000." }).gt(0).lte(1e6);
const notNegative = z.number({ error: "Give a number from 0 to 1000000." }).gte(0).lte(1e6);

/** States that do not count, by reason. */
export interface Exclusions {
  /** The first position of a text, where attention sinks stand. */
  readonly first: number;
  /** Beginning- and end-of-text tokens. */
  readonly special: number;
  /** Norms above five times the median: sinks that stand elsewhere, such as a second newline. */
  readonly outlying: number;
  /** Positions whose text up to there stood in a text before. */
  readonly repeated: number;
}

const corpusChoice = {
  corpus: option(path.optional(), {
    flags: "--corpus <file>",
    help: "Takes the states of these texts, one a line.",
    otherwise: "the shipped text that the model's tokenizer has words for",
  }),
  bos: option(oneOf(BOS_CHOICES).default("auto"), {
    flags: "--bos <choice>",
    help: "Begins texts with the beginning-of-text token as the tokenizer does by itself, always or never.",
  }),
  centre: option(z.boolean({ error: "Give true or false." }).default(false), {
    flags: "--centre",
    help: "Takes the mean over the dimensions out of every state, as TransformerLens does.",
    says: "yes",
  }),
  keepFirst: option(z.boolean({ error: "Give true or false." }).default(false), {
    flags: "--keep-first",
    help: "Counts the first position of every text too, where attention sinks stand.",
    says: "yes",
  }),
  keepSpecial: option(z.boolean({ error: "Give true or false." }).default(false), {
    flags: "--keep-special",
    help: "Counts beginning- and end-of-text tokens too.",
    says: "yes",
  }),
  keepOutlying: option(z.boolean({ error: "Give true or false." }).default(false), {
    flags: "--keep-outlying",
    help: "Counts states of more than five times the median norm too.",
    says: "yes",
  }),
};

export const saeTrainSettings = z.strictObject({
  model: modelName,
  site: option(oneOf(DICTIONARY_SITES).default("residPost"), {
    flags: "--site <site>",
    help: "Trains on the states there.",
  }),
  layer: option(layerOf.optional(), {
    flags: "--layer <n>",
    help: "Trains on the states of this layer, counted from 0.",
    otherwise: "the middle one",
  }),
  target: option(oneOf(DICTIONARY_SITES).optional(), {
    flags: "--target <site>",
    help: "Trains a transcoder: reconstructs this site of the same layer from the states of --site.",
  }),
  kind: option(oneOf(DICTIONARY_KINDS).default("topk"), {
    flags: "--kind <kind>",
    help: `Trains a dictionary of this kind: ${DICTIONARY_KINDS.join(", ")}.`,
  }),
  features: option(whole(1, 1_000_000).optional(), {
    flags: "--features <n>",
    help: "Learns so many features.",
    otherwise: "8 times the width of the states",
  }),
  k: option(whole(1, 1_000_000).default(16), {
    flags: "--k <n>",
    help: "Lets so many features stand for a state, in topk and (on average) batchtopk.",
  }),
  sparsity: option(notNegative.default(1), {
    flags: "--sparsity <x>",
    help: "Pulls so hard towards few features in l1 and jumprelu; 0 shows what a dictionary is without it.",
  }),
  bandwidth: option(positive.default(0.5), {
    flags: "--bandwidth <x>",
    help: "Lets thresholds of jumprelu learn from values that are so near to them.",
  }),
  steps: option(stepCount.default(2_000), { flags: "--steps <n>", help: "Learns for so many steps." }),
  batch: option(whole(32, 65_536).default(512), { flags: "--batch <n>", help: "Learns from so many states a step." }),
  rate: option(positive.default(0.001), { flags: "--rate <x>", help: "Takes steps of this size (Adam)." }),
  tokens: option(whole(100, 100_000_000).default(200_000), {
    flags: "--tokens <n>",
    help: "Takes at most so many states of the corpus, kept on disk while it learns.",
  }),
  seed: option(seed.default(0), { flags: "--seed <n>", help: "Begins, shuffles and splits from this seed." }),
  ...corpusChoice,
  out: option(path.optional(), {
    flags: "--out <folder>",
    help: "Writes the dictionary into this folder, as SAELens reads it.",
    otherwise: "a folder of the result",
  }),
});
export type SaeTrainSettings = Frozen<z.infer<typeof saeTrainSettings>>;

/** One point of the curve of a training run; means over the steps since the point before. */
export interface TrainingPoint {
  readonly step: number;
  readonly loss: number;
  readonly l0: number;
  readonly ev: number;
  /** Share of the features that fired in none of the last states. */
  readonly dead: number;
}

export interface SaeTrainResult {
  readonly modelName: string;
  readonly folder: string;
  readonly place: { readonly site: string; readonly layer: number };
  readonly kind: string;
  readonly features: number;
  readonly states: number;
  readonly width: number;
  readonly excluded: Exclusions;
  readonly curve: readonly TrainingPoint[];
  /** On texts that it was not trained on. */
  readonly heldOut: Reconstruction;
  readonly seconds: number;
  readonly notes: readonly string[];
}

/** How well states are reconstructed, over n of them. */
export interface Reconstruction {
  readonly states: number;
  /** Mean number of features above 0. */
  readonly l0: number;
  /** 1 − Σ‖x−x̂‖² / Σ‖x−x̄‖², pooled over states; and its complement. */
  readonly ev: number;
  readonly fvu: number;
  /** Mean over states of 1 − ‖x−x̂‖² / ‖x−x̄‖²: what older tools print. */
  readonly evLegacy: number;
  /** Share of the features that fire nowhere here. */
  readonly dead: number;
  readonly cosine: number;
  /** Mean ‖x̂‖ / mean ‖x‖. */
  readonly normRatio: number;
  /** E‖x̂‖² / E[x·x̂]: below or above 1 where reconstructions are too small or too large. */
  readonly relativeBias: number;
  /** Features by log10 of their density, one bin for each half decade from −6 to 0; those that never fire are in none. */
  readonly densities: readonly number[];
}

export const saeEvalSettings = z.strictObject({
  dictionary: option(path, { flags: "<dictionary>", help: "The folder of the dictionary, or its file of weights." }),
  model: modelName,
  site: option(oneOf(DICTIONARY_SITES).optional(), {
    flags: "--site <site>",
    help: "Reads the states there.",
    otherwise: "where the file says",
  }),
  layer: option(layerOf.optional(), {
    flags: "--layer <n>",
    help: "Reads the states of this layer, counted from 0.",
    otherwise: "what the file says",
  }),
  normScale: option(positive.optional(), {
    flags: "--norm-scale <x>",
    help: "Folds this scale of its training states into a dictionary of expected_average_only_in.",
  }),
  texts: option(whole(4, 100_000).default(200), {
    flags: "--texts <n>",
    help: "Judges it on so many held-out texts.",
  }),
  seed: option(seed.default(0), { flags: "--seed <n>", help: "Splits the texts and draws the nulls from this seed." }),
  ...corpusChoice,
});
export type SaeEvalSettings = Frozen<z.infer<typeof saeEvalSettings>>;

export interface SaeEvalResult {
  readonly modelName: string;
  readonly dictionary: string;
  readonly place: { readonly site: string; readonly layer: number };
  readonly features: number;
  readonly excluded: Exclusions;
  readonly reconstruction: Reconstruction;
  /** EV beside that of 20 dictionaries of random directions with as many features for each state, on the first states. */
  readonly ev: NullFigure;
  /** EV of as many principal components as features fire in a state, fitted on other texts. */
  readonly principalComponents: { readonly count: number; readonly ev: number };
  /** Cross entropy per token and KL(clean ‖ changed), the states put through the dictionary, set to zero or to their mean. */
  readonly spliced: Readonly<Record<"dictionary" | "zero" | "mean", NeutralEffect>>;
  /** (CE zero − CE spliced) / (CE zero − CE clean); and with the mean in the place of zero. */
  readonly recovered: { readonly zero: number; readonly mean: number };
  readonly notes: readonly string[];
}
