// Makes folders, with the reason where the system refuses.
import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { withFile } from "./refusal.ts";

/** A folder and those above it that are missing. @throws EngineError "disk" with the folder and the reason */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch {
    // Of several missing folders Node names the last and says that it is not there; the first one tells why.
    const first = firstMissing(resolve(path));
    withFile(first, () => mkdirSync(first));
    withFile(path, () => mkdirSync(path, { recursive: true }));
  }
}

function firstMissing(path: string): string {
  const above = dirname(path);
  return above === path || existsSync(above) ? path : firstMissing(above);
}
