// The model of a circuit file, found again: by the path under which it was opened, else by its name.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EngineError } from "../base/errors.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { findInHubCache } from "../model/hub-cache.ts";
import type { Model } from "../model/model.ts";
import { isNamed } from "../model/open.ts";

/** The absolute path of a model that was opened by path. */
export function pathOf({ source }: Model): string | undefined {
  return !isNamed(source) && existsSync(source) ? resolve(source) : undefined;
}

/**
 * What the model that a circuit was found in is opened by.
 *
 * @param file of the circuit, for the sentence
 * @throws EngineError "model-not-found" where it is not there any more, or the file does not say where it was
 */
export function recordedModel({ model: { name, path } }: Circuit, file: string): string {
  if (path !== undefined && existsSync(path)) return path;
  if (path === undefined && (isNamed(name) || existsSync(name) || findInHubCache(name))) return name;
  const where =
    path === undefined ? `"${name}", which the file gives no path of` : `${path}, which is not there any more`;
  throw new EngineError(
    "model-not-found",
    `${file}: the circuit was found in ${where}. Name the path of that model with --model.`,
    { name },
  );
}
