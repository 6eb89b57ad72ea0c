// The settings of activation patching.
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { oneOf } from "./bounds.ts";
import { DIRECTIONS, GRANULARITIES, SITES } from "./lists.ts";
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
