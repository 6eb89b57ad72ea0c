// From the fields of a task with prompts written out, ours or AutoCircuit's, to the task.
import { commonFields, commonProblems } from "./common-fields.ts";
import { leaveOut } from "./left-out.ts";
import { roleProblems } from "./role-rules.ts";
import { throwProblems, type Problem } from "./problems.ts";
import type { PromptTaskFile } from "./schema.ts";
import type { Source } from "./source.ts";
import type { PromptTask } from "./task.ts";

/** Which of the file's prompts are taken, and what is wrong with the others. */
export interface Usable {
  /** In the file's list. */
  readonly indices: readonly number[];
  readonly bad: readonly (readonly Problem[])[];
}

/**
 * @param usable the prompts of `fields` in the file's own list; all of them where nothing was left out before
 * @throws EngineError "invalid-task" naming every problem
 */
export function promptTask(
  source: Source,
  fields: PromptTaskFile,
  notes: readonly string[],
  usable: Usable = { indices: fields.prompts.map((_, i) => i), bad: [] },
): PromptTask {
  const problems: Problem[] = commonProblems(source, fields);
  problems.push(...roleProblems(source, fields.roles, Object.keys(fields.word_idxs ?? {})));
  if (fields.split?.by) {
    const sentence = '"split.by" names slots, and prompts have none; remove it.';
    problems.push({ sentence, place: source.place(["split", "by"]) });
  }
  const wrong = fields.prompts.map((prompt, p) => promptProblems(source, prompt, usable.indices[p], fields.metric));
  const bad = [...usable.bad, ...wrong.filter(({ length }) => length > 0)];
  const total = fields.prompts.length + usable.bad.length;
  if (problems.length > 0 || bad.length > total / 2) throwProblems([...problems, ...bad.flat()], source);
  const left = leaveOut(bad, total, "prompts", source);
  return {
    ...commonFields(source, fields, [...notes, ...left]),
    kind: "contrast",
    form: "prompts",
    prompts: fields.prompts.flatMap(({ clean, corrupt, answers, wrong_answers }, p) => {
      if (wrong[p].length > 0) return [];
      const { line } = source.place(["prompts", usable.indices[p]]);
      return [{ clean, corrupt, answers, wrongAnswers: wrong_answers ?? [], line }];
    }),
    wordIndices: fields.word_idxs ?? {},
    roles: fields.roles ?? [],
    dropped: bad.length,
  };
}

/** What no single field of a prompt is wrong about. @param i of the prompt, in the file's list */
function promptProblems(
  source: Source,
  { clean, corrupt, answers, wrong_answers }: PromptTaskFile["prompts"][number],
  i: number,
  metric: PromptTaskFile["metric"],
): Problem[] {
  const problems: Problem[] = [];
  const add = (path: readonly PropertyKey[], sentence: string): void => {
    problems.push({ sentence, place: source.place(["prompts", i, ...path]) });
  };
  if (String(clean) === String(corrupt)) {
    add(["corrupt"], `prompt ${i + 1} has the same clean and corrupt text; nothing would be measured.`);
  }
  if (metric !== "log-probability" && !wrong_answers?.length) {
    add(
      [],
      `prompt ${i + 1} has no wrong_answers, which the metric needs; write some or choose metric: log-probability.`,
    );
  }
  const both = answers.find((answer) => wrong_answers?.includes(answer));
  if (both !== undefined) {
    add(["answers"], `${JSON.stringify(both)} is right and wrong in prompt ${i + 1}; keep one.`);
  }
  return problems;
}
