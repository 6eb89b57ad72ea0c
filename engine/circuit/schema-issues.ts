// Turns what zod finds into a path and a sentence with a remedy.
import { eachOnce, heard, say, sayList, type Sentence } from "../base/sentence.ts";
import type { z } from "zod";
import { didYouMean } from "../base/did-you-mean.ts";
import { fieldsAt } from "../choices/fields-at.ts";
import type { Problem } from "./circuit-checks.ts";

type Issue = z.core.$ZodIssue;

/**
 * @param data   the whole value that was parsed, to say what stands at the place
 * @param schema what it was parsed by, to say which fields there are
 */
export function explainIssue(issue: Issue, data: unknown, schema: z.ZodType): Problem {
  const value = valueAt(data, issue.path);
  if (value === undefined) return { path: formatPath(issue.path), sentence: say`missing; ${wanted(issue)}.` };
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys as [string];
    const others = issue.keys.length > 1 ? say` (and ${issue.keys.length - 1} more)` : say``;
    return {
      path: formatPath([...issue.path, key]),
      sentence: say`unknown field${others}; correct its name or remove it.${didYouMean(key, fieldsAt(schema, issue.path))}`,
    };
  }
  return { path: formatPath(issue.path), sentence: say`is ${show(value)}; ${wanted(issue)}.` };
}

/** What should stand there, as an order to the reader. */
function wanted(issue: Issue): Sentence {
  switch (issue.code) {
    case "invalid_type":
    case "invalid_value":
    case "too_small":
    case "too_big":
    case "invalid_format":
    case "invalid_key":
    case "invalid_union":
      return say`write ${wish(issue)}`;
    default:
      return heard(issue.message);
  }
}

/** "a finite number or "NaN"" */
function wish(issue: Issue): Sentence {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_NAMES[issue.expected] ?? say`a ${issue.expected}`;
    case "invalid_value":
      return sayList(
        issue.values.map((value) => JSON.stringify(value)),
        " or ",
      );
    case "too_small":
      return isSized(issue.origin)
        ? say`at least ${issue.minimum} ${countedIn(issue.origin)}`
        : say`${issue.minimum} or more`;
    case "too_big":
      return isSized(issue.origin)
        ? say`at most ${issue.maximum} ${countedIn(issue.origin)}`
        : say`${issue.maximum} or less`;
    case "invalid_key":
      return say`${issue.issues[0] ? heard(issue.issues[0].message) : say`another name`} as the name`;
    case "invalid_union":
      return alternatives(issue);
    default:
      return heard(issue.message);
  }
}

/** What each alternative asks for, once. */
function alternatives({ errors }: z.core.$ZodIssueInvalidUnion): Sentence {
  const wishes = errors.flatMap(([first]) => (first ? [wish(first)] : []));
  return sayList(eachOnce(wishes), " or ");
}

const TYPE_NAMES: Readonly<Record<string, Sentence>> = {
  int: say`a whole number`,
  number: say`a finite number`,
  string: say`a text`,
  array: say`a list`,
  tuple: say`a list`,
  object: say`an object`,
  record: say`an object`,
  boolean: say`true or false`,
  null: say`null`,
};

function isSized(origin: string): boolean {
  return origin === "array" || origin === "string";
}

function countedIn(origin: string): Sentence {
  return origin === "string" ? say`characters` : say`entries`;
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

function show(value: unknown): Sentence {
  if (Array.isArray(value)) return say`a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return say`an object`;
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > SHOWN ? say`${text.slice(0, SHOWN)}…` : say`${text}`;
}
