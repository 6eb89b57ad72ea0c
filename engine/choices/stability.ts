// The settings of a search made again on other examples.
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { exampleCount, listOf, path, repetitions } from "./bounds.ts";
import { option } from "./option.ts";
import { searchChoice } from "./prune.ts";
import { taskChoice } from "./task-choice.ts";

export const stabilitySettings = z.strictObject({
  ...taskChoice,
  ...searchChoice,
  runs: option(repetitions(1).default(5), {
    flags: "--runs <n>",
    help: "Searches so many times for each number of examples, each time from a seed of its own.",
  }),
  sizes: option(listOf(exampleCount(1), 100).default([16, 32, 64, 128]), {
    flags: "--sizes <list>",
    help: "Searches on these numbers of discovery examples.",
  }),
  circuit: option(path.optional(), {
    flags: "--circuit <file>",
    help: "Searches as this circuit was searched for, compares with it, and writes the figures into it.",
  }),
});

export type StabilitySettings = Frozen<z.infer<typeof stabilitySettings>>;
