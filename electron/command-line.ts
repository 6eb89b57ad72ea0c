// What the program was asked for when it was started: files to open, or only a test of itself.
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";

export interface Asked {
  readonly selfTest: boolean;
  /** Absolute paths. */
  readonly open: readonly string[];
}

/** Endings under which the system hands us files; others must be named after --open. */
const ASSOCIATED = [".secateur", ".circuit.json"];

/** @param words the arguments after the program's own path; Chromium's switches among them are not ours */
export function readCommandLine(words: readonly string[], folder: string): Asked {
  const open: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === "--open" && words[i + 1] !== undefined) open.push(words[++i]);
    else if (word.startsWith("--open=")) open.push(word.slice("--open=".length));
    else if (!word.startsWith("-") && ASSOCIATED.some((ending) => word.endsWith(ending))) open.push(word);
  }
  return {
    selfTest: words.includes("--self-test"),
    open: open.map((path) => (isAbsolute(path) ? path : resolve(folder, path))),
  };
}

const HANDED = z.object({ open: z.array(z.string().max(4096)).max(100) });

/** The files that a second start of the program hands to the first; of anything else nothing is taken. */
export function readHanded(data: unknown): readonly string[] {
  const handed = HANDED.safeParse(data);
  return handed.success ? handed.data.open.filter((path) => isAbsolute(path)) : [];
}
