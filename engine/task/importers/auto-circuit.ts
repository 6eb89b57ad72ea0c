// AutoCircuit's data sets: {prompts: [{clean, corrupt, answers, wrong_answers}], word_idxs?, seq_labels?}, as text or token ids.
import { promptTask } from "../prompt-task.ts";
import { promptTaskSchema } from "../schema.ts";
import type { Source } from "../source.ts";
import type { Task } from "../task.ts";
import { validate } from "../validate.ts";
import { isForeign, takeKnown } from "./foreign-fields.ts";

export const autoCircuit = {
  matches: (source: Source): boolean => isForeign(source, "prompts"),

  read(source: Source): Task {
    const { data, notes } = takeKnown(source, Object.keys(promptTaskSchema.shape));
    return promptTask(source, validate(source, promptTaskSchema, data), notes);
  },
};
