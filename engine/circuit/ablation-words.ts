// An ablation as tables and records name it, and what of it can be chosen again.
import type { TaskChoice } from "../choices/task-choice.ts";
import type { Circuit } from "./circuit-schema.ts";

/** Such as "mean (mean over 128 corrupt prompts)". */
export function ablationWords({ kind, reference }: Circuit["task"]["ablation"]): string {
  return `${kind} (${reference})`;
}

/** What chooses the ablation of a record again. */
export function ablationChoice({
  kind,
  reference,
}: Circuit["task"]["ablation"]): Pick<TaskChoice, "ablation" | "reference" | "perPosition"> {
  const over = /\b(corrupt|clean) prompts\b/.exec(reference)?.[1] as TaskChoice["reference"];
  if (over === undefined) return { ablation: kind };
  return { ablation: kind, reference: over, perPosition: reference.endsWith(", by position") };
}
