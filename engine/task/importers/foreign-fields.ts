// What a file of another project holds beyond the fields that are read: named in a note, not refused.
import type { Source } from "../source.ts";

/** The known fields of an object, and a note that names the others. */
export function takeKnown(
  source: Source,
  known: readonly string[],
  unusable: readonly string[] = [],
): { data: object; notes: string[] } {
  const entries = Object.entries(source.data as object);
  const isRead = (field: string): boolean => known.includes(field) && !unusable.includes(field);
  const others = entries.filter(([field]) => !isRead(field)).map(([field]) => field);
  return {
    data: Object.fromEntries(entries.filter(([field]) => isRead(field))),
    notes: others.length > 0 ? [`${source.file}: fields that are not read: ${others.join(", ")}.`] : [],
  };
}

/** True for an object with `field` and without our own `kind`. */
export function isForeign({ data }: Source, field: string): boolean {
  return typeof data === "object" && data !== null && Object.hasOwn(data, field) && !Object.hasOwn(data, "kind");
}
