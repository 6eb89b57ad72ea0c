// Which fields may stand at a place of a value, as its schema has them.
import { z } from "zod";
import { unwrapped } from "./option.ts";

/** Names of the fields that a schema has at a path, for "did you mean". */
export function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const inside = unwrapped(schema);
  if (inside instanceof z.ZodUnion) return (inside.options as z.ZodType[]).flatMap((option) => fieldsAt(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return inside instanceof z.ZodObject ? Object.keys(inside.shape) : [];
  if (inside instanceof z.ZodArray) return fieldsAt(inside.element as z.ZodType, rest);
  if (inside instanceof z.ZodRecord) return fieldsAt(inside.valueType as z.ZodType, rest);
  if (!(inside instanceof z.ZodObject)) return [];
  const field = (inside.shape as Readonly<Record<PropertyKey, z.ZodType | undefined>>)[step];
  return field ? fieldsAt(field, rest) : [];
}
