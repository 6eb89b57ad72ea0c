// JSON in one form: keys sorted, absent ones left out, no spaces, so that equal values have equal text and one hash.

/** @throws Error "internal" for NaN and infinities, which JSON cannot hold */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "number" && !Number.isFinite(part)) throw new Error(`internal: JSON cannot hold ${part}`);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
