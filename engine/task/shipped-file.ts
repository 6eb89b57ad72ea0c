// Files that ship and are called by their names.
import { existsSync } from "node:fs";
import { EngineError } from "../base/errors.ts";
import { installedPath } from "../base/installation.ts";

/**
 * @param folder of `tasks`
 * @param name one of `shipped`, or the path of a file
 * @param what it is, in words
 * @throws EngineError "missing-file" for neither
 */
export function shippedFile(folder: string, shipped: readonly string[], name: string, what: string): string {
  if (shipped.includes(name)) return installedPath("tasks", folder, `${name}.yaml`);
  if (existsSync(name)) return name;
  throw new EngineError(
    "missing-file",
    `${name}: there is no such ${what} or file. ${what[0].toUpperCase()}${what.slice(1)}s here are ${shipped.join(", ")}.`,
    { place: { file: name } },
  );
}
