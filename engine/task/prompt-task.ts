// From the fields of a task with prompts written out, ours or AutoCircuit's, to the task.
import { type Note, say, type Sentence } from "../base/sentence.ts";
import { commonFields, commonProblems } from "./common-fields.ts";
import { ProblemList } from "../base/problem-list.ts";
import { leaveOut, Unusable } from "./left-out.ts";
import { roleProblems } from "./role-rules.ts";
import { throwProblems, type Problem, type Problems } from "./problems.ts";
import type { PromptTaskFile } from "./schema.ts";
import type { Source } from "./source.ts";
import type { PromptTask } from "./task.ts";

/** Which of the file's prompts are taken, and what is wrong with the others. */
export interface Usable {
  /** In the file's list. */
  readonly indices: readonly number[];
  readonly bad: Unusable;
}

/**
 * @param usable the prompts of `fields` in the file's own list; all of them where nothing was left out before
 * @throws EngineError "invalid-task" naming every problem
 */
export function promptTask(
  source: Source,
  fields: PromptTaskFile,
  notes: readonly Note[],
  usable: Usable = { indices: fields.prompts.map((_, i) => i), bad: new Unusable() },
): PromptTask {
  const problems = commonProblems(source, fields);
  problems.addAll(roleProblems(source, fields.roles, Object.keys(fields.word_idxs ?? {})));
  if (fields.split?.by) {
    const sentence = say`"split.by" names slots, and prompts have none; remove it.`;
    problems.add(() => ({ sentence, place: source.place(["split", "by"]) }));
  }
  const { bad } = usable;
  const total = fields.prompts.length + bad.count;
  const sound = fields.prompts.map((prompt, p) => {
    const wrong = promptProblems(source, prompt, usable.indices[p], fields.metric);
    if (wrong.count > 0) bad.add(wrong);
    return wrong.count === 0;
  });
  if (problems.count > 0 || bad.count > total / 2) {
    problems.addAll(bad.problems);
    throwProblems(problems, source);
  }
  const left = leaveOut(bad, total, say`prompts`, source);
  return {
    ...commonFields(source, fields, [...notes, ...left]),
    kind: "contrast",
    form: "prompts",
    prompts: fields.prompts.flatMap(({ clean, corrupt, answers, wrong_answers }, p) => {
      if (!sound[p]) return [];
      const { line } = source.place(["prompts", usable.indices[p]]);
      return [{ clean, corrupt, answers, wrongAnswers: wrong_answers ?? [], line }];
    }),
    wordIndices: fields.word_idxs ?? {},
    roles: fields.roles ?? [],
    dropped: bad.count,
  };
}

/** What no single field of a prompt is wrong about. @param i of the prompt, in the file's list */
function promptProblems(
  source: Source,
  { clean, corrupt, answers, wrong_answers }: PromptTaskFile["prompts"][number],
  i: number,
  metric: PromptTaskFile["metric"],
): Problems {
  const problems = new ProblemList<Problem>();
  const add = (path: readonly PropertyKey[], sentence: Sentence): void => {
    problems.add(() => ({ sentence, place: source.place(["prompts", i, ...path]) }));
  };
  if (String(clean) === String(corrupt)) {
    add(["corrupt"], say`prompt ${i + 1} has the same clean and corrupt text; nothing would be measured.`);
  }
  if (metric !== "log-probability" && !wrong_answers?.length) {
    add(
      [],
      say`prompt ${i + 1} has no wrong_answers, which the metric needs; write some or choose metric: log-probability.`,
    );
  }
  const wrong = new Set(wrong_answers);
  const both = answers.find((answer) => wrong.has(answer));
  if (both !== undefined) {
    add(["answers"], say`${JSON.stringify(both)} is right and wrong in prompt ${i + 1}; keep one.`);
  }
  return problems;
}
