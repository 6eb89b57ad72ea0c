// The folder that a command was typed in, where npm starts the program in another.
import { realpathSync } from "node:fs";
import { installedPath } from "./installation.ts";

/**
 * `npm run` starts a script in its package's folder and names the caller's in INIT_CWD; relative paths are the caller's, so that
 * folder is entered. Only for scripts of our own package: another package's script means its own folder.
 *
 * @param scripts names of our scripts that do so
 */
export function enterCallerFolder(
  scripts: readonly string[],
  { npm_lifecycle_event: script, npm_package_json: manifest, INIT_CWD: caller }: NodeJS.ProcessEnv = process.env,
): void {
  if (script === undefined || manifest === undefined || caller === undefined) return;
  if (scripts.includes(script) && isOurs(manifest)) process.chdir(caller);
}

function isOurs(manifest: string): boolean {
  try {
    return realpathSync(manifest) === realpathSync(installedPath("package.json"));
  } catch {
    return false;
  }
}
