// The settings of activation patching, and the effects of all places.
import type { Note } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import type { Tensor } from "../base/tensor.ts";
import { oneOf } from "./bounds.ts";
import { type AblationKind, type AblationReference, DIRECTIONS, GRANULARITIES, SITES } from "./lists.ts";
import { option } from "./option.ts";
import { modelName, promptChoice, taskPath } from "./task-choice.ts";

export const patchSettings = z.strictObject({
  task: taskPath,
  model: modelName,
  ...promptChoice,
  site: option(oneOf(SITES).default("z"), { flags: "--site <name>", help: "Patches this activation." }),
  by: option(oneOf(GRANULARITIES).default("head"), {
    flags: "--by <what>",
    help: "Patches whole layers, or single heads, positions, heads at positions, or neurons.",
  }),
  direction: option(oneOf(DIRECTIONS).default("noising"), {
    flags: "--direction <name>",
    help: "Puts corrupt values into the clean run (noising), or clean ones into the corrupt run (denoising).",
  }),
});

export type PatchSettings = Frozen<z.infer<typeof patchSettings>>;

export interface PatchResult {
  readonly modelName: string;
  readonly taskName: string;
  readonly metric: string;
  /** Of the metric and the effects. */
  readonly unit: string;
  /** What is put in. */
  readonly ablation: {
    readonly kind: AblationKind;
    readonly reference: AblationReference;
    readonly perPosition: boolean;
  };
  /** Discovery examples. */
  readonly examples: number;
  /** Mean metric of the two runs as they are. */
  readonly clean: number;
  readonly corrupt: number;
  /** What stands at the entries of the axes of `effect`. */
  readonly layers: readonly number[];
  readonly units?: readonly number[] | undefined;
  readonly positions?: readonly (string | number)[] | undefined;
  /** Mean metric with the patch − mean metric of the run patched into. */
  readonly effect: Tensor;
  /** 0 = no effect, 1 = as the other run; absent where clean and corrupt have the same metric. */
  readonly normalised?: Tensor | undefined;
  readonly notes: readonly Note[];
}
