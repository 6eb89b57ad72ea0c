// Files that ship and are called by their names.
import { existsSync } from "node:fs";
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { installedPath } from "../base/installation.ts";

/**
 * @param folder of `tasks`
 * @param name one of `shipped`, or the path of a file
 * @param what it is, in words: "template", "Templates"
 * @throws EngineError "missing-file" for neither
 */
export function shippedFile(
  folder: string,
  shipped: readonly string[],
  name: string,
  what: { readonly one: Sentence; readonly many: Sentence },
): string {
  if (shipped.includes(name)) return installedPath("tasks", folder, `${name}.yaml`);
  if (existsSync(name)) return name;
  throw new EngineError(
    "missing-file",
    say`${name}: there is no such ${what.one} or file. ${what.many} here are ${sayList(shipped, ", ")}.`,
    { place: { file: name } },
  );
}
