// The engine is started only as the file that this program was built with: it lies outside the archive whose integrity Electron checks.
import { readFileSync } from "node:fs";
import { sha256 } from "../engine/base/hash.ts";
import type { Launch } from "../server/engine-process.ts";

/** @param hash SHA-256 that the engine's file must have */
export function checkedLaunch(entry: string, hash: string, launch: Launch): Launch {
  return (watcher) => {
    const fault = faultOf(entry, hash);
    if (fault === undefined) return launch(watcher);
    setImmediate(() => watcher.gone(`was not started: ${fault}`));
    return { pid: undefined, takesPorts: false, send: () => undefined, kill: () => undefined };
  };
}

function faultOf(entry: string, hash: string): string | undefined {
  try {
    if (sha256(readFileSync(entry)) === hash) return undefined;
    return `${entry} is not the file that this program was built with; install Secateur again`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
