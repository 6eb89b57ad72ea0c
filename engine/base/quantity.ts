// A number that comes in from outside: what it is, and between which bounds it can lie.

/** `whole`: from least to most; else above `least`, at most `most`. */
export interface Quantity {
  readonly noun: string;
  readonly whole: boolean;
  readonly least: number;
  readonly most: number;
}

export function fits(value: unknown, { whole, least, most }: Quantity): value is number {
  if (typeof value !== "number") return false;
  return whole ? Number.isInteger(value) && value >= least && value <= most : value > least && value <= most;
}

/** "a width: a whole number from 1 to 1048576". */
export function expectation({ noun, whole, least, most }: Quantity): string {
  return whole
    ? `${noun}: a whole number from ${least} to ${most}`
    : `${noun}: a number above ${least} and at most ${most}`;
}
