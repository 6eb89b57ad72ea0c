// What of larger settings is the choice of a task; free of the schemas, which a page can do without until it reads a file.
import type { TaskChoice } from "./task-choice.ts";

const KEYS = {
  task: true,
  model: true,
  seed: true,
  examples: true,
  corruption: true,
  bos: true,
  ablation: true,
  reference: true,
  perPosition: true,
  criterion: true,
  threshold: true,
} satisfies Readonly<Record<keyof TaskChoice, true>>;

/** What of larger settings says which task on which model. */
export function taskChoiceOf(settings: TaskChoice): TaskChoice {
  const keys = Object.keys(KEYS) as (keyof TaskChoice)[];
  return Object.fromEntries(keys.map((key) => [key, settings[key]])) as unknown as TaskChoice;
}
