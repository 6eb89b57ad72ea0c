// Input of a run: tokens, and names for some of their positions.
import { z } from "zod";
import type { Example } from "./example.ts";

/** Names that `at` keeps for itself; no position of a prompt may be called so. */
export const RESERVED_POSITIONS = ["all", "end"] as const;

const count = z.int().min(0);
const name = z.string().min(1).max(200);

export const promptSchema = z.strictObject({
  ids: z.array(count).min(1).readonly(),
  text: z.string().optional().describe("for people; the ids are what is run"),
  positions: z
    .record(name, z.union([count, z.array(count).min(1).readonly()]))
    .optional()
    .describe("named positions, or named sets of them"),
  generated: count
    .optional()
    .describe("how many of the last tokens were generated, not part of the prompt (default 0)"),
});
export type Prompt = z.infer<typeof promptSchema>;

/** A prompt that was text before it was tokens. */
export interface WrittenPrompt extends Prompt {
  readonly text: string;
}

/** One prompt of a pair with the positions that the pair names; those of a prompt of its own come on top. */
export function promptOf(example: Example, which: "clean" | "corrupt"): Prompt {
  const prompt = example[which];
  return { ...prompt, positions: { ...example.positions, ...prompt.positions } };
}
