// A file of named fields, YAML or JSON, checked against its schema: every mistake with its line.
import type { z } from "zod";
import { parseSource, readText } from "./source.ts";
import { validate } from "./validate.ts";

/** @throws EngineError "missing-file"; "invalid-file" for what is no YAML; "invalid-task" naming every problem */
export function readFields<Schema extends z.ZodObject>(file: string, schema: Schema): z.infer<Schema> {
  return validate(parseSource(readText(file)), schema);
}
