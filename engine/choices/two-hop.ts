// The settings of two-hop questions and back-patching, and the result.
import type { Note } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import type { Interval } from "../base/interval.ts";
import { oneOf, path, seed, whole } from "./bounds.ts";
import { BOS_CHOICES, DECODERS } from "./lists.ts";
import type { NullFigure } from "./null-figure.ts";
import { option } from "./option.ts";
import { modelName } from "./task-choice.ts";

export const twoHopSettings = z.strictObject({
  task: option(path, { flags: "<task>", help: "The two-hop task; sprig-cities and cities ship." }),
  model: modelName,
  decoder: option(oneOf(DECODERS).default("shifted"), {
    flags: "--decoder <kind>",
    help: `Reads where the entities are first decoded through the logit lens, the shifted lens, or an identity Patchscope.`,
  }),
  within: option(whole(1, 100_000).default(5), {
    flags: "--within <rank>",
    help: "Counts an entity as decoded from this rank on.",
  }),
  items: option(whole(1, 10_000).optional(), {
    flags: "--items <n>",
    help: "Takes the first so many questions.",
    otherwise: "all",
  }),
  draws: option(whole(20, 1_000).default(20), {
    flags: "--draws <n>",
    help: "Compares all pairs and the chosen one with so many draws of other questions' states.",
  }),
  seed: option(seed.default(0), { flags: "--seed <n>", help: "Draws from this seed." }),
  bos: option(oneOf(BOS_CHOICES).default("auto"), {
    flags: "--bos <choice>",
    help: "Begins prompts with the beginning-of-text token as the tokenizer does by itself, always or never.",
  }),
});
export type TwoHopSettings = Frozen<z.infer<typeof twoHopSettings>>;

/** right; wrong though both single hops are right; wrong with a hop that the model does not know. */
export const HOP_CLASSES = ["right", "both-known", "wrong-hop"] as const;
export type HopClass = (typeof HOP_CLASSES)[number];

export interface TwoHopAnswer {
  readonly prompt: string;
  readonly e2: string;
  readonly e3: string;
  readonly class: HopClass;
  readonly top: string;
  /** Of the answer to the question, of e2 after the first hop, of e3 after the second, of e3 without the first hop. */
  readonly rank: number;
  readonly hop1: number;
  readonly hop2: number;
  readonly shortcut: number;
  /** Ranks at every point of the stream: e2 at the last token of e1, e2 at the end, e3 at the end. */
  readonly decoded: {
    readonly e2AtE1: readonly number[];
    readonly e2AtEnd: readonly number[];
    readonly e3AtEnd: readonly number[];
  };
}

/** Where an entity is first decoded, over the questions of a class. */
export interface Decoding {
  readonly class: HopClass;
  readonly what: "e2AtE1" | "e2AtEnd" | "e3AtEnd";
  /** First point by question; −1: nowhere. */
  readonly first: readonly number[];
  /** Share decoded up to each point. */
  readonly points: readonly { readonly share: number; readonly interval: Interval | undefined }[];
  /** Share decoded at some point, with its interval. */
  readonly share: number;
  readonly interval: Interval | undefined;
  /** Of those decoded. */
  readonly median: number | undefined;
}

export interface BackPatching {
  readonly position: "e1" | "end";
  /** Wrong questions whose hops are both known: how many some pair mends. */
  readonly wrong: number;
  readonly oracle: number;
  /** The same as a share, beside draws of other questions' states; undefined where no question is wrong so. */
  readonly oracleShare: NullFigure | undefined;
  /** Share of all pairs that mend a question, mean over these questions; undefined where there is none. */
  readonly meanShare: number | undefined;
  /** Chosen on every second wrong question; undefined where no pair mends any. */
  readonly chosen:
    | {
        readonly from: number;
        readonly into: number;
        readonly discovery: { readonly mended: number; readonly of: number };
        readonly heldOut: { readonly mended: number; readonly of: number };
        /** Of the questions that were right. */
        readonly kept: number;
        readonly right: number;
        /** Share of the held-out wrong questions that it mends, beside other questions' states put in by the same pair. */
        readonly figure: NullFigure | undefined;
      }
    | undefined;
  /** Mended wrong questions by pair, in the order of `pairs`. */
  readonly mended: readonly number[];
}

export interface TwoHopResult {
  readonly modelName: string;
  readonly task: string;
  readonly answers: readonly TwoHopAnswer[];
  readonly decoder: (typeof DECODERS)[number];
  readonly within: number;
  readonly decodings: readonly Decoding[];
  readonly pairs: readonly (readonly [number, number])[];
  readonly backPatching: readonly BackPatching[];
  readonly notes: readonly Note[];
}
