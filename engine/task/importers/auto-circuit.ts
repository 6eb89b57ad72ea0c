// AutoCircuit's data sets: {prompts: [{clean, corrupt, answers, wrong_answers}], word_idxs?, seq_labels?}, as text or token ids.
import { Unusable } from "../left-out.ts";
import { promptTask, type Usable } from "../prompt-task.ts";
import { LARGEST_COUNT, promptSchema, promptTaskSchema } from "../schema.ts";
import type { Source } from "../source.ts";
import type { Task } from "../task.ts";
import { problemsIn, validate } from "../validate.ts";
import { isForeign, takeKnown } from "./foreign-fields.ts";

export const autoCircuit = {
  matches: (source: Source): boolean => isForeign(source, "prompts"),

  read(source: Source): Task {
    const { data, notes } = takeKnown(source, promptTaskSchema);
    const { prompts } = data as { prompts: unknown };
    if (!Array.isArray(prompts) || prompts.length > LARGEST_COUNT)
      return promptTask(source, validate(source, promptTaskSchema, data), notes);
    const usable = usablePrompts(source, prompts);
    const taken = { ...data, prompts: usable.indices.map((i) => prompts[i] as unknown) };
    return promptTask(source, validate(source, promptTaskSchema, taken), notes, usable);
  },
};

/** A few prompts of a large file may be no prompts at all; where most are none, the whole file is looked at as it is. */
function usablePrompts(source: Source, prompts: readonly unknown[]): Usable {
  const bad = new Unusable();
  const indices: number[] = [];
  prompts.forEach((prompt, i) => {
    const problems = problemsIn(source, promptSchema, prompt, ["prompts", i]);
    if (problems.count === 0) indices.push(i);
    else bad.add(problems);
  });
  return bad.count > prompts.length / 2 ? { indices: prompts.map((_, i) => i), bad: new Unusable() } : { indices, bad };
}
