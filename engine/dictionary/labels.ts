// What people call the features of a dictionary: labels.json beside its weights, {"51": "comma behind a weekday"}.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";

const NAME = "labels.json";

/** @param weights the file of the dictionary's weights. @throws EngineError "invalid-file" where it is no such list */
export function readLabels(weights: string): ReadonlyMap<number, string> {
  const file = join(dirname(weights), NAME);
  if (!existsSync(file)) return new Map();
  const read = readJsonFile(file, FILE_KINDS.config);
  const isList = typeof read === "object" && read !== null && !Array.isArray(read);
  const entries = isList ? Object.entries(read) : [];
  const wrong = entries.find(([feature, label]) => !/^\d+$/.test(feature) || typeof label !== "string");
  if (!isList || wrong) {
    const what = wrong ? say`"${wrong[0]}" names no feature with a text` : say`it is no JSON object`;
    throw new EngineError("invalid-file", say`${file}: ${what}; it should be such as {"51": "weekdays"}.`, {
      place: { file },
    });
  }
  return new Map(entries.map(([feature, label]) => [Number(feature), label as string]));
}

/** Gives features labels beside those that there are; "" takes one away. @throws EngineError "disk", as `readLabels` */
export function writeLabels(weights: string, labels: ReadonlyMap<number, string>): void {
  const all = new Map([...readLabels(weights), ...labels]);
  const kept = [...all].filter(([, label]) => label !== "").sort(([a], [b]) => a - b);
  writeFileAtomic(join(dirname(weights), NAME), `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`);
}
