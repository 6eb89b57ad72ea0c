// Reads a JSON file whole, with a sentence and a place for what is wrong with it.
import { EngineError, type Place } from "../base/errors.ts";
import { ByteFile } from "./byte-file.ts";

/** Far above any config, tokenizer or shard index, far below what fills the memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/** @throws EngineError "missing-file" or "invalid-file" */
export function readJsonFile(path: string): unknown {
  const file = ByteFile.open(path);
  try {
    if (file.size > MAX_BYTES)
      throw invalid({ file: path }, `it has ${file.size} bytes, more than ${MAX_BYTES} for a JSON file`);
    return parseJson(file.read(0, file.size).toString("utf8"), path);
  } finally {
    file.close();
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const before = text.slice(0, position).split("\n");
    const place = { file: path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    throw invalid(place, `line ${place.line}, column ${place.column} is not JSON`);
  }
}

function invalid(place: Place, problem: string): EngineError {
  return new EngineError("invalid-file", `${place.file}: ${problem}. Is it damaged or cut off?`, { place });
}
