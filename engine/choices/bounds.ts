// Numbers and texts with the bounds within which they make sense, and a sentence that says them.
import { asks, say, sayList } from "../base/sentence.ts";
import { z } from "zod";

const largestCount = 100_000;
const largestSeed = 4_294_967_295;

/** A whole number between two bounds, both allowed. */
export function whole(least: number, most: number) {
  return z
    .int({ error: asks(say`Give a whole number from ${least} to ${most}.`) })
    .min(least)
    .max(most);
}

/** So many examples; none of them where `least` is 0. */
export const exampleCount = (least: 0 | 1) => whole(least, largestCount);
export const seed = whole(0, largestSeed);
/** Points of a path, or steps of training. */
export const stepCount = whole(1, 10_000);
/** Measurements that a search may make; 0: as many as it takes. */
export const trialCount = (least: 0 | 1) => whole(least, 1_000_000_000);
/** Repetitions of a whole search or fit. */
export const repetitions = (least: 0 | 1) => whole(least, 1_000);
export const layer = whole(-1, 10_000);
/** Entries of a list that is shown. */
export const listLength = whole(1, 1_000_000);

/** A share of something, not nothing. */
export const share = z
  .number({ error: asks(say`Give a number above 0, at most 1, such as 0.9.`) })
  .gt(0)
  .lte(1);

/** A probability asked for; 0: none is. */
export const confidence = z
  .number({ error: asks(say`Give a number from 0, below 1, such as 0.9.`) })
  .gte(0)
  .lt(1);

/** A number of any size that has one. */
export const real = z
  .number({ error: asks(say`Give a number between -1000000 and 1000000, such as 1.5.`) })
  .gte(-1e6)
  .lte(1e6);

/** A length, or a rate: more than nothing. */
export const positive = z
  .number({ error: asks(say`Give a number above 0, at most 1000000.`) })
  .gt(0)
  .lte(1e6);

/** One of a closed list. */
export function oneOf<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.enum(names, { error: asks(say`Choose among ${sayList(names, ", ")}.`) });
}

/** The path of a file or folder, or the name of one; not empty, and no longer than a system takes. */
export const path = z
  .string({ error: asks(say`Give a path of 1 to 4096 characters.`) })
  .min(1)
  .max(4096)
  .refine((text) => !text.includes("\0"), {
    error: asks(say`Give a path of 1 to 4096 characters, none of them a zero byte.`),
  });

/** A name of a few words. */
export const name = z
  .string({ error: asks(say`Give a name of 1 to 200 characters.`) })
  .min(1)
  .max(200)
  .refine((text) => !text.includes("\0"), {
    error: asks(say`Give a name of 1 to 200 characters, none of them a zero byte.`),
  });

export const unitId = z
  .string({ error: asks(say`Give a unit such as a3.h1, m2, m2.n17, d2.f17 or d2.error.`) })
  .regex(/^(a\d{1,9}\.h\d{1,9}|m\d{1,9}(\.n\d{1,9})?|d\d{1,9}\.(f\d{1,9}|error))$/);

/** More entries than these are no list that a person made. */
const longestList = 1_000_000;

/** A list of something, with at least one entry. */
export function listOf<Entry extends z.ZodType>(entry: Entry, most = longestList) {
  return z
    .array(entry)
    .min(1, { error: asks(say`Name at least one.`) })
    .max(most, { error: asks(say`Name at most ${most}.`) });
}
