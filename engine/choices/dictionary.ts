// The settings of dictionaries of features, trained and judged, and their results.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { listOf, oneOf, path, positive, seed, stepCount, whole } from "./bounds.ts";
import { BOS_CHOICES, DICTIONARY_KINDS, DICTIONARY_SITES } from "./lists.ts";
import type { NeutralEffect } from "./neutral-effect.ts";
import type { NullFigure } from "./null-figure.ts";
import { option } from "./option.ts";
import { modelName } from "./task-choice.ts";

const layerOf = whole(0, 10_000);
const notNegative = z
  .number({ error: asks(say`Give a number from 0 to 1000000.`) })
  .gte(0)
  .lte(1e6);

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
  centre: option(z.boolean({ error: asks(say`Give true or false.`) }).default(false), {
    flags: "--centre",
    help: "Takes the mean over the dimensions out of every state, as TransformerLens does.",
    says: "yes",
  }),
  keepFirst: option(z.boolean({ error: asks(say`Give true or false.`) }).default(false), {
    flags: "--keep-first",
    help: "Counts the first position of every text too, where attention sinks stand.",
    says: "yes",
  }),
  keepSpecial: option(z.boolean({ error: asks(say`Give true or false.`) }).default(false), {
    flags: "--keep-special",
    help: "Counts beginning- and end-of-text tokens too.",
    says: "yes",
  }),
  keepOutlying: option(z.boolean({ error: asks(say`Give true or false.`) }).default(false), {
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
  also: option(listOf(notNegative, 20).optional(), {
    flags: "--also <list>",
    help: "Trains further dictionaries of the same states with these values of --sparsity (of --k in topk and batchtopk), and sets EV beside L0 of all.",
    otherwise: "none",
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
  /** Where several values were asked for: every one of them, this dictionary's own among them, by value. */
  readonly compared?: { readonly by: SparsityChoice; readonly dictionaries: readonly ComparedDictionary[] };
  readonly seconds: number;
  readonly notes: readonly Note[];
}

/** What decides how many features fire in a state. */
export type SparsityChoice = "sparsity" | "k";

/** One of several dictionaries of the same states. */
export interface ComparedDictionary {
  readonly value: number;
  readonly folder: string;
  readonly heldOut: Reconstruction;
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
  readonly notes: readonly Note[];
}

const index = whole(0, 10_000_000);
const text = z
  .string({ error: asks(say`Give a text of 1 to 1000000 characters.`) })
  .min(1)
  .max(1_000_000);

/** Which dictionary, and where in which model. */
const dictionaryChoice = {
  dictionary: saeEvalSettings.shape.dictionary,
  model: modelName,
  site: saeEvalSettings.shape.site,
  layer: saeEvalSettings.shape.layer,
  normScale: saeEvalSettings.shape.normScale,
};

export const saeFeaturesSettings = z.strictObject({
  ...dictionaryChoice,
  features: option(listOf(index, 1_000).optional(), {
    flags: "--features <list>",
    help: "Shows the pages of these features.",
    otherwise: "so many at the top of the list as --pages says",
  }),
  token: option(text.optional(), {
    flags: "--token <text>",
    help: "Lists features by their mean on this token.",
  }),
  text: option(text.optional(), {
    flags: "--text <text>",
    help: "Shows which features fire at which tokens of this text.",
  }),
  without: option(text.optional(), {
    flags: "--without <text>",
    help: "Lists features that fire in --text and nowhere in this one.",
  }),
  task: option(path.optional(), {
    flags: "--task <file>",
    help: "Lists features by their estimated effect on this task (attribution patching), and shows the one on held-out examples beside it.",
  }),
  label: option(
    z
      .string({ error: asks(say`Give a text of at most 1000 characters.`) })
      .max(1_000)
      .optional(),
    {
      flags: "--label <text>",
      help: "Lists features whose label has this text in it; of an empty text all that have a label.",
    },
  ),
  labels: option(path.optional(), {
    flags: "--labels <file>",
    help: "Takes over the explanations of Neuronpedia's JSON as labels; they are kept beside the dictionary.",
  }),
  neuronpedia: option(path.optional(), {
    flags: "--neuronpedia <file>",
    help: "Writes the pages as Neuronpedia's JSON of features.",
  }),
  top: option(whole(1, 1_000).default(10), { flags: "--top <n>", help: "Lists so many features." }),
  pages: option(whole(0, 1_000).default(3), {
    flags: "--pages <n>",
    help: "Shows the pages of so many features at the top of the list, where --features names none.",
  }),
  contexts: option(whole(1, 100).default(5), {
    flags: "--contexts <n>",
    help: "Shows so many contexts of each quantile.",
  }),
  tokens: option(whole(100, 10_000_000).default(20_000), {
    flags: "--tokens <n>",
    help: "Looks for contexts in at most so many states.",
  }),
  seed: option(seed.default(0), { flags: "--seed <n>", help: "Splits the texts from this seed." }),
  ...corpusChoice,
});
export type SaeFeaturesSettings = Frozen<z.infer<typeof saeFeaturesSettings>>;

/** A place where a feature fires, with some tokens around it. */
export interface FeatureContext {
  readonly tokens: readonly string[];
  /** The feature at each of the tokens; 0 where a position does not count. */
  readonly values: readonly number[];
  /** Which of the tokens it is of. */
  readonly at: number;
}

/** Contexts by rank of their activation among those that are not 0: the strongest tenth, 50 to 90 %, and below. */
export interface ContextBand {
  readonly band: "max" | "50-90" | "below-50";
  readonly contexts: readonly FeatureContext[];
}

export interface FeatureLine {
  readonly feature: number;
  /** Share of the states in which it fires, and its largest activation there. */
  readonly density: number;
  readonly max: number;
  /** What it is listed by: its density, its mean on a token, its largest activation in a text, or its effect on a task. */
  readonly listedBy: number;
  readonly topToken: string;
  /** What a person calls it. */
  readonly label?: string;
  /** Estimated change of a task's metric when it is ablated, on the examples that order the list and on others. */
  readonly effect?: { readonly discovery: number; readonly heldOut: number };
}

export interface FeaturePage extends FeatureLine {
  readonly bands: readonly ContextBand[];
  /** Counts of activations above 0 in ten equal bins up to the largest. */
  readonly histogram: readonly number[];
  /** Its direction through the unembedding and the final norm's gain: tokens it raises and lowers. */
  readonly raises: readonly { readonly token: string; readonly logit: number }[];
  readonly lowers: readonly { readonly token: string; readonly logit: number }[];
  /** Features with the most similar directions. */
  readonly nearest: readonly { readonly feature: number; readonly cosine: number }[];
  /** Hidden neurons of later MLPs whose input weights, under the norm's gain, lie most along its direction or against it. */
  readonly writesTo: readonly { readonly layer: number; readonly neuron: number; readonly cosine: number }[];
}

export interface SaeFeaturesResult {
  readonly modelName: string;
  readonly dictionary: string;
  readonly place: { readonly site: string; readonly layer: number };
  /** The name of its place in TransformerLens: "blocks.2.hook_resid_post". */
  readonly hook: string;
  readonly states: number;
  readonly list: readonly FeatureLine[];
  readonly pages: readonly FeaturePage[];
  /** Activations over a text, "token feature", of the listed features. */
  readonly heatmap?: {
    readonly tokens: readonly string[];
    readonly features: readonly number[];
    readonly values: readonly (readonly number[])[];
  };
  readonly notes: readonly Note[];
}

export const saeShowSettings = z.strictObject({
  ...dictionaryChoice,
  texts: option(whole(2, 10_000).default(64), {
    flags: "--texts <n>",
    help: "Tries it on so many held-out texts.",
  }),
  seed: option(seed.default(0), { flags: "--seed <n>", help: "Splits the texts from this seed." }),
  ...corpusChoice,
});
export type SaeShowSettings = Frozen<z.infer<typeof saeShowSettings>>;

/** What a dictionary is, and whether it fits the model: the first look before anything is shown of it. */
export interface SaeShowResult {
  readonly modelName: string;
  readonly dictionary: string;
  /** Of the file. */
  readonly form: string;
  /** How features are chosen. */
  readonly selection: string;
  readonly normalisation: string;
  readonly transcodes: boolean;
  readonly features: number;
  readonly width: number;
  /** The file's own words for where it belongs, and the model that it names. */
  readonly hook: string | undefined;
  readonly trainedOn: string | undefined;
  readonly place: { readonly site: string; readonly layer: number };
  readonly sha256: string;
  /** Undefined for transcoders, which reconstruct another site. */
  readonly look: Reconstruction | undefined;
  /** What is far off in `look`, in sentences; empty where it fits. */
  readonly implausible: readonly Note[];
  readonly labels: readonly { readonly feature: number; readonly label: string }[];
  readonly notes: readonly Note[];
}

const STEER_OPS = ["add", "clamp", "project"] as const;
const amount = z
  .number({ error: asks(say`Give a number from -1000 to 1000.`) })
  .gte(-1000)
  .lte(1000);

export const saeSteerSettings = z.strictObject({
  ...dictionaryChoice,
  feature: option(index, { flags: "--feature <n>", help: "Steers with this feature." }),
  text: option(text, { flags: "--text <text>", help: "Goes on with this text." }),
  op: option(oneOf(STEER_OPS).default("add"), {
    flags: "--op <op>",
    help: "Adds its direction, clamps the feature with the error kept, or projects its direction out.",
  }),
  strengths: option(listOf(amount, 50).default([0, 1, 2, 4]), {
    flags: "--strengths <list>",
    help: "Tries these strengths, in multiples of the feature's largest activation in the corpus.",
  }),
  maxTokens: option(whole(1, 10_000).default(24), {
    flags: "--max-tokens <n>",
    help: "Ends after so many new tokens.",
  }),
  texts: option(whole(2, 10_000).default(20), {
    flags: "--texts <n>",
    help: "Measures the harm on so many held-out texts.",
  }),
  tokens: option(whole(100, 10_000_000).default(5_000), {
    flags: "--tokens <n>",
    help: "Finds the feature's largest activation in at most so many states.",
  }),
  sane: option(positive.default(0.5), {
    flags: "--sane <kl>",
    help: "Takes text for sane while KL on neutral text is below this, in nats per token.",
  }),
  seed: option(seed.default(0), {
    flags: "--seed <n>",
    help: "Splits the texts and draws random features from this seed.",
  }),
  ...corpusChoice,
});
export type SaeSteerSettings = Frozen<z.infer<typeof saeSteerSettings>>;

export interface SaeSteerResult {
  readonly modelName: string;
  readonly feature: number;
  /** The feature's largest activation in the corpus. */
  readonly max: number;
  readonly doses: readonly {
    readonly strength: number;
    readonly text: string;
    /** KL(clean ‖ steered) on held-out text, nats per token, beside that of 20 other features at the same norm. */
    readonly kl: NullFigure;
    /** Mean change, at the end of --text, of the log-probabilities of the ten tokens that the feature's direction raises most. */
    readonly effect: NullFigure;
    readonly sane: boolean;
  }[];
  readonly raises: readonly string[];
  readonly notes: readonly Note[];
}
