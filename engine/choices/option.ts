// How a setting is written on the command line: its option and its help, kept beside its schema.
import { z } from "zod";

export interface OptionWords {
  /** Such as "--held-out <n>"; an argument that stands by its place is "<task>" or "[task]". */
  readonly flags: string;
  /** Whole sentences. */
  readonly help: string;
  /** What stands where nobody says otherwise, in words, where the schema has no value for it. */
  readonly otherwise?: string;
  /** Of a yes or no: which of the two has words; "both": each has. */
  readonly says?: "yes" | "no" | "both";
  /** How a value is written, where its own spelling is not the one that people use. */
  readonly spelling?: Spelling;
}

export interface Spelling {
  readonly write: (value: unknown) => string;
  /** Undefined where the text is no such value. */
  readonly read: (text: string) => unknown;
}

const OPTIONS = z.registry<OptionWords>();

/** A schema like this one, with words for the command line. */
export function option<Schema extends z.ZodType>(schema: Schema, words: OptionWords): Schema {
  const own = schema.clone() as Schema;
  OPTIONS.add(own, words);
  return own;
}

/** A setting with words for the command line. */
export interface Leaf {
  /** Keys from the settings inwards: ["examples", "heldOut"]. */
  readonly path: readonly string[];
  readonly schema: z.ZodType;
  readonly words: OptionWords;
}

/** Every setting that has words, in the order of the schema. @param schema an object, also an optional one */
export function leavesOf(schema: z.ZodType, path: readonly string[] = []): Leaf[] {
  const inside = unwrapped(schema);
  if (!(inside instanceof z.ZodObject)) return [];
  return Object.entries(inside.shape as Record<string, z.ZodType>).flatMap(([key, own]) => {
    const words = OPTIONS.get(own);
    const at = [...path, key];
    return words ? [{ path: at, schema: own, words }] : leavesOf(own, at);
  });
}

/** Without what makes it optional or gives it a default. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrapped(schema.unwrap() as z.ZodType);
  return schema;
}

/** What stands where nobody says otherwise; undefined where the schema has no such value. */
export function defaultOf(schema: z.ZodType): unknown {
  const parsed = schema.safeParse(undefined);
  return parsed.success ? parsed.data : undefined;
}

/** Of a closed list, its names. */
export function choicesOf(schema: z.ZodType): readonly string[] | undefined {
  const inside = unwrapped(schema);
  return inside instanceof z.ZodEnum ? (inside.options as string[]) : undefined;
}

/** "--held-out <n>" → "--held-out" and "heldOut". */
export function flagOf({ flags }: OptionWords): string {
  return flags.split(" ")[0]!;
}

export const isArgument = ({ flags }: OptionWords): boolean => !flags.startsWith("--");
