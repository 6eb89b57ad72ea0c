// Where things go: data to stdout, words to stderr, files to where they can be written. All that is printed goes through here.
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isStream } from "../engine/base/atomic-file.ts";
import { EngineError } from "../engine/base/errors.ts";
import { say, type Sentence } from "../engine/base/sentence.ts";
import { isStandardInput } from "../engine/base/standard-input.ts";
import { visibleJson, visibleText } from "../engine/base/visible.ts";

export function printData(text: string): void {
  print(process.stdout, text.endsWith("\n") ? text : `${text}\n`);
}

export function printMessage(text: string): void {
  print(process.stderr, `${text}\n`);
}

export function printJson(value: unknown): void {
  printJsonText(JSON.stringify(value, null, 2));
}

/** One line of JSON Lines. */
export function printJsonLine(value: unknown): void {
  printJsonText(JSON.stringify(value));
}

/** JSON that is laid out already: what no terminal should see is escaped, so that it reads back the same. */
export function printJsonText(json: string): void {
  printData(visibleJson(json));
}

/** Names and texts of other people's files stand in what is printed; nothing of them steers the terminal. */
export function print(stream: NodeJS.WritableStream, text: string): void {
  stream.write(visibleText(text));
}

/**
 * Says so before the work, not after it, when its result cannot be written.
 * @throws EngineError "usage" for a folder or standard input; what the operating system says where a file cannot be made
 */
export function requireWritable(file: string): void {
  const fail = (sentence: Sentence): never => {
    throw new EngineError("usage", say`${file}: ${sentence}`, { place: { file } });
  };
  if (isStandardInput(file)) return fail(say`is standard input, which nothing can be written into; name a file.`);
  if (existsSync(file) && statSync(file).isDirectory()) return fail(say`is a folder; name the file to write.`);
  if (isStream(file)) return;
  let folder = dirname(resolve(file));
  while (!existsSync(folder)) folder = dirname(folder);
  accessSync(folder, constants.W_OK);
}
