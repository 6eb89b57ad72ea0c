// A number that comes in from outside: what it is, and between which bounds it can lie.

import { say, type Sentence } from "./sentence.ts";
/** `whole`: from least to most; else above `least`, at most `most`. */
export interface Quantity {
  readonly noun: Sentence;
  readonly whole: boolean;
  readonly least: number;
  readonly most: number;
}

export function fits(value: unknown, { whole, least, most }: Quantity): value is number {
  if (typeof value !== "number") return false;
  return whole ? Number.isInteger(value) && value >= least && value <= most : value > least && value <= most;
}

/** "a width: a whole number from 1 to 1048576". */
export function expectation({ noun, whole, least, most }: Quantity): Sentence {
  return whole
    ? say`${noun}: a whole number from ${least} to ${most}`
    : say`${noun}: a number above ${least} and at most ${most}`;
}
