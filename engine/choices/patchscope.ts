// The settings of Patchscopes and of relation transplants, and their results.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { listOf, oneOf, path, seed, whole } from "./bounds.ts";
import { BOS_CHOICES, SHIPPED_TEMPLATES } from "./lists.ts";
import type { NullFigure } from "./null-figure.ts";
import { option } from "./option.ts";
import { modelName } from "./task-choice.ts";

const text = z.string({ error: asks(say`Give a text of at most 100000 characters.`) }).max(100_000);
const word = z
  .string({ error: asks(say`Give words of 1 to 200 characters.`) })
  .min(1)
  .max(200);
const point = whole(0, 10_000);
const position = whole(0, 1_000_000);
const draws = option(whole(20, 1_000).default(20), {
  flags: "--draws <n>",
  help: "Compares with so many random draws.",
});
const bos = option(oneOf(BOS_CHOICES).default("auto"), {
  flags: "--bos <choice>",
  help: "Begins prompts with the beginning-of-text token as the tokenizer does by itself, always or never.",
});
const drawSeed = option(seed.default(0), { flags: "--seed <n>", help: "Draws from this seed." });

export const patchscopeSettings = z.strictObject({
  model: modelName,
  text: option(text, { flags: "--text <text>", help: "Takes states of this text." }),
  at: option(text.optional(), {
    flags: "--at <part>",
    help: "Takes the state at the last token of this part of the text.",
    otherwise: "the last token",
  }),
  position: option(position.optional(), {
    flags: "--position <n>",
    help: "Takes the state at this token instead, from 0.",
  }),
  template: option(path.default("identity"), {
    flags: "--template <name>",
    help: `Puts them into this prompt: ${SHIPPED_TEMPLATES.join(", ")}, or a file of one's own.`,
  }),
  prompt: option(text.optional(), {
    flags: "--prompt <text>",
    help: "Puts them into this text instead of a template.",
  }),
  onto: option(text.optional(), {
    flags: "--onto <part>",
    help: "Puts them at the last token of this part of --prompt.",
    otherwise: "its last token",
  }),
  ontoPosition: option(position.optional(), {
    flags: "--onto-position <n>",
    help: "Puts them at this token of --prompt instead, from 0.",
  }),
  words: option(listOf(word, 100).optional(), {
    flags: "--words <list>",
    help: "Follows the rank of these words, each by the first token that it has after a space.",
    otherwise: "the word that the state stands at",
  }),
  from: option(listOf(point, 1_000).optional(), {
    flags: "--from <layers>",
    help: "Takes the states before these layers; the number of layers is behind the last one.",
    otherwise: "all",
  }),
  into: option(listOf(point, 1_000).optional(), {
    flags: "--into <layers>",
    help: "Puts them before these layers.",
    otherwise: "all",
  }),
  ladder: option(z.boolean({ error: asks(say`Give true or false.`) }).default(false), {
    flags: "--ladder",
    help: "Goes on writing from every source layer, put into the first of --into or into its own.",
    says: "yes",
  }),
  tokens: option(whole(1, 200).default(14), { flags: "--tokens <n>", help: "Writes so many tokens of each text." }),
  draws,
  seed: drawSeed,
  bos,
});
export type PatchscopeSettings = Frozen<z.infer<typeof patchscopeSettings>>;

export interface PatchedPrompt {
  readonly text: string;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  /** The token whose state is taken, or replaced. */
  readonly position: number;
}

export interface PatchscopeCell {
  readonly from: number;
  readonly into: number;
  readonly top: string;
  readonly probability: number;
  /** Of the words that are followed. */
  readonly ranks: readonly number[];
  /** How far the state that was put in lies from the one that stood there (norm); 0 says that nothing was changed. */
  readonly moved: number;
  /** Share of the random sources whose state makes the first word the likeliest in this cell. */
  readonly nullShare: number;
}

export interface PatchscopeResult {
  readonly modelName: string;
  readonly source: PatchedPrompt;
  readonly target: PatchedPrompt;
  /** Undefined for a prompt of one's own. */
  readonly template: string | undefined;
  readonly words: readonly { readonly word: string; readonly id: number }[];
  /** The target as it is, and with a state of zeros before each layer of `into`. */
  readonly unpatched: { readonly top: string; readonly probability: number; readonly ranks: readonly number[] };
  readonly zero: readonly { readonly into: number; readonly top: string; readonly ranks: readonly number[] }[];
  readonly cells: readonly PatchscopeCell[];
  /** Share of the cells in which the first word is the likeliest, beside states of other sources. */
  readonly share: NullFigure;
  /** Greatest difference of a logit when the target's own states are put back; exactly 0. */
  readonly selfPatch: number;
  /** Texts that go on from a cell. */
  readonly ladder: readonly {
    readonly from: number;
    readonly into: number;
    readonly text: string;
    readonly entries: number;
    readonly moved: number;
  }[];
  readonly notes: readonly Note[];
}

export const transplantSettings = z.strictObject({
  task: option(path, { flags: "<task>", help: "The relation file." }),
  model: modelName,
  text: option(text.optional(), {
    flags: "--text <text>",
    help: "Takes each subject's state from this sentence, {} standing for the subject.",
    otherwise: "the relation's own prompt up to the subject",
  }),
  into: option(point.optional(), {
    flags: "--into <layer>",
    help: "Puts every state before this layer.",
    otherwise: "the layer that it comes from",
  }),
  samples: option(whole(4, 10_000).default(20), {
    flags: "--samples <n>",
    help: "Takes so many of the subjects whose answer the model knows.",
  }),
  draws,
  seed: drawSeed,
  bos,
});
export type TransplantSettings = Frozen<z.infer<typeof transplantSettings>>;

/** Shares of subjects at one layer. */
export interface TransplantLayer {
  readonly from: number;
  readonly into: number;
  /** The moved subject's answer is the likeliest: on the half that layers are chosen on, and on the other. */
  readonly discovery: number;
  readonly heldOut: number;
  /** On both halves: its own answer, the answer of the prompt's own subject, and another subject's in shuffled draws. */
  readonly own: NullFigure;
  readonly host: number;
}

export interface TransplantResult {
  readonly modelName: string;
  readonly relation: string;
  readonly target: PatchedPrompt;
  /** Subjects, the halves taken in turn. */
  readonly subjects: readonly {
    readonly subject: string;
    readonly answer: string;
    readonly text: string;
    readonly ranks: readonly number[];
  }[];
  readonly layers: readonly TransplantLayer[];
  /** The last layer at which at least half of the discovery subjects bring their answer; undefined where there is none. */
  readonly last: number | undefined;
  readonly notes: readonly Note[];
}
