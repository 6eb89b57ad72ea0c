// What no single field of a task's rules for roles is wrong about.
import { say, type Sentence } from "../base/sentence.ts";
import { didYouMean, namesOf } from "../base/did-you-mean.ts";
import { ProblemList } from "../base/problem-list.ts";
import type { Problem, Problems } from "./problems.ts";
import type { RoleRule } from "./schema.ts";
import type { Source } from "./source.ts";

/** @param positions that the task names; END is always there */
export function roleProblems(
  source: Source,
  rules: readonly RoleRule[] | undefined,
  positions: readonly string[],
): Problems {
  const problems = new ProblemList<Problem>();
  const known = new Set([...positions, "END"]);
  rules?.forEach((rule, i) => {
    const add = (field: string, sentence: () => Sentence): void => {
      problems.add(() => ({ sentence: sentence(), place: source.place(["roles", i, field]) }));
    };
    for (const field of ["from", "to"] as const) {
      if (known.has(rule[field])) continue;
      add(field, () => {
        const place = say`the task names no position "${rule[field]}" (it has ${namesOf([...known])}).`;
        return say`role ${i + 1}: ${place}${didYouMean(rule[field], known)}`;
      });
    }
    for (const field of ["writes", "steering"] as const) {
      if (rule[field] === undefined) continue;
      if (rule.role === undefined)
        add(field, () => say`role ${i + 1}: "${field}" needs the name of a role; write role: NAME.`);
      if (rule.from !== "END") {
        add(
          field,
          () => say`role ${i + 1}: "${field}" is about what a head writes at END, but it looks from "${rule.from}".`,
        );
      }
    }
  });
  return problems;
}
