// Options that several commands share, and how their values are read.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { UnitKind } from "../engine/circuit/unit.ts";
import type { TaskSettings } from "../engine/session/prepare.ts";
import { ABLATION_KINDS, CRITERION_NAMES } from "../engine/task/schema.ts";
import { BOS_CHOICES, type BosChoice } from "../engine/tokens/bos.ts";

const KIND_OF: Readonly<Record<string, UnitKind>> = { heads: "head", mlps: "mlp", neurons: "neuron" };

export function parseUnits(text: string): UnitKind[] {
  return text.split(",").map((word) => {
    const kind = KIND_OF[word.trim()];
    if (!kind) throw new InvalidArgumentError(`"${word}" is no kind of unit; choose among heads, mlps, neurons.`);
    return kind;
  });
}

/** "a1.h4,m0" */
export function parseIds(text: string): string[] {
  return text.split(",").map((word) => word.trim());
}

export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("Give a whole number, 0 or more.");
  return value;
}

export function parsePositive(text: string): number {
  const value = parseCount(text);
  if (value === 0) throw new InvalidArgumentError("Give a whole number, 1 or more.");
  return value;
}

export function parsePort(text: string): number {
  const port = parseCount(text);
  if (port > 65_535) throw new InvalidArgumentError("Ports go from 1 to 65535; 0 takes a free one.");
  return port;
}

function parseShare(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError("Give a number above 0, at most 1, such as 0.9.");
  return value;
}

export interface TaskFlags {
  readonly model?: string;
  readonly seed?: number;
  readonly examples?: number;
  readonly heldOut?: number;
  readonly corruption?: string;
  readonly bos?: BosChoice;
  readonly ablation?: TaskSettings["ablation"];
  readonly perPosition?: boolean;
  readonly criterion?: TaskSettings["criterion"];
  readonly threshold?: number;
  readonly threads?: number;
}

/** Which model, which examples, which ablation: the same words for prune, patch and evaluate. */
export function addTaskOptions(command: Command): Command {
  return command
    .option("--model <name>", "embedded model, folder, .gguf file or Hub name", "sprig")
    .option("--seed <n>", "of the examples and the search (default: the task's)", parseCount)
    .option("--examples <n>", "discovery examples (default: the task's)", parsePositive)
    .option("--held-out <n>", "held-out examples (default: the task's)", parseCount)
    .option("--corruption <name>", "one of the task's corruptions (default: the task's)")
    .addOption(bosOption())
    .addOption(
      new Option("--ablation <kind>", "what a removed unit gives instead (default: the task's)").choices([
        ...ABLATION_KINDS,
      ]),
    )
    .option("--per-position", "mean ablation: one mean for each position")
    .option("--threads <n>", "threads of the executor (default: all cores)", parsePositive);
}

/** For every command that writes prompts. */
export function bosOption(): Option {
  return new Option(
    "--bos <choice>",
    "whether prompts begin with the beginning-of-text token; auto: as the tokenizer does (default: the task's)",
  ).choices([...BOS_CHOICES]);
}

export function addCriterionOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--criterion <name>", "what pruning keeps true (default: the task's)").choices([...CRITERION_NAMES]),
    )
    .option("--threshold <share>", "of the criterion (default: the task's)", parseShare);
}

export function taskSettings(task: string, flags: TaskFlags): TaskSettings {
  const counts = { discovery: flags.examples, heldOut: flags.heldOut };
  const given = Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== undefined));
  return {
    task,
    model: flags.model ?? "sprig",
    seed: flags.seed,
    ...(Object.keys(given).length > 0 && { examples: given }),
    corruption: flags.corruption,
    bos: flags.bos,
    ablation: flags.ablation,
    perPosition: flags.perPosition,
    criterion: flags.criterion,
    threshold: flags.threshold,
  };
}
