// The settings of value edits, and the result.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { oneOf, path, real, seed, whole } from "./bounds.ts";
import { EDIT_KINDS, EDIT_METHODS } from "./lists.ts";
import type { NeutralEffect } from "./neutral-effect.ts";
import type { NullFigure } from "./null-figure.ts";
import { option } from "./option.ts";
import { modelName } from "./task-choice.ts";

export const editSettings = z.strictObject({
  facts: option(path, {
    flags: "<facts>",
    help: "A file of facts: the old answer, the new one, and wordings; or capitals, which ships.",
  }),
  model: modelName,
  method: option(oneOf(EDIT_METHODS).default("value"), {
    flags: "--method <method>",
    help: "Edits the value vectors of the fact's neurons, or one layer's MLP by the exact rank-one edit (ROME).",
  }),
  layer: option(whole(0, 10_000).optional(), {
    flags: "--layer <n>",
    help: "Edits the MLP of this layer (rank-one).",
    otherwise: "a sixth of the way up",
  }),
  kind: option(oneOf(EDIT_KINDS).default("signed"), {
    flags: "--kind <kind>",
    help: "Rewrites value vectors with the sign of their coefficients or without, sets them to zero, or makes them longer.",
  }),
  away: option(real.default(1), { flags: "--away <x>", help: "Takes so much of the old answer's direction out." }),
  towards: option(real.default(1), { flags: "--towards <x>", help: "Puts so much of the new answer's direction in." }),
  factor: option(real.default(2), {
    flags: "--factor <x>",
    help: "Makes boosted value vectors so many times as long.",
  }),
  neurons: option(whole(1, 1_000).default(5), { flags: "--neurons <n>", help: "Edits so many neurons of each fact." }),
  shared: option(
    z
      .number({ error: asks(say`Give a share from 0 to 1.`) })
      .gte(0)
      .lte(1)
      .default(1),
    {
      flags: "--shared <share>",
      help: "Leaves out neurons that more than this share of the facts have in common.",
    },
  ),
  limit: option(whole(1, 1_000).default(8), {
    flags: "--limit <n>",
    help: "Takes so many facts that the model knows.",
  }),
  patch: option(path.optional(), {
    flags: "--patch <file>",
    help: "Writes the first fact's edit, or that of --fact, as a patch of weights.",
  }),
  fact: option(whole(0, 10_000).default(0), {
    flags: "--fact <n>",
    help: "Writes this fact's edit as the patch: of the facts that the model knows, from 0.",
  }),
  draws: option(whole(20, 1_000).default(20), {
    flags: "--draws <n>",
    help: "Compares with so many draws of random neurons of the same layers, or of random words' keys.",
  }),
  seed: option(seed.default(0), { flags: "--seed <n>", help: "Draws from this seed." }),
});
export type EditSettings = Frozen<z.infer<typeof editSettings>>;

export interface EditedFact {
  readonly prompt: string;
  /** Of the rank-one edit; undefined for value edits. */
  readonly layer: number | undefined;
  readonly old: string;
  readonly new: string;
  readonly neurons: readonly {
    readonly layer: number;
    readonly neuron: number;
    readonly attribution: number;
    readonly coefficient: number;
  }[];
  /** Of the wordings that neurons were found on, and of the last one, which they were not. */
  readonly seen: { readonly changed: number; readonly success: number; readonly of: number };
  readonly heldOut: { readonly changed: boolean; readonly success: boolean };
  /** Other facts that keep their answer. */
  readonly othersKept: number;
  readonly others: number;
  readonly neutral: Pick<NeutralEffect, "kl" | "crossEntropy" | "texts" | "tokens">;
}

export interface EditResult {
  readonly modelName: string;
  readonly facts: readonly EditedFact[];
  /** Share of facts whose held-out wording gives the new answer, beside random neurons of the same layers, or the value stored under random words' keys. */
  readonly success: NullFigure;
  /** The file of the patch, and the fact that it edits; undefined where none was asked for. */
  readonly patch: { readonly file: string; readonly fact: number } | undefined;
  readonly notes: readonly Note[];
}
