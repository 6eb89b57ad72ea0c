// What a person sets of directions: how they are had, how they act, how they are judged; and what comes of it.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { acting, VECTOR_ACTIONS, type VectorAction, vectorSum } from "./acting.ts";
import { layer, listOf, oneOf, path, positive, real, seed, whole } from "./bounds.ts";
import { generateSettings, type GeneratedToken, type Sample } from "./generate.ts";
import type { NeutralEffect } from "./neutral-effect.ts";
import type { NullFigure } from "./null-figure.ts";
import { option } from "./option.ts";
import { modelName } from "./task-choice.ts";

/**
 * How a direction is had:
 * - difference: mean of one side's states − mean of the other's
 * - component: first principal component of the differences of pairs
 * - probe: weights of a logistic probe
 * - task: mean state at the end of few-shot prompts (it replaces a state)
 * - function: what the heads that carry a task write
 * - feature: a row of a dictionary's decoder
 * - neuron, unembedding, relation: out of the weights, or a fitted relation
 * - random: of a given length
 * - sum: files joined by + and -
 */
export const DIRECTION_METHODS = [
  "difference",
  "component",
  "probe",
  "task",
  "function",
  "feature",
  "neuron",
  "unembedding",
  "relation",
  "random",
  "file",
  "sum",
] as const;
export type DirectionMethod = (typeof DIRECTION_METHODS)[number];

/** Those that `vector make` makes; what came from a file keeps its own. */
const MADE_METHODS = [
  "difference",
  "component",
  "probe",
  "task",
  "function",
  "feature",
  "neuron",
  "unembedding",
  "relation",
  "random",
  "sum",
] as const satisfies readonly DirectionMethod[];

/** Forms of a direction's file: ours, a control vector of llama.cpp and repeng, Neuronpedia's. */
export const VECTOR_ENDINGS = [".safetensors", ".gguf", ".json"] as const;
export type VectorEnding = (typeof VECTOR_ENDINGS)[number];

/** How examples stand in a prompt: "x -> y" lines, Q: and A:, or a list of words. */
export const IN_CONTEXT_FORMS = ["arrow", "question", "list"] as const;
export type InContextForm = (typeof IN_CONTEXT_FORMS)[number];

/** By what the layer is chosen, on the validation split alone. */
export const SELECTION_RULES = ["gain", "induce", "remove"] as const;
export type SelectionRule = (typeof SELECTION_RULES)[number];

const word = z
  .string({ error: asks(say`Give a text of 1 to 200 characters.`) })
  .min(1)
  .max(200);
const positionWord = z
  .string()
  .regex(/^(all|last|end(-\d{1,2})?)$/, { error: asks(say`Choose all, last, end, or end-1, end-2 …`) });

const coefficients = listOf(real, 101);
const makesAtLeast20 = whole(20, 1_000);

export const vectorMakeSettings = z.strictObject({
  source: option(path.optional(), {
    flags: "[source]",
    help: 'Makes it from this: contrast sets (difference, component, probe), a relation\'s samples (task, function), a fitted relation (relation), a dictionary (feature), files of directions such as "a.safetensors + b.safetensors - c.safetensors" (sum).',
  }),
  model: modelName,
  out: option(path.optional(), {
    flags: "--out <file>",
    help: "Writes it there: .safetensors, .gguf (a control vector) or .json (Neuronpedia).",
    otherwise: "a file of the result",
  }),
  method: option(oneOf(MADE_METHODS).default("difference"), {
    flags: "--method <name>",
    help: "Makes it in this way.",
  }),
  layer: option(layer.optional(), {
    flags: "--layer <n>",
    help: "Names this layer in the file as the one to act at; -1 is the embedding.",
    otherwise: "chosen on the validation split where the file has a score",
  }),
  at: option(listOf(positionWord, 40).optional(), {
    flags: "--at <positions>",
    help: "Reads states at this position, or at the best of several by the rule, such as each token behind a chat's message: end, end-1 …, all (but the first), last (that is no special token).",
    otherwise: "as the file of contrast sets says",
  }),
  rule: option(oneOf(SELECTION_RULES).default("gain"), {
    flags: "--rule <name>",
    help: "Chooses the layer by this rule, among the first 80 % of layers.",
  }),
  form: option(oneOf(IN_CONTEXT_FORMS).default("arrow"), {
    flags: "--form <name>",
    help: "Writes examples of a task in this form.",
  }),
  shots: option(whole(1, 100).default(5), {
    flags: "--shots <n>",
    help: "Shows so many examples of a task in a prompt.",
  }),
  prompts: option(whole(1, 10_000).default(8), {
    flags: "--prompts <n>",
    help: "Takes the mean over so many few-shot prompts.",
  }),
  queries: option(whole(1, 10_000).default(8), {
    flags: "--queries <n>",
    help: "Asks so many queries to choose the layer, and so many others to report.",
  }),
  heads: option(whole(1, 10_000).default(10), { flags: "--heads <n>", help: "Sums so many heads (function)." }),
  neuron: option(whole(0, 10_000_000).optional(), {
    flags: "--neuron <n>",
    help: "Takes this hidden neuron of --layer.",
  }),
  feature: option(whole(0, 10_000_000).optional(), {
    flags: "--feature <n>",
    help: "Takes this feature of the dictionary.",
  }),
  plus: option(word.optional(), { flags: "--plus <text>", help: "Points towards this token (unembedding, relation)." }),
  minus: option(word.optional(), { flags: "--minus <text>", help: "Points away from this token." }),
  norm: option(positive.optional(), {
    flags: "--norm <length>",
    help: "Makes it so long (random).",
    otherwise: "as long as the mean state at the layer",
  }),
  seed: option(seed.default(1), { flags: "--seed <n>", help: "Draws shots and random directions from this seed." }),
});
export type VectorMakeSettings = Frozen<z.infer<typeof vectorMakeSettings>>;

export const vectorSweepSettings = z.strictObject({
  sets: option(path, { flags: "<sets>", help: "The file of contrast sets whose score and neutral texts are used." }),
  model: modelName,
  vector: option(vectorSum, {
    flags: "--vector <file>",
    help: "Sweeps the direction of this file, or a sum of several.",
  }),
  action: acting.action,
  unit: acting.unit,
  layers: option(listOf(layer, 1_000).optional(), {
    flags: "--layers <list>",
    help: "Tries these layers.",
    otherwise: "all",
  }),
  coefficients: option(coefficients.default([-2, -1, 1, 2, 4]), {
    flags: "--coefficients <list>",
    help: "Tries these coefficients.",
  }),
  mostKl: option(positive.default(0.5), {
    flags: "--most-kl <nats>",
    help: "Chooses among settings that move neutral text by at most so much a token.",
  }),
  draws: option(makesAtLeast20.default(20), {
    flags: "--draws <n>",
    help: "Measures so many random directions of the same length beside it.",
  }),
  neutral: option(whole(2, 10_000).default(8), {
    flags: "--neutral <n>",
    help: "Measures KL and cross entropy on so many neutral texts.",
  }),
  seed: option(seed.default(1), { flags: "--seed <n>", help: "Draws random directions from this seed." }),
});
export type VectorSweepSettings = Frozen<z.infer<typeof vectorSweepSettings>>;

export const vectorJudgeSettings = z.strictObject({
  sets: option(listOf(path, 50), {
    flags: "<sets...>",
    help: "Files of contrast sets: each gives a score, and the column of a matrix.",
  }),
  model: modelName,
  vectors: option(listOf(vectorSum, 50), {
    flags: "--vectors <list>",
    help: "Judges the directions of these files or sums, parted by commas.",
  }),
  action: acting.action,
  scale: acting.scale,
  unit: acting.unit,
  layers: acting.layers,
  positions: acting.positions,
  draws: option(makesAtLeast20.default(20), {
    flags: "--draws <n>",
    help: "Measures so many random directions of the same length beside each.",
  }),
  neutral: option(whole(2, 10_000).default(8), {
    flags: "--neutral <n>",
    help: "Measures KL and cross entropy on so many neutral texts.",
  }),
  texts: option(whole(0, 1_000).default(6), {
    flags: "--texts <n>",
    help: "Generates so many texts with each vector, and counts those that match the pattern.",
  }),
  maxTokens: option(whole(1, 1_000).default(16), {
    flags: "--max-tokens <n>",
    help: "Ends each text after so many tokens.",
  }),
  seed: option(seed.default(1), { flags: "--seed <n>", help: "Draws random directions from this seed." }),
});
export type VectorJudgeSettings = Frozen<z.infer<typeof vectorJudgeSettings>>;

export const vectorApplySettings = z.strictObject({
  model: modelName,
  text: generateSettings.shape.text,
  chat: generateSettings.shape.chat,
  system: generateSettings.shape.system,
  vectors: option(listOf(vectorSum, 20), {
    flags: "--vectors <list>",
    help: "Applies the directions of these files or sums, parted by commas.",
  }),
  actions: option(listOf(oneOf(VECTOR_ACTIONS), 20).optional(), {
    flags: "--actions <list>",
    help: "What each of them does.",
    otherwise: "add; of a task vector, replace",
  }),
  scales: option(listOf(real, 20).optional(), {
    flags: "--scales <list>",
    help: "The coefficient of each of them.",
    otherwise: "1",
  }),
  actAt: option(listOf(layer, 20).optional(), {
    flags: "--act-at <list>",
    help: "The layer of each of them; -1 is the embedding.",
    otherwise: "the one that its file names",
  }),
  unit: acting.unit,
  positions: acting.positions,
  maxTokens: option(whole(1, 100_000).default(32), {
    flags: "--max-tokens <n>",
    help: "Ends after so many new tokens.",
  }),
  temperature: generateSettings.shape.temperature,
  seed: generateSettings.shape.seed,
  doses: option(coefficients.optional(), {
    flags: "--doses <list>",
    help: "Measures, at these coefficients of the first direction, KL at the prompt's end beside random directions, and KL on neutral text.",
  }),
  draws: vectorJudgeSettings.shape.draws,
  mostKl: vectorSweepSettings.shape.mostKl,
});
export type VectorApplySettings = Frozen<z.infer<typeof vectorApplySettings>>;

/** Of a layer: how long the direction is there, and how well it parts the sides. */
export interface VectorLayer {
  readonly layer: number;
  readonly norm: number;
  /** Norm over the mean norm of the states there. */
  readonly share: number | undefined;
  /** Cosine with the direction of the layer before. */
  readonly cosine: number | undefined;
  /** Chance that a plus text lies further along it than a minus text; it chooses no layer: it is often 1 at all of them. */
  readonly auroc:
    { readonly train: number; readonly validation: number | undefined; readonly test: number | undefined } | undefined;
  /** What the rule saw of it on the validation split. */
  readonly validation: LayerScore | undefined;
}

/** A layer on the validation split: mean change of the score, or of accuracy, and KL on neutral text. */
export interface LayerScore {
  readonly change: number;
  readonly kl: number | undefined;
  readonly accuracy?: number;
}

export interface VectorMakeResult {
  readonly modelName: string;
  readonly file: string;
  readonly method: DirectionMethod;
  readonly at: string | undefined;
  readonly layers: readonly VectorLayer[];
  /** The one to act at; undefined where nothing chose it. */
  readonly layer: number | undefined;
  readonly chosenBy: string;
  /** A task or function vector on test queries. */
  readonly task: TaskVectorFigures | undefined;
  readonly notes: readonly Note[];
}

export interface TaskVectorFigures {
  readonly queries: number;
  /** Share of test queries whose likeliest token is the answer. */
  readonly zeroShot: number;
  readonly fewShot: number;
  /** By layer, in the order of `layers` (the embedding first). */
  readonly byLayer: readonly number[];
  /** At the chosen layer, beside random vectors of the same length or sums of random heads. */
  readonly chosen: NullFigure;
  /** Of a function vector: the heads, strongest first, and their mean causal indirect effect. */
  readonly heads: readonly { readonly layer: number; readonly head: number; readonly effect: number }[];
  /** Of a function vector: the layer's mean state in place of it, by layer. */
  readonly layerMean: readonly number[] | undefined;
}

export interface SweepCell {
  readonly layer: number;
  readonly coefficient: number;
  /** Mean score and its mean change on the validation prompts. */
  readonly score: number;
  readonly change: number;
  readonly kl: number;
}

export interface VectorSweepResult {
  readonly modelName: string;
  readonly vector: string;
  readonly cells: readonly SweepCell[];
  readonly clean: number;
  readonly chosen: { readonly layer: number; readonly coefficient: number } | undefined;
  /** What was chosen on the validation prompts, on the test prompts. */
  readonly test:
    | { readonly clean: number; readonly steered: number; readonly change: NullFigure; readonly effect: NeutralEffect }
    | undefined;
  readonly notes: readonly Note[];
}

export interface VectorJudgement {
  readonly vector: string;
  readonly layers: readonly number[];
  /** By file of sets: the mean change of its score on its test prompts, beside random directions. */
  readonly changes: readonly NullFigure[];
  readonly neutral: NeutralEffect;
  /** By file of sets; undefined where no text was asked for. */
  readonly texts: readonly (TextFigures | undefined)[];
  readonly summands: readonly { readonly vector: string; readonly changes: readonly number[] }[];
}

export interface TextFigures {
  readonly count: number;
  /** Texts that match the pattern, clean and steered; undefined without one. */
  readonly matches: { readonly clean: number; readonly steered: number } | undefined;
  /** Share of bigrams that stood in the same text before. */
  readonly repetition: { readonly clean: number; readonly steered: number };
  /** Mean number of tokens. */
  readonly length: { readonly clean: number; readonly steered: number };
  readonly steered: readonly string[];
}

export interface VectorJudgeResult {
  readonly modelName: string;
  readonly sets: readonly {
    readonly name: string;
    readonly file: string;
    readonly clean: number;
    readonly prompts: number;
  }[];
  readonly vectors: readonly VectorJudgement[];
  readonly notes: readonly Note[];
}

/** A token of either text: how likely it is with the change, and without it. */
export interface SteeredToken extends GeneratedToken {
  /** log p under the change − log p without it, of this token behind the same text; nats. */
  readonly moved: number;
}

export interface SteeredSample extends Omit<Sample, "tokens"> {
  readonly tokens: readonly SteeredToken[];
}

export interface Dose {
  readonly coefficient: number;
  /** On neutral text, nats per token: what it costs. */
  readonly kl: number;
  /** KL(clean ‖ steered) of the next token at the prompt's end, nats: what it does, beside random directions of its length. */
  readonly atPrompt: NullFigure;
}

export interface VectorApplyResult {
  readonly modelName: string;
  readonly prompt: { readonly text: string; readonly ids: readonly number[] };
  readonly clean: SteeredSample;
  readonly steered: SteeredSample;
  readonly applied: readonly AppliedVector[];
  readonly doses: readonly Dose[];
  /** The coefficients around 0 at which KL stays at most as large as was asked for. */
  readonly sane: readonly [least: number, most: number] | undefined;
  readonly notes: readonly Note[];
}

/** A coefficient in both units, and what the change did. */
export interface AppliedVector {
  readonly vector: string;
  readonly action: VectorAction;
  readonly layers: readonly number[];
  readonly inVectors: number;
  readonly inStream: number | undefined;
  readonly fired: readonly { readonly entries: number; readonly moved: number }[];
}

/** A token as it is written, on one of the two sides. */
export interface VectorApplyPart {
  readonly side: "clean" | "steered";
  readonly token: GeneratedToken;
  readonly shown: string;
  /** As of a `SteeredToken`. */
  readonly moved: number;
}
