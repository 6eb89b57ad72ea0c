// Relations of Hernandez et al. 2023 (arXiv:2308.09124): {name, prompt_templates, prompt_templates_zs, properties, samples}.
import { relationTask } from "../relation-task.ts";
import { relationSchema } from "../schema.ts";
import type { Source } from "../source.ts";
import type { Task } from "../task.ts";
import { validate } from "../validate.ts";
import { isForeign, takeKnown } from "./foreign-fields.ts";

export const hernandez = {
  matches: (source: Source): boolean => isForeign(source, "samples"),

  read(source: Source): Task {
    const { data, notes } = takeKnown(source, relationSchema);
    return relationTask(source, validate(source, relationSchema, data), notes);
  },
};
