// Turns what the parser of the format finds into sentences: where, what stands there, what to write instead.
import { eachOnce, heard, say, sayList, type Sentence } from "../base/sentence.ts";
import type { z } from "zod";
import { nearestOf } from "../base/did-you-mean.ts";

type Issue = z.core.$ZodIssue;

export interface Explained {
  readonly path: readonly PropertyKey[];
  sentence(): Sentence;
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
      sentence: () => {
        const near = nearestOf(key, names);
        const rest =
          near === undefined ? say` Fields here are ${sayList(names, ", ")}.` : say` Did you mean "${near}"?`;
        return say`unknown field "${key}"${at(issue.path)}.${rest}`;
      },
      ofKey: true,
    }));
  }
  if (issue.code === "invalid_key") {
    const name = String(issue.path.at(-1));
    return [
      { path: issue.path, sentence: () => say`"${name}" cannot be a name; write ${formatOf(issue)}.`, ofKey: true },
    ];
  }
  if (value === undefined) {
    return [
      {
        path: issue.path.slice(0, -1),
        sentence: () => say`${named(issue.path)} is missing; write ${wanted(issue)}.`,
        ofKey: false,
      },
    ];
  }
  return [
    {
      path: issue.path,
      sentence: () => say`${named(issue.path)} is ${show(value)}; write ${wanted(issue, value)}.`,
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
  const wishes = sayList(eachOnce(issue.errors.flatMap(([first]) => (first ? [wanted(first)] : []))), " or ");
  const value = valueAt(data, issue.path);
  const what = value === undefined ? say`is missing` : say`is ${show(value)}`;
  return [{ path: issue.path, sentence: () => say`${named(issue.path)} ${what}; write ${wishes}.`, ofKey: false }];
}

function wanted(issue: Issue, value?: unknown): Sentence {
  switch (issue.code) {
    case "invalid_type":
      return typeName(issue.expected, value);
    case "invalid_value":
      return say`${allowed(issue.values)}${perhaps(value, issue.values.map(String))}`;
    case "too_small":
      return isSized(issue.origin)
        ? say`at least ${issue.minimum} ${unitOf(issue.origin, issue.minimum)}`
        : say`a number ${issue.inclusive === false ? say`above` : say`of at least`} ${issue.minimum}`;
    case "too_big":
      return isSized(issue.origin)
        ? say`at most ${issue.maximum} ${unitOf(issue.origin, issue.maximum)}`
        : say`a number of at most ${issue.maximum}`;
    default:
      return heard(issue.message);
  }
}

/** YAML reads 017 as the number 17: what was written is in the line below, and as a text it needs quotes. */
function typeName(expected: string, value: unknown): Sentence {
  const isScalar = typeof value === "number" || typeof value === "boolean";
  if (expected === "string" && isScalar) return say`a text, in quotes`;
  if (expected === "number" && typeof value === "number") return say`a finite number`;
  return TYPE_NAMES[expected]!;
}

function allowed(values: readonly unknown[]): Sentence {
  return sayList(
    values.map((value) => JSON.stringify(value)),
    " or ",
  );
}

function perhaps(value: unknown, known: readonly string[]): Sentence {
  const near = typeof value === "string" ? nearestOf(value, known) : undefined;
  return near === undefined ? say`` : say` (Did you mean "${near}"?)`;
}

const TYPE_NAMES: Readonly<Record<string, Sentence>> = {
  int: say`a whole number`,
  number: say`a number`,
  string: say`a text`,
  array: say`a list`,
  tuple: say`a list`,
  object: say`fields (name: value)`,
  record: say`fields (name: value)`,
  boolean: say`true or false`,
};

function isSized(origin: string): boolean {
  return origin === "array" || origin === "string" || origin === "tuple";
}

function unitOf(origin: string, count: number | bigint): Sentence {
  const isOne = Number(count) === 1;
  if (origin === "string") return isOne ? say`character` : say`characters`;
  return isOne ? say`entry` : say`entries`;
}

function formatOf(issue: z.core.$ZodIssueInvalidKey): Sentence {
  return issue.issues[0] ? heard(issue.issues[0].message) : say`another`;
}

function named(path: readonly PropertyKey[]): Sentence {
  return path.length === 0 ? say`the file` : say`"${formatPath(path)}"`;
}

function at(path: readonly PropertyKey[]): Sentence {
  return path.length === 0 ? say`` : say` in ${formatPath(path)}`;
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

export function show(value: unknown): Sentence {
  if (Array.isArray(value)) return value.length === 0 ? say`an empty list` : say`a list`;
  if (value === null) return say`empty`;
  if (typeof value === "object" && value !== null) return say`a set of fields`;
  if (typeof value === "number") return say`${String(value)}`;
  const text = JSON.stringify(value);
  return say`${text.length > 60 ? `${text.slice(0, 60)}…"` : text}`;
}
