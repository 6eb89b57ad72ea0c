// Where things go: data to stdout, words to stderr, files to where they can be written.
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { EngineError } from "../engine/base/errors.ts";

export function printData(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

export function printMessage(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  printData(JSON.stringify(value, null, 2));
}

/**
 * Says so before the work, not after it, when its result cannot be written.
 * @throws EngineError "usage" for a folder; what the operating system says where a file cannot be made
 */
export function requireWritable(file: string): void {
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new EngineError("usage", `${file}: is a folder; name the file to write.`, { place: { file } });
  }
  let folder = dirname(resolve(file));
  while (!existsSync(folder)) folder = dirname(folder);
  accessSync(folder, constants.W_OK);
}
