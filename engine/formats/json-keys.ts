// Finds a key that stands twice in a JSON object, which JSON.parse passes over in silence.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The first key that stands twice at the top level of `json`, valid JSON of an object. One pass, whatever its lengths and depths. */
export function duplicateKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  let text = "";
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case "{":
      case "[":
        depth++;
        break;
      case "}":
      case "]":
        depth--;
        break;
      case '"': {
        const end = endOfText(json, at);
        // Only what may be a key is copied; a value of any length is passed over.
        if (depth === 1) text = json.slice(at, end + 1);
        at = end;
        break;
      }
      case ":": {
        if (depth !== 1) break;
        const key = JSON.parse(text) as string;
        if (seen.has(key)) return key;
        seen.add(key);
        break;
      }
    }
  }
  return undefined;
}

/** Where the text that begins at `start` has its closing quote. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  for (let code = json.charCodeAt(at); code !== QUOTE; code = json.charCodeAt(at)) at += code === BACKSLASH ? 2 : 1;
  return at;
}
