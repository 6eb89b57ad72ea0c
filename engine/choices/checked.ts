// Settings from outside, checked against their schema: what comes back holds nothing that the schema does not name.
import type { z } from "zod";
import { didYouMean } from "../base/did-you-mean.ts";
import { EngineError } from "../base/errors.ts";
import { heard, say, sayList, type Sentence } from "../base/sentence.ts";
import { fieldsAt } from "./fields-at.ts";

/** Problems that one sentence names at most. */
const named = 5;

/**
 * @param what what the value is, for the sentence: "settings", "argument 1 of measure"
 * @throws EngineError "usage" with the place and the value of every problem, the first few named
 */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, what: Sentence): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const sentences = issues.slice(0, named).map((issue) => sentenceOf(issue, value, schema, what));
  const more = issues.length > named ? say` There are ${issues.length - named} more problems.` : say``;
  throw new EngineError("usage", say`${sayList(sentences, " ")}${more}`);
}

function sentenceOf(issue: z.core.$ZodIssue, data: unknown, schema: z.ZodType, what: Sentence): Sentence {
  const place = say`${what}${issue.path.map((key) => `.${String(key)}`).join("")}`;
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys as [string];
    return say`${place} has no "${shortened(key)}"; correct the name or leave it out.${didYouMean(key, fieldsAt(schema, issue.path))}`;
  }
  const value = issue.path.reduce<unknown>(inner, data);
  return value === undefined
    ? say`${place} is missing. ${heard(issue.message)}`
    : say`${place} is ${shown(value)}. ${heard(issue.message)}`;
}

function inner(value: unknown, key: PropertyKey): unknown {
  const has = typeof value === "object" && value !== null && Object.hasOwn(value, key);
  return has ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

function shown(value: unknown): Sentence {
  if (value === null) return say`null`;
  if (Array.isArray(value)) return say`a list of ${value.length}`;
  switch (typeof value) {
    case "string":
      return say`${JSON.stringify(shortened(value))}`;
    case "number":
    case "boolean":
    case "bigint":
      return say`${String(value)}`;
    case "object":
      return say`an object`;
    default:
      return say`a ${typeof value}`;
  }
}

const longest = 60;

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
