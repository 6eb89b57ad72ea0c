// Files that ship and are called by their names.
import { installedPath } from "../base/installation.ts";

/**
 * @param folder of `tasks`
 * @param name one of `shipped`, or the path of a file
 */
export function shippedFile(folder: string, shipped: readonly string[], name: string): string {
  return shipped.includes(name) ? installedPath("tasks", folder, `${name}.yaml`) : name;
}
