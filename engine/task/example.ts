// One example of a task: a clean and a corrupt prompt of equal length, and the answers at the last position.

export interface Prompt {
  readonly text: string;
  readonly ids: readonly number[];
}

export interface Example {
  readonly index: number;
  readonly split: "discovery" | "heldOut";
  readonly clean: Prompt;
  readonly corrupt: Prompt;
  /** Token ids; any of them is right. */
  readonly answers: readonly number[];
  readonly wrongAnswers: readonly number[];
  /** Named token positions, such as IO, S1, S1+1, S2, END. */
  readonly positions: Readonly<Record<string, number>>;
  /** Examples of one template and length have aligned positions. */
  readonly template?: string;
}
