// The settings of linear relations.
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { layer, listOf, oneOf, path, real, repetitions, seed, whole } from "./bounds.ts";
import { BOS_CHOICES, ESTIMATOR_NAMES } from "./lists.ts";
import { option } from "./option.ts";

const samples = whole(1, 100_000);

export const relationSettings = z.strictObject({
  files: option(listOf(path, 10_000), {
    flags: "<files...>",
    help: "Relation files, or *.relation.json for --apply and --edit.",
  }),
  model: option(path.optional(), {
    flags: "--model <name>",
    help: "Takes this model: the embedded one, a folder, a .gguf file or a name on the Hugging Face Hub; NAME+PATCH.safetensors lays a patch over its weights.",
    otherwise: "sprig, or the fitted file's",
  }),
  estimators: option(listOf(oneOf(ESTIMATOR_NAMES), ESTIMATOR_NAMES.length).default(["jacobian"]), {
    flags: "--estimator <names>",
    help: `Fits by these: ${ESTIMATOR_NAMES.join(", ")}, or all.`,
    spelling: {
      write: (names) => (names as readonly string[]).join(","),
      read: (text) => (text === "all" ? [...ESTIMATOR_NAMES] : text.split(",").map((word) => word.trim())),
    },
  }),
  samples: option(samples.default(8), { flags: "--samples <n>", help: "Fits on so many subjects." }),
  seeds: option(repetitions(1).default(10), { flags: "--seeds <n>", help: "Draws them so many times." }),
  seed: option(seed.optional(), {
    flags: "--seed <n>",
    help: "Draws the subjects, and those that are tested, from this seed.",
    otherwise: "the task's own",
  }),
  layers: option(listOf(layer, 10_000).optional(), {
    flags: "--layers <list>",
    help: "Chooses among these layers, such as -1,5,10; -1 is the embedding.",
    otherwise: "all, or about ten of a deep model",
  }),
  beta: option(real.optional(), { flags: "--beta <x>", help: "Takes this β instead of choosing one." }),
  rank: option(whole(1, 1_000_000).optional(), {
    flags: "--rank <n>",
    help: "Takes this rank of W instead of choosing one.",
  }),
  template: option(whole(1, 10_000).default(1), {
    flags: "--template <n>",
    help: "Asks by this one of the file's prompt templates.",
  }),
  shots: option(whole(0, 1_000).optional(), {
    flags: "--shots <n>",
    help: "Writes so many samples before each question.",
    otherwise: "0, or 4 where the model answers too little",
  }),
  bos: option(oneOf(BOS_CHOICES).optional(), {
    flags: "--bos <choice>",
    help: "Begins prompts with the beginning-of-text token as the tokenizer does by itself, always or never.",
    otherwise: "the task's own",
  }),
});

export type RelationSettings = Frozen<z.infer<typeof relationSettings>>;
