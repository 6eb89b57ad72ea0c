// Opens a model by name or path.
import { existsSync, statSync } from "node:fs";
import { EngineError } from "../base/errors.ts";
import { openGgufModel } from "./gguf-model.ts";
import type { Model } from "./model.ts";
import { SMOLLM2, smollm2Path } from "./model-cache.ts";

/**
 * @param nameOrPath  "smollm2", or the path of a .gguf file
 * @throws EngineError "model-not-found" if nothing goes by that name; else what the file's format throws
 */
export function openModel(nameOrPath: string): Model {
  if (nameOrPath === SMOLLM2.name) return openSmollm2();
  if (existsSync(nameOrPath) && statSync(nameOrPath).isFile()) return openGgufModel(nameOrPath);
  throw new EngineError("model-not-found", `There is no model "${nameOrPath}".`);
}

function openSmollm2(): Model {
  const path = smollm2Path();
  if (existsSync(path)) return openGgufModel(path, { name: SMOLLM2.name, source: SMOLLM2.name });
  throw new EngineError(
    "model-not-found",
    `SmolLM2 has not been fetched: there is no ${path}. Run "${SMOLLM2.command}" once (about 90 MB).`,
  );
}
