// The settings and the result of a study of hidden neurons: what they go with, what their removal does, how they answer to strength.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import type { Interval } from "../base/interval.ts";
import { listLength, listOf, name, oneOf, path, real, seed, share, whole } from "./bounds.ts";
import { BOS_CHOICES, NEURON_EXTENTS, NEURON_STEPS, type NeuronStep } from "./lists.ts";
import type { NullFigure } from "./null-figure.ts";
import { option } from "./option.ts";
import { textsSpelled } from "./spelling.ts";

const token = z
  .string({ error: asks(say`Give tokens of 1 to 200 characters.`) })
  .min(1)
  .max(200);
const endpoint = z
  .string({ error: asks(say`Give an address such as http://127.0.0.1:8080/v1.`) })
  .max(2000)
  .regex(/^https?:\/\/[^\s/]+/i, { error: asks(say`Give an address such as http://127.0.0.1:8080/v1.`) });
const neuronId = z.string({ error: asks(say`Give a hidden neuron such as m2.n17.`) }).regex(/^m\d{1,9}\.n\d{1,9}$/);
const settings = {
  model: option(path.optional(), {
    flags: "--model <name>",
    help: "Takes this model: the embedded one, a folder, a .gguf file or a name on the Hugging Face Hub.",
    otherwise: "sprig",
  }),
  event: option(listOf(token, 10_000).optional(), {
    flags: "--event <tokens>",
    help: 'Calls it an event where the next token is one of these, written with their space and parted by commas, such as " an".',
    spelling: textsSpelled,
  }),
  pattern: option(name.optional(), {
    flags: "--pattern <expression>",
    help: "Calls it an event where the text that follows begins as this regular expression says.",
  }),
  marked: option(path.optional(), {
    flags: "--marked <file>",
    help: "Reads the texts of this file and calls it an event where the next token begins inside [[ and ]].",
  }),
  task: option(path.optional(), {
    flags: "--task <file>",
    help: "Reads the ends of this task's prompts; the event is a --property of the prompt.",
  }),
  property: option(name.optional(), {
    flags: "--property <name>",
    help: "Calls it an event where a task's prompt is corrupt, is right (the model's first token is an answer), or has template=NAME or answer=TEXT.",
    otherwise: "corrupt",
  }),
  control: option(listOf(token, 10_000).optional(), {
    flags: "--control <tokens>",
    help: "Holds the event against these tokens, which the same change should leave alone.",
    otherwise: "the commonest token that follows other places; of a task its wrong answers",
    spelling: textsSpelled,
  }),
  corpus: option(path.optional(), {
    flags: "--corpus <file>",
    help: "Looks for events in these texts, one a line, or JSONL.",
    otherwise: "the plain sentences that ship",
  }),
  texts: option(whole(2, 10_000_000).optional(), {
    flags: "--texts <n>",
    help: "Reads so many texts of the corpus.",
    otherwise: "1000",
  }),
  neuron: option(listOf(neuronId, 1000).optional(), {
    flags: "--neuron <list>",
    help: "Studies these neurons.",
    otherwise: "the two farthest from AUROC .5, and the two whose removal costs most",
  }),
  steps: option(listOf(oneOf(NEURON_STEPS), NEURON_STEPS.length).optional(), {
    flags: "--steps <list>",
    help: `Takes these steps behind the correlation of all neurons: ${NEURON_STEPS.join(", ")}.`,
    otherwise: "removal, strength, and words or selectivity where their file is given",
  }),
  extent: option(oneOf(NEURON_EXTENTS).optional(), {
    flags: "--extent <where>",
    help: "Sets a neuron at the event's place alone, or at every place up to it.",
    otherwise: "event",
  }),
  places: option(whole(5, 100_000).optional(), {
    flags: "--places <n>",
    help: "Measures effects at so many held-out events, and as many other places.",
    otherwise: "40",
  }),
  draws: option(whole(20, 10_000).optional(), {
    flags: "--draws <n>",
    help: "Shuffles the labels so often.",
    otherwise: "20",
  }),
  others: option(whole(20, 100_000).optional(), {
    flags: "--others <n>",
    help: "Does the same to so many random neurons of the same layer whose mean |activation| is alike.",
    otherwise: "100",
  }),
  take: option(share.optional(), {
    flags: "--take <share>",
    help: "Grows a set of neurons until its removal takes this share of what the event adds to log p.",
    otherwise: "0.5",
  }),
  strengths: option(listOf(real, 1000).optional(), {
    flags: "--strengths <list>",
    help: "Sets the neuron to these values, too.",
  }),
  prompts: option(path.optional(), {
    flags: "--prompts <file>",
    help: "Reads the probabilities of groups of words at the ends of these prompts, one a line.",
  }),
  words: option(path.optional(), {
    flags: "--words <file>",
    help: "Takes the groups of words of this YAML or JSON file.",
    otherwise: "the shipped determiners",
  }),
  categories: option(path.optional(), {
    flags: "--categories <file>",
    help: "Compares activations over the categories of this YAML or JSON file, a list of texts under each name.",
    otherwise: "the shipped categories",
  }),
  explained: option(whole(1, 100_000).optional(), {
    flags: "--explained <n>",
    help: "Looks for explanations of so many random neurons beside those that are studied.",
    otherwise: "200",
  }),
  explainer: option(endpoint.optional(), {
    flags: "--explainer <url>",
    help: "Asks the language model behind this OpenAI-compatible address, such as http://127.0.0.1:8080/v1, to explain each studied neuron, and sends it excerpts of the texts; a key is read from SECATEUR_EXPLAINER_KEY.",
    otherwise: "none: nothing leaves this machine",
  }),
  explainerModel: option(name.optional(), {
    flags: "--explainer-model <name>",
    help: "Takes this model of the endpoint.",
    otherwise: "the first that it lists",
  }),
  neuronpedia: option(path.optional(), {
    flags: "--neuronpedia <file>",
    help: "Writes the studied neurons as Neuronpedia's JSON of features.",
  }),
  top: option(listLength.optional(), { flags: "--top <n>", help: "Lists so many neurons.", otherwise: "20" }),
  seed: option(seed.optional(), { flags: "--seed <n>", help: "Draws everything from this seed.", otherwise: "0" }),
  bos: option(oneOf(BOS_CHOICES).optional(), {
    flags: "--bos <choice>",
    help: "Begins texts with the beginning-of-text token as the tokenizer does by itself, always or never.",
    otherwise: "auto",
  }),
};

/** What a study file may hold: any of the settings but the file itself. */
export const neuronStudyFile = z.strictObject(settings);
export type NeuronStudyFile = Frozen<z.infer<typeof neuronStudyFile>>;

export const neuronStudySettings = z.strictObject({
  study: option(path.optional(), {
    flags: "[study]",
    help: "A YAML or JSON file with any of these settings; what is typed beside it counts more.",
  }),
  ...settings,
});
export type NeuronStudySettings = Frozen<z.infer<typeof neuronStudySettings>>;

/** One number per hidden neuron, "layer·neuron"; of discovery places but for what says otherwise. */
export interface NeuronTable {
  readonly nLayers: number;
  readonly dMlp: number;
  /** Chance that the activation at an event is above that at another place, ties counted half. */
  readonly auroc: Float32Array;
  /** Pearson's r of the activation with the event as 0 or 1. */
  readonly pointBiserial: Float32Array;
  readonly meanOn: Float32Array;
  readonly meanOff: Float32Array;
  /** Over all places, discovery and held out. */
  readonly mean: Float32Array;
  readonly meanAbsolute: Float32Array;
  readonly deviation: Float32Array;
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/** A neuron among the best, on texts that it was not chosen on. */
export interface BestNeuron {
  readonly layer: number;
  readonly neuron: number;
  readonly auroc: number;
  readonly aurocHeldOut: number;
  readonly pointBiserial: number;
  /** Share of shuffles, the own labels among them, whose best neuron is as far from .5: (1 + #) / (1 + draws). */
  readonly p: number;
}

export interface Correlation {
  readonly places: { readonly discovery: number; readonly heldOut: number };
  readonly events: { readonly discovery: number; readonly heldOut: number };
  readonly table: NeuronTable;
  /** Largest |AUROC − .5| over ALL neurons, by shuffle of the labels: what the best of so many is by chance. */
  readonly nullMaxima: readonly number[];
  /** Farthest from .5 first. */
  readonly best: readonly BestNeuron[];
  /** Where there were too many places to rank them all: bins of each neuron, and what an AUROC of the table may be off by at most. */
  readonly sketch: { readonly bins: number; readonly bound: number } | undefined;
}

/** A mean over places with its 95 % bootstrap interval. */
export interface MeanOver {
  readonly mean: number;
  readonly interval: Interval | undefined;
}

/** What stands in the place of a removed neuron. */
export const REMOVALS = ["zero", "mean", "position-mean", "resample", "optimal"] as const;
export type RemovalKind = (typeof REMOVALS)[number];

/** On held-out places; in nats. */
export interface Removal {
  readonly kind: RemovalKind;
  /** The constant, where it is one. */
  readonly constant: number | undefined;
  /** Change of log p(event) at events, beside that of other neurons of the layer. */
  readonly event: NullFigure;
  /** Change of log p(control) at events. */
  readonly control: MeanOver;
  /** Change of log p(event) − log p(control) at events: of a task the change of its logit difference. */
  readonly difference: MeanOver;
  /** Change of log p(control) at other places. */
  readonly elsewhere: MeanOver;
  /** |event| / |elsewhere|. */
  readonly specificity: number;
  readonly klAtEvents: MeanOver;
  /** KL at one place of each neutral text. */
  readonly klNeutral: MeanOver;
}

/** One value that a neuron is set to. */
export interface Dose {
  /** A quantile such as "q95", "zero", "mean", "2max", or "value". */
  readonly name: string;
  readonly value: number;
  readonly event: MeanOver;
  readonly control: MeanOver;
  readonly klNeutral: number;
  /** Change of log p(event) − log p(control) that the neuron writes directly, the final norm's scale frozen, and what it really is. */
  readonly direct: number;
  readonly difference: number;
}

export interface Strength {
  readonly doses: readonly Dose[];
  /** Rank correlation of value and change of log p(event). */
  readonly spearman: number;
  /** Change of log p(event) per standard deviation of the activation, least squares between its 5 % and 95 % quantile. */
  readonly slope: number;
  /** Change from the 5 % to the 95 % quantile, beside that of other neurons of the layer. */
  readonly swing: NullFigure;
  /** The values between which KL on neutral text stays below .1 around the mean. */
  readonly safe: readonly [number, number];
  /** Largest change when every place keeps its own activation: 0, or the curve does not go through the model. */
  readonly ownValue: number;
  readonly meanAtEvents: number;
}

/** A place with what stands before it. */
export interface Context {
  readonly tokens: readonly string[];
  readonly next: string | undefined;
  readonly activation: number;
  /** By token; NaN at a text's first token and where the same beginning came before. */
  readonly values: readonly number[];
  readonly isEvent: boolean;
}

export interface NeuronView {
  readonly id: string;
  readonly layer: number;
  readonly neuron: number;
  readonly why: "asked" | "AUROC" | "removal";
  /** Of all places: quantiles 0, 5, 25, 50, 75, 95, 99, 99.9, 100 %. */
  readonly quantiles: readonly number[];
  readonly highest: readonly Context[];
  readonly lowest: readonly Context[];
  /** Between the 50 % and the 90 % quantile: what it does when it is not at its most. */
  readonly middle: readonly Context[];
  readonly promoted: readonly { readonly token: string; readonly logit: number }[];
  readonly suppressed: readonly { readonly token: string; readonly logit: number }[];
  readonly removal: readonly Removal[];
  readonly strength: Strength | undefined;
  readonly explanation: Explanation | undefined;
  readonly byModel: (ModelExplanation & { readonly model: string }) | undefined;
}

/** The smallest set found whose removal takes the behaviour. */
export interface NeuronSet {
  /** What was to be taken: mean log p(event) at events − at other places, discovery, nats. */
  readonly behaviour: number;
  readonly share: number;
  readonly reached: boolean;
  /** In the order in which they were added; `taken`: share of the behaviour with all up to it, discovery. */
  readonly steps: readonly { readonly id: string; readonly taken: number }[];
  /** What is left after each that is not needed has gone again. */
  readonly ids: readonly string[];
  /** Share taken on held-out places, beside random sets of as many neurons of the same layers. */
  readonly heldOut: NullFigure | undefined;
  readonly klNeutral: MeanOver | undefined;
  readonly trials: number;
}

export interface WordEffect {
  readonly group: string;
  readonly word: string;
  readonly before: number;
  readonly after: number;
  /** (after − before) / min(after, before) in %, of the means. */
  readonly change: number;
  /** Paired permutation test of the prompts' changes, alone and with Holm's correction over all words and neurons. */
  readonly p: number;
  readonly pHolm: number;
  /** The paper's unpaired two-sample t-test. */
  readonly pT: number;
}

export interface WordStudy {
  readonly prompts: number;
  readonly neurons: readonly {
    readonly id: string;
    readonly words: readonly WordEffect[];
    /** Share of the prompts whose likeliest word of the list is another one. */
    readonly firstChanged: number;
    /** Change of log p(first group) − log p(second group), beside other neurons of the layer. */
    readonly contrast: NullFigure;
    /** Rank of |contrast| among all hidden neurons by their first-order estimates, 1 the largest, and how many they are. */
    readonly rank: number;
    readonly of: number;
  }[];
  readonly leftOut: readonly string[];
}

export interface Selectivity {
  readonly id: string;
  /** Activation at the ends of a category's texts, in standard deviations over the corpus. */
  readonly categories: readonly {
    readonly name: string;
    readonly mean: number;
    readonly interval: Interval | undefined;
  }[];
  /** The category that stands apart most. */
  readonly best: string;
  /** |2 AUROC − 1| of that category against all others, beside the largest under shuffled categories. */
  readonly index: NullFigure;
  readonly examples: readonly {
    readonly text: string;
    readonly category: string;
    readonly activation: number;
    readonly quantile: number;
  }[];
}

export interface SelectivityStudy {
  readonly neurons: readonly Selectivity[];
  /** Over ALL hidden neurons: index of the most selective, and the largest index of any neuron by shuffle. */
  readonly most: readonly {
    readonly id: string;
    readonly category: string;
    readonly index: number;
    readonly p: number;
  }[];
  readonly nullMaxima: readonly number[];
}

/** How well an explanation tells held-out activations. */
export interface ExplanationScore {
  /** Pearson's r of simulated and real activations over random excerpts; 0 for a constant simulation. */
  readonly random: number;
  /** The same over the excerpts with the largest activations. */
  readonly top: number;
  /** Balanced accuracy: is the excerpt one at which the neuron is active? */
  readonly detection: number;
  /** Balanced accuracy: are the marked tokens those at which it is active? */
  readonly fuzzing: number;
}

export interface Explanation {
  readonly kind: "token" | "before" | "suffix" | "shape" | "category" | "pattern" | "position" | "none";
  readonly says: string;
  readonly score: ExplanationScore;
  /** r on the texts on which it was found. */
  readonly discovery: number;
}

/** What a language model said, and how well that tells activations that it has not seen. */
export interface ModelExplanation {
  readonly says: string;
  /** What it was shown. */
  readonly prompt: string;
  readonly score: ExplanationScore;
  /** Questions to which it gave no list of numbers; they count as 0 everywhere. */
  readonly unanswered: number;
}

export interface ExplanationStudy {
  readonly explained: readonly {
    readonly id: string;
    readonly kind: string;
    readonly says: string;
    readonly score: ExplanationScore;
  }[];
  /** Held-out r of rules found for shuffled activations, by draw. */
  readonly null: readonly number[];
  /** Share of the random neurons whose r is above all of those, and above .5. */
  readonly aboveNull: number;
  readonly aboveHalf: number;
  readonly median: number;
}

export interface NeuronStudyResult {
  readonly modelName: string;
  readonly event: {
    readonly name: string;
    readonly tokens: readonly string[];
    readonly control: readonly string[];
    readonly corpus: string;
    readonly texts: number;
  };
  readonly steps: readonly NeuronStep[];
  readonly correlation: Correlation;
  readonly neurons: readonly NeuronView[];
  readonly set: NeuronSet | undefined;
  readonly words: WordStudy | undefined;
  readonly selectivity: SelectivityStudy | undefined;
  readonly explanations: ExplanationStudy | undefined;
  readonly notes: readonly Note[];
}
