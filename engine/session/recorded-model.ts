// The model of a circuit file, found again: by the path under which it was opened, else by its name.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { findInHubCache } from "../model/hub-cache.ts";
import type { Model } from "../model/model.ts";
import { isNamed, overlayIn } from "../model/open.ts";

/** The absolute path of a model that was opened by path; of one under a patch, its own path or name and that of the patch. */
export function pathOf({ source }: Pick<Model, "source">): string | undefined {
  const overlay = existsSync(source) ? undefined : overlayIn(source);
  if (overlay) return `${pathOf({ source: overlay.of }) ?? overlay.of}+${resolve(overlay.patch)}`;
  return !isNamed(source) && existsSync(source) ? resolve(source) : undefined;
}

/**
 * What the model that a circuit was found in is opened by.
 *
 * @param file of the circuit, for the sentence
 * @throws EngineError "model-not-found" where it is not there any more, or the file does not say where it was
 */
export function recordedModel({ model: { name, path } }: Circuit, file: string): string {
  if (path !== undefined && isThere(path)) return path;
  if (path === undefined && (isNamed(name) || existsSync(name) || findInHubCache(name))) return name;
  const where =
    path === undefined ? say`"${name}", which the file gives no path of` : say`${path}, which is not there any more`;
  throw new EngineError(
    "model-not-found",
    say`${file}: the circuit was found in ${where}. Name the path of that model with --model.`,
    { name },
  );
}

/**
 * Files of the dictionaries that a circuit's features are of; undefined where it has none.
 *
 * @throws EngineError "missing-file" where one is not there any more; "invalid-file" where another one is there, whose features
 *   have the same names and are other directions
 */
export function recordedDictionaries({ model: { dictionaries } }: Circuit, file: string): string[] | undefined {
  for (const { path, sha256 } of dictionaries ?? []) {
    if (!existsSync(path)) {
      throw new EngineError(
        "missing-file",
        say`${file}: features of this circuit are of ${path}, which is not there any more. Put the dictionary back there.`,
        { place: { file } },
      );
    }
    const now = loadDictionary(path).sha256;
    if (now !== sha256) {
      throw new EngineError(
        "invalid-file",
        say`${file}: features of this circuit are of ${path}, where another dictionary is now (${now.slice(0, 12)}, not ${sha256.slice(0, 12)}). Put the one that it was found with back there.`,
        { place: { file } },
      );
    }
  }
  return dictionaries?.map(({ path }) => path);
}

function isThere(path: string): boolean {
  const overlay = existsSync(path) ? undefined : overlayIn(path);
  if (!overlay) return existsSync(path);
  return existsSync(overlay.patch) && (isNamed(overlay.of) || existsSync(overlay.of) || !!findInHubCache(overlay.of));
}
