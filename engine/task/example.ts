// One example of a task: a clean and a corrupt prompt of equal length, and the answers at the last position.
import type { WrittenPrompt } from "./prompt.ts";

export interface Example {
  readonly index: number;
  /** What the search sees, what says how far it may go, and what the reported figures come from. */
  readonly split: "discovery" | "validation" | "heldOut";
  readonly clean: WrittenPrompt;
  readonly corrupt: WrittenPrompt;
  /** Token ids; any of them is right. */
  readonly answers: readonly number[];
  readonly wrongAnswers: readonly number[];
  /** Named token positions, such as IO, S1, S1+1, S2, END. */
  readonly positions: Readonly<Record<string, number>>;
  /** Examples of one template and length have aligned positions. */
  readonly template?: string;
}
