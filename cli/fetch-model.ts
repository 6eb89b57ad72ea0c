// Fetches a model by its name, from wherever it comes.
import { spawnSync } from "node:child_process";
import { EngineError } from "../engine/base/errors.ts";
import { say } from "../engine/base/sentence.ts";
import { installedPath, isBundled } from "../engine/base/installation.ts";
import { type Downloaded, downloadModel, type DownloadOptions } from "../engine/model/hub-download.ts";
import { SMOLLM2 } from "../engine/model/model-cache.ts";

/** @returns undefined where the script that fetches it has told all. @throws EngineError as `downloadModel` */
export async function fetchModel(name: string, options: DownloadOptions): Promise<Downloaded | undefined> {
  if (name !== SMOLLM2.name) return downloadModel(name, options);
  fetchSmollm2();
  return undefined;
}

function fetchSmollm2(): void {
  const script = isBundled ? installedPath("dist", "fetch-smollm2.mjs") : installedPath("build", "fetch-smollm2.ts");
  // The script's words go to stderr with all other messages.
  const run = spawnSync(process.execPath, [...process.execArgv, script], { stdio: ["ignore", 2, 2] });
  if (run.status !== 0) {
    throw new EngineError("model-not-found", say`${SMOLLM2.name} could not be fetched; the reason stands above.`);
  }
}
