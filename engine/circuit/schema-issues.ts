// Turns what zod finds into a path and a sentence with a remedy.
import type { z } from "zod";
import type { Problem } from "./circuit-checks.ts";

type Issue = z.core.$ZodIssue;

/** @param data the whole value that was parsed, to say what stands at the place */
export function explainIssue(issue: Issue, data: unknown): Problem {
  const value = valueAt(data, issue.path);
  if (value === undefined) return { path: formatPath(issue.path), sentence: `missing; ${wanted(issue)}.` };
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys as [string];
    const others = issue.keys.length > 1 ? ` (and ${issue.keys.length - 1} more)` : "";
    return {
      path: formatPath([...issue.path, key]),
      sentence: `unknown field${others}; correct its name or remove it.`,
    };
  }
  return { path: formatPath(issue.path), sentence: `is ${show(value)}; ${wanted(issue)}.` };
}

/** What should stand there, as an order to the reader. */
function wanted(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `write ${TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`}`;
    case "invalid_value":
      return `write ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return isSized(issue.origin)
        ? `write at least ${issue.minimum} ${countedIn(issue.origin)}`
        : `write ${issue.minimum} or more`;
    case "too_big":
      return isSized(issue.origin)
        ? `write at most ${issue.maximum} ${countedIn(issue.origin)}`
        : `write ${issue.maximum} or less`;
    case "invalid_format":
      return `write ${issue.message}`;
    case "invalid_key":
      return `write ${issue.issues[0]?.message ?? "another name"} as the name`;
    case "invalid_union":
      return `write ${alternatives(issue)}`;
    default:
      return issue.message;
  }
}

/** What each alternative asks for, once: "a finite number or "NaN"". */
function alternatives({ errors }: z.core.$ZodIssueInvalidUnion): string {
  const wishes = errors.flatMap(([first]) => (first ? [wanted(first).replace(/^write /, "")] : []));
  return [...new Set(wishes)].join(" or ");
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a finite number",
  string: "a text",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  boolean: "true or false",
  null: "null",
};

function isSized(origin: string): boolean {
  return origin === "array" || origin === "string";
}

function countedIn(origin: string): string {
  return origin === "string" ? "characters" : "entries";
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    data,
  );
}

/** "kept.heads[2]"; the whole file is "". */
function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}${text && "."}${String(key)}`),
    "",
  );
}

const SHOWN = 60;

function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
