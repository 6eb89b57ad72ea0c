// Where the program's own files lie: beside the source, and beside the bundle in an installed program.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of a file or folder that ships, from the folder of package.json on. */
export function installedPath(...parts: readonly string[]): string {
  return join(root, ...parts);
}

/** Whether this runs from the bundles of dist, as in an installed package, and not from the source. */
export const isBundled = !import.meta.url.endsWith(".ts");

const root = nearestPackage(dirname(fileURLToPath(import.meta.url)));

function nearestPackage(folder: string): string {
  if (existsSync(join(folder, "package.json")) || dirname(folder) === folder) return folder;
  return nearestPackage(dirname(folder));
}
