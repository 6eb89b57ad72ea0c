// Reads a JSON file whole, with a sentence and a place for what is wrong with it.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { type FileKind, readWholeText } from "../base/read-file.ts";

/** @throws EngineError "missing-file" or "invalid-file" */
export function readJsonFile(path: string, kind: FileKind): unknown {
  const text = readWholeText(path, kind);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const position = Number(/position (\d+)/.exec((cause as Error).message)?.[1] ?? text.length);
    const before = text.slice(0, position).split("\n");
    const place = { file: path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const problem = text.trim() === "" ? say`is empty` : say`line ${place.line}, column ${place.column} is not JSON`;
    throw new EngineError("invalid-file", say`${path}: ${problem}. Is it damaged or cut off?`, { place }, { cause });
  }
}
