// Whether a prompt begins with the beginning-of-text token: the tokenizer's own habit, or what the user says.
import type { BosChoice } from "../choices/lists.ts";

/** What a tokenizer's own rule puts around a text. */
export interface Added {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Token ids put in front of a prompt; undefined where "always" asks for a token that is not declared. */
export function frontOf(choice: BosChoice, before: readonly number[], bosId?: number): readonly number[] | undefined {
  switch (choice) {
    case "never":
      return [];
    case "auto":
      return before;
    case "always":
      if (before.length > 0) return before;
      return bosId === undefined ? undefined : [bosId];
  }
  return choice satisfies never;
}

/** Ids with `front` before them, once: a prompt that begins with it already stays as it is. */
export function withFront(front: readonly number[], ids: readonly number[]): number[] {
  const isThere = front.length > 0 && front.every((id, i) => ids[i] === id);
  return isThere ? [...ids] : [...front, ...ids];
}
