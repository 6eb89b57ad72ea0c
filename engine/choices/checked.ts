// Settings from outside, checked against their schema: what comes back holds nothing that the schema does not name.
import type { z } from "zod";
import { EngineError } from "../base/errors.ts";

/** Problems that one sentence names at most. */
const named = 5;

/**
 * @param what what the value is, for the sentence: "settings", "argument 1 of measure"
 * @throws EngineError "usage" with the place and the value of every problem, the first few named
 */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const sentences = issues.slice(0, named).map((issue) => sentenceOf(issue, value, what));
  const more = issues.length > named ? ` There are ${issues.length - named} more problems.` : "";
  throw new EngineError("usage", `${sentences.join(" ")}${more}`);
}

function sentenceOf(issue: z.core.$ZodIssue, data: unknown, what: string): string {
  const place = [what, ...issue.path.map(String)].join(".");
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys as [string];
    return `${place} has no "${shortened(key)}"; correct the name or leave it out.`;
  }
  const value = issue.path.reduce<unknown>(inner, data);
  return value === undefined
    ? `${place} is missing. ${issue.message}`
    : `${place} is ${shown(value)}. ${issue.message}`;
}

function inner(value: unknown, key: PropertyKey): unknown {
  const has = typeof value === "object" && value !== null && Object.hasOwn(value, key);
  return has ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

function shown(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  switch (typeof value) {
    case "string":
      return JSON.stringify(shortened(value));
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    case "object":
      return "an object";
    default:
      return `a ${typeof value}`;
  }
}

const longest = 60;

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
