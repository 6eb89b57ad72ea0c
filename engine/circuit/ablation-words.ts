// An ablation as tables and records name it.
import type { Circuit } from "./circuit-schema.ts";

/** Such as "mean (mean over 128 corrupt prompts)". */
export function ablationWords({ kind, reference }: Circuit["task"]["ablation"]): string {
  return `${kind} (${reference})`;
}
