// The settings of the figures of a circuit file, measured again, on its own task or on others.
import { asks, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { listOf, oneOf, path, whole } from "./bounds.ts";
import { ACROSS } from "./lists.ts";
import { option } from "./option.ts";
import { leftOut } from "./prune.ts";
import { criterionChoice, ownModelName, promptChoice, taskPath } from "./task-choice.ts";

const circuitPath = option(path, {
  flags: "--circuit <file>",
  help: "Reads the circuit from this file: our own, or a graph of EAP-IG.",
});

export const evaluateSettings = z.strictObject({
  task: taskPath,
  circuit: circuitPath,
  model: ownModelName,
  ...promptChoice,
  ...criterionChoice,
  random: option(whole(0, 100_000).optional(), {
    flags: "--random <n>",
    help: "Compares the circuit with so many random ones.",
    otherwise: "100",
  }),
  parts: option(leftOut, {
    flags: "--no-parts",
    help: "Leaves out completeness and minimality.",
    says: "no",
  }),
});

export type EvaluateSettings = Frozen<z.infer<typeof evaluateSettings>>;

export const transferSettings = z.strictObject({
  circuits: option(listOf(path, 10_000), { flags: "<circuits...>", help: "Circuit files, or graphs of EAP-IG." }),
  tasks: option(listOf(path, 10_000), { flags: "--tasks <files>", help: "Measures on these task files." }),
  across: option(listOf(oneOf(ACROSS), 10).optional(), {
    flags: "--across <what>",
    help: "Measures on each of a task's held-out templates beside its own, with each of its corruptions, or both: templates, corruptions.",
    otherwise: "the task's own templates and corruption",
  }),
  alternatives: option(z.boolean({ error: asks(say`Give true or false.`) }).optional(), {
    flags: "--alternatives",
    help: "Measures the other circuits of each file too, those that its search found as equals.",
    otherwise: "only the first circuit of each file",
    says: "both",
  }),
  model: ownModelName,
  ...promptChoice,
  ...criterionChoice,
});

export type TransferSettings = Frozen<z.infer<typeof transferSettings>>;
