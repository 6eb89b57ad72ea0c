// Parts a result into what the same job gives everywhere and what is of one run: when, how long, on which machine.

/** Fields that are of one run alone, wherever they stand. */
const OF_ONE_RUN: ReadonlySet<string> = new Set(["environment", "seconds", "startedAt", "path"]);

export interface Parted {
  /** The result without the fields of one run. */
  readonly timeless: unknown;
  /** Those fields, by their path. */
  readonly aside: Readonly<Record<string, unknown>>;
}

export function timeless(result: unknown): Parted {
  const aside: Record<string, unknown> = {};
  const without = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, i) => without(item, `${path}/${i}`));
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    const kept: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      if (OF_ONE_RUN.has(key)) aside[`${path}/${key}`] = inner;
      else kept[key] = without(inner, `${path}/${key}`);
    }
    return kept;
  };
  return { timeless: without(result, ""), aside };
}
