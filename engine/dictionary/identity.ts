// What makes two dictionaries the same one: every number and choice that its features depend on, whatever form of file they came in.
import { createHash, type Hash } from "node:crypto";
import type { DictionaryPlace, DictionaryWeights } from "./weights.ts";

/** SHA-256 over the weights, how features are chosen, and the place in the model; 64 hexadecimal digits. */
export function dictionaryHash(weights: DictionaryWeights, { site, layer }: DictionaryPlace): string {
  const hash = createHash("sha256");
  add(hash, { ...weights, site, layer });
  return hash.digest("hex");
}

/** Every field by its name, in the order of names; a field that is undefined counts as absent. */
function add(hash: Hash, fields: object): void {
  for (const [name, value] of Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)) as [string, unknown][]) {
    if (value === undefined) continue;
    hash.update(`${name}\n`);
    if (value instanceof Float32Array) hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else if (typeof value === "object" && value !== null) add(hash, value);
    else hash.update(`${JSON.stringify(value)}\n`);
  }
}
