// The choice of a task: which model, which examples, which ablation, which criterion; one schema for every face and file.
import { asks, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { exampleCount, name, oneOf, path, seed, share } from "./bounds.ts";
import { ABLATION_KINDS, ABLATION_REFERENCES, BOS_CHOICES, CRITERION_NAMES } from "./lists.ts";
import { option } from "./option.ts";

const TASKS_OWN = "the task's own";

export const modelName = option(path.default("sprig"), {
  flags: "--model <name>",
  help: "Takes this model: the embedded one, a folder, a .gguf file or a name on the Hugging Face Hub; NAME+PATCH.safetensors lays a patch over its weights.",
});

export const ownModelName = option(path.optional(), {
  flags: "--model <name>",
  help: "Takes this model: the embedded one, a folder, a .gguf file or a name on the Hugging Face Hub; NAME+PATCH.safetensors lays a patch over its weights.",
  otherwise: "the one that the circuit was found in",
});

export const taskPath = option(path, { flags: "<task>", help: "The task file." });

/** Which prompts, and what a removed unit gives on them. */
export const promptChoice = {
  seed: option(seed.optional(), {
    flags: "--seed <n>",
    help: "Draws the examples, and orders the search, from this seed.",
    otherwise: TASKS_OWN,
  }),
  examples: z
    .strictObject({
      discovery: option(exampleCount(1).optional(), {
        flags: "--examples <n>",
        help: "Searches on so many discovery examples.",
        otherwise: TASKS_OWN,
      }),
      heldOut: option(exampleCount(0).optional(), {
        flags: "--held-out <n>",
        help: "Measures the reported figures on so many other examples.",
        otherwise: TASKS_OWN,
      }),
      validation: option(exampleCount(0).optional(), {
        flags: "--validation <n>",
        help: "Sets so many examples aside that discovery then lacks; from these a search reads how far it may go.",
        otherwise: "128, or as many as there are, where a search asks for them; else 0",
      }),
    })
    .optional(),
  corruption: option(name.optional(), {
    flags: "--corruption <name>",
    help: "Makes the corrupt prompts by this one of the task's corruptions.",
    otherwise: TASKS_OWN,
  }),
  bos: option(oneOf(BOS_CHOICES).optional(), {
    flags: "--bos <choice>",
    help: "Begins prompts with the beginning-of-text token as the tokenizer does by itself, always or never.",
    otherwise: TASKS_OWN,
  }),
  ablation: option(oneOf(ABLATION_KINDS).optional(), {
    flags: "--ablation <kind>",
    help: "Gives this in place of what a removed unit would give.",
    otherwise: TASKS_OWN,
  }),
  reference: option(oneOf(ABLATION_REFERENCES).optional(), {
    flags: "--reference <prompts>",
    help: "Takes the means of mean ablation over all corrupt or all clean prompts.",
    otherwise: TASKS_OWN,
  }),
  perPosition: option(z.boolean({ error: asks(say`Give true or false.`) }).optional(), {
    flags: "--per-position",
    help: "Takes one mean for each position in mean ablation.",
    otherwise: TASKS_OWN,
    says: "both",
  }),
};

/** What a circuit has to keep true. */
export const criterionChoice = {
  criterion: option(oneOf(CRITERION_NAMES).optional(), {
    flags: "--criterion <name>",
    help: "Keeps this true of the circuit.",
    otherwise: TASKS_OWN,
  }),
  threshold: option(share.optional(), {
    flags: "--threshold <share>",
    help: "Sets the share that the criterion asks for.",
    otherwise: TASKS_OWN,
  }),
};

/** What the user may set over the task file; all of it is part of a run's identity. */
export const taskChoice = { task: taskPath, model: modelName, ...promptChoice, ...criterionChoice };

export const taskChoiceSchema = z.strictObject(taskChoice);
export type TaskChoice = Frozen<z.infer<typeof taskChoiceSchema>>;
