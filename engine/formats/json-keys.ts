// Finds a key that stands twice in a JSON object, which JSON.parse passes over in silence.

/** Strings, brackets, and the comma and colon between; everything else of valid JSON may be skipped. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/** The first key that stands twice at the top level of `json`, valid JSON of an object. */
export function duplicateKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  let text = "";
  for (const [token] of json.matchAll(TOKENS)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (token !== ":") text = token;
    else if (depth === 1) {
      const key = JSON.parse(text) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}
