// From the fields of a task with prompts written out, ours or AutoCircuit's, to the task.
import { commonFields, commonProblems } from "./common-fields.ts";
import { throwProblems, type Problem } from "./problems.ts";
import type { PromptTaskFile } from "./schema.ts";
import type { Source } from "./source.ts";
import type { PromptTask } from "./task.ts";

/** @throws EngineError "invalid-task" naming every problem */
export function promptTask(source: Source, fields: PromptTaskFile, notes: readonly string[]): PromptTask {
  const problems: Problem[] = commonProblems(source, fields);
  const add = (path: readonly PropertyKey[], sentence: string): void => {
    problems.push({ sentence, place: source.place(path) });
  };
  if (fields.split?.by) add(["split", "by"], '"split.by" names slots, and prompts have none; remove it.');
  fields.prompts.forEach(({ clean, corrupt, answers, wrong_answers }, i) => {
    if (String(clean) === String(corrupt)) {
      add(["prompts", i, "corrupt"], `prompt ${i + 1} has the same clean and corrupt text; nothing would be measured.`);
    }
    if (fields.metric !== "log-probability" && !wrong_answers?.length) {
      add(
        ["prompts", i],
        `prompt ${i + 1} has no wrong_answers, which the metric needs; write some or choose metric: log-probability.`,
      );
    }
    const both = answers.find((answer) => wrong_answers?.includes(answer));
    if (both !== undefined)
      add(["prompts", i, "answers"], `${JSON.stringify(both)} is right and wrong in prompt ${i + 1}; keep one.`);
  });
  throwProblems(problems, source);
  return {
    ...commonFields(source, fields, notes),
    kind: "contrast",
    form: "prompts",
    prompts: fields.prompts.map(({ clean, corrupt, answers, wrong_answers }, i) => ({
      clean,
      corrupt,
      answers,
      wrongAnswers: wrong_answers ?? [],
      line: source.place(["prompts", i]).line,
    })),
    wordIndices: fields.word_idxs ?? {},
    unfit: "error",
  };
}
