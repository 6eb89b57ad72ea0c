// From the data of a file to the fields of one of the three forms, or to a list of problems.
import { say, type Sentence } from "../base/sentence.ts";
import type { z } from "zod";
import { fieldsAt } from "../choices/fields-at.ts";
import { explainIssue, show } from "./explain-issue.ts";
import { ProblemList } from "../base/problem-list.ts";
import { problemError, throwProblems, type Problem, type Problems } from "./problems.ts";
import { promptTaskSchema, relationSchema, templateTaskSchema } from "./schema.ts";
import type { Source } from "./source.ts";

/**
 * @returns the file's fields with their types
 * @throws EngineError "invalid-task" naming every problem
 */
export function validate<Schema extends z.ZodObject>(
  source: Source,
  schema: Schema,
  data: unknown = source.data,
): z.infer<Schema> {
  throwProblems(problemsIn(source, schema, data), source);
  return schema.parse(data);
}

/**
 * Everything in which a value differs from a schema.
 *
 * @param at where in the file the value stands
 */
export function problemsIn(
  source: Source,
  schema: z.ZodObject,
  data: unknown,
  at: readonly PropertyKey[] = [],
): Problems {
  const problems = new ProblemList<Problem>();
  const parsed = schema.safeParse(data);
  if (parsed.success) return problems;
  const known = (path: readonly PropertyKey[]) => fieldsAt(schema, path);
  for (const issue of parsed.error.issues) {
    for (const { path, sentence, ofKey } of explainIssue(issue, data, known)) {
      problems.add(() => ({ sentence: sentence(), place: source.place([...at, ...path], ofKey) }));
    }
  }
  return problems;
}

/** The form of a file, seen from the fields it has. */
export type Form = "templates" | "prompts" | "relation";

export const FORM_SCHEMAS = {
  templates: templateTaskSchema,
  prompts: promptTaskSchema,
  relation: relationSchema,
} as const;

/** @throws EngineError "invalid-task" if it is none of them */
export function formOf(source: Source): Form {
  const { data } = source;
  const fail = (sentence: Sentence, path: readonly PropertyKey[] = []): never => {
    throw problemError({ sentence, place: source.place(path) }, source);
  };
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    return fail(say`a task is a set of fields (name: value); see tasks/README.md for one to begin with.`);
  }
  const has = (field: string): boolean => Object.hasOwn(data, field);
  const { kind } = data as { kind?: unknown };
  if (kind === "relation") return "relation";
  if (kind === "two-hop") {
    return fail(
      say`this is a two-hop task, which "secateur two-hop" takes; here it needs to be a contrast or a relation.`,
      ["kind"],
    );
  }
  if (kind === "contrast-sets") {
    return fail(say`is a file of contrast sets, from which directions are made; give it to "secateur vector make".`, [
      "kind",
    ]);
  }
  if (kind !== undefined && kind !== "contrast") {
    return fail(say`"kind" is ${show(kind)}; write "contrast", "relation" or "two-hop".`, ["kind"]);
  }
  if (kind === "contrast") return has("prompts") ? "prompts" : "templates";
  if (has("prompts")) return "prompts";
  if (has("samples")) return "relation";
  return fail(say`"kind" is missing; write kind: contrast (templates or prompts) or kind: relation (samples).`);
}
