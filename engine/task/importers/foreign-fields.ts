// What a file of another project holds beyond the fields that are read, at any depth: named in a note, not refused.
import { type Note, say } from "../../base/sentence.ts";
import { z } from "zod";
import { namesOf } from "../../base/did-you-mean.ts";
import type { Source } from "../source.ts";

/** The fields that a schema knows, and a note that names the others. */
export function takeKnown(source: Source, schema: z.ZodObject): { data: object; notes: Note[] } {
  const others = new Map<string, number>();
  const data = known(source.data, schema, "", others) as object;
  const named = [...others].map(([path, count]) => (count === 1 ? path : `${path} (${count} times)`));
  return {
    data,
    notes: named.length > 0 ? [say`${source.file}: fields that are not read: ${namesOf(named)}.`] : [],
  };
}

/** @param path of the value, list places left out: "samples.note" */
function known(value: unknown, schema: z.core.$ZodType, path: string, others: Map<string, number>): unknown {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item) => known(item, inner.element, path, others));
  }
  if (!(inner instanceof z.ZodObject) || typeof value !== "object" || value === null || Array.isArray(value))
    return value;
  const fields: [string, unknown][] = [];
  for (const [field, item] of Object.entries(value)) {
    const below = path === "" ? field : `${path}.${field}`;
    if (!Object.hasOwn(inner.shape, field)) others.set(below, (others.get(below) ?? 0) + 1);
    else fields.push([field, known(item, inner.shape[field]!, below, others)]);
  }
  return Object.fromEntries(fields);
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema;
}

/** True for an object with `field` and without our own `kind`. */
export function isForeign({ data }: Source, field: string): boolean {
  return typeof data === "object" && data !== null && Object.hasOwn(data, field) && !Object.hasOwn(data, "kind");
}
