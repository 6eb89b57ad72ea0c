// Names made of the name of a file that the user gave, where that may be standard input.
import { basename, resolve } from "node:path";
import { isStandardInput } from "./standard-input.ts";

/** The same from any folder. */
export function absolutePath(file: string): string {
  return isStandardInput(file) ? file : resolve(file);
}

/** "ioi" of "tasks/ioi.yaml", for names of what is made of a file. */
export function stemOf(file: string): string {
  return isStandardInput(file) ? "standard-input" : basename(file).replace(/\.[^.]+$/, "");
}
