// Turns what the parser of the format finds into sentences: where, what stands there, what to write instead.
import type { z } from "zod";
import { didYouMean } from "./did-you-mean.ts";

type Issue = z.core.$ZodIssue;

export interface Explained {
  readonly path: readonly PropertyKey[];
  sentence(): string;
  /** The place of the field's name rather than of its value. */
  readonly ofKey: boolean;
}

/**
 * @param data   the value that was parsed
 * @param known  names of the fields that may stand at a path
 */
export function explainIssue(
  issue: Issue,
  data: unknown,
  known: (path: readonly PropertyKey[]) => readonly string[],
): Explained[] {
  const value = valueAt(data, issue.path);
  if (issue.code === "invalid_union") return explainUnion(issue, data, known);
  if (issue.code === "unrecognized_keys") {
    const names = known(issue.path);
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      sentence: () =>
        `unknown field "${key}"${at(issue.path)}.${didYouMean(key, names) || ` Fields here are ${names.join(", ")}.`}`,
      ofKey: true,
    }));
  }
  if (issue.code === "invalid_key") {
    const name = String(issue.path.at(-1));
    return [{ path: issue.path, sentence: () => `"${name}" cannot be a name; write ${formatOf(issue)}.`, ofKey: true }];
  }
  if (value === undefined) {
    return [
      {
        path: issue.path.slice(0, -1),
        sentence: () => `${named(issue.path)} is missing; write ${wanted(issue)}.`,
        ofKey: false,
      },
    ];
  }
  return [
    {
      path: issue.path,
      sentence: () => `${named(issue.path)} is ${show(value)}; write ${wanted(issue, value)}.`,
      ofKey: false,
    },
  ];
}

/** The alternative that came nearest: one whose own kind of value stands there, otherwise what all of them want. */
function explainUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  data: unknown,
  known: (path: readonly PropertyKey[]) => readonly string[],
): Explained[] {
  const nearest = issue.errors.find((alternative) =>
    alternative.every(({ code, path }) => path.length > 0 || code !== "invalid_type"),
  );
  if (nearest)
    return nearest.flatMap((inner) => explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, data, known));
  const wishes = [...new Set(issue.errors.flatMap(([first]) => (first ? [wanted(first)] : [])))].join(" or ");
  const value = valueAt(data, issue.path);
  const what = value === undefined ? "is missing" : `is ${show(value)}`;
  return [{ path: issue.path, sentence: () => `${named(issue.path)} ${what}; write ${wishes}.`, ofKey: false }];
}

function wanted(issue: Issue, value?: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return typeName(issue.expected, value);
    case "invalid_value":
      return (
        issue.values.map((allowed) => JSON.stringify(allowed)).join(" or ") +
        nearest(value, issue.values.map(String)).replace(/^ (.*)\?$/, " ($1?)")
      );
    case "too_small":
      return isSized(issue.origin)
        ? `at least ${issue.minimum} ${unitOf(issue.origin, issue.minimum)}`
        : `a number ${issue.inclusive === false ? "above" : "of at least"} ${issue.minimum}`;
    case "too_big":
      return isSized(issue.origin)
        ? `at most ${issue.maximum} ${unitOf(issue.origin, issue.maximum)}`
        : `a number of at most ${issue.maximum}`;
    case "invalid_format":
      return issue.message;
    default:
      return issue.message;
  }
}

/** YAML reads 017 as the number 17: what was written is in the line below, and as a text it needs quotes. */
function typeName(expected: string, value: unknown): string {
  const isScalar = typeof value === "number" || typeof value === "boolean";
  if (expected === "string" && isScalar) return "a text, in quotes";
  if (expected === "number" && typeof value === "number") return "a finite number";
  return TYPE_NAMES[expected]!;
}

function nearest(value: unknown, known: readonly string[]): string {
  return typeof value === "string" ? didYouMean(value, known) : "";
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "a text",
  array: "a list",
  tuple: "a list",
  object: "fields (name: value)",
  record: "fields (name: value)",
  boolean: "true or false",
};

function isSized(origin: string): boolean {
  return origin === "array" || origin === "string" || origin === "tuple";
}

function unitOf(origin: string, count: number | bigint): string {
  const isOne = Number(count) === 1;
  if (origin === "string") return isOne ? "character" : "characters";
  return isOne ? "entry" : "entries";
}

function formatOf(issue: z.core.$ZodIssueInvalidKey): string {
  return issue.issues[0]?.message ?? "another";
}

function named(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "the file" : `"${formatPath(path)}"`;
}

function at(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : ` in ${formatPath(path)}`;
}

/** templates[2].text, entries counted from 1 as people do. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step + 1}]` : (i > 0 ? "." : "") + String(step)))
    .join("");
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    data,
  );
}

export function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value === null) return "empty";
  if (typeof value === "object" && value !== null) return "a set of fields";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…"` : text;
}
