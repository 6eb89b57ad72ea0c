// Opens a model by name or path.
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { installedPath } from "../base/installation.ts";
import { type Label, openGgufModel } from "./gguf-model.ts";
import { findInHubCache, hubCacheFolder } from "./hub-cache.ts";
import { openHuggingFaceFolder } from "./huggingface.ts";
import type { Model } from "./model.ts";
import { SMOLLM2, smollm2Path } from "./model-cache.ts";
import { OverlaidModel } from "./overlay.ts";
import { readPatchFile } from "./weight-patch.ts";

const SPRIG = "sprig";
export const SPRIG_FOLDER = installedPath("models", "sprig");

/** Where a model lies here that a name stands for, and what it is called in results. */
export interface StandIn {
  readonly path: string;
  readonly label: Label;
}

/** Of this process: it does jobs of others, who know their models by names and paths of their own machine. */
const STAND_INS = new Map<string, StandIn>();

/** From now on the name opens what lies at a path of this machine; without one again what the name says. */
export function standIn(name: string, place: StandIn | undefined): void {
  if (place) STAND_INS.set(name, place);
  else STAND_INS.delete(name);
}

/** Whether a word names a model that we know, whatever files there are. */
export const isNamed = (word: string): boolean => word === SPRIG || word === SMOLLM2.name;

/** The model and the patch in "NAME+PATCH.safetensors". */
export function overlayIn(word: string): { readonly of: string; readonly patch: string } | undefined {
  const [, of, patch] = /^(.+)\+([^+]+\.safetensors)$/.exec(word) ?? [];
  return patch === undefined ? undefined : { of, patch };
}

/**
 * @param nameOrPath  "sprig" (embedded), "smollm2" (fetched), a folder in Hugging Face's layout, a .gguf file, or the name of a model
 *                    in the Hugging Face cache: "org/name", also "org/name@revision"; behind any of these "+PATCH.safetensors", a
 *                    patch of its weights that is laid over them
 * @throws EngineError "model-not-found" if nothing goes by that name; else what the files' formats throw
 */
export function openModel(nameOrPath: string): Model {
  const place = STAND_INS.get(nameOrPath);
  if (place) return openModelAt(place.path, place.label);
  if (nameOrPath === SPRIG) return openHuggingFaceFolder(SPRIG_FOLDER, { name: SPRIG, source: SPRIG });
  if (nameOrPath === SMOLLM2.name) return openSmollm2();
  if (existsSync(nameOrPath)) return openModelAt(nameOrPath);
  const overlay = overlayIn(nameOrPath);
  if (overlay) return openOverlaid(overlay.of, overlay.patch);
  return openFromHubCache(nameOrPath);
}

/** Opens a model for a look that needs no run, and closes it behind. @throws EngineError as `openModel` and the look */
export function lookAtModel<T>(nameOrPath: string, look: (model: Model) => T): T {
  const model = openModel(nameOrPath);
  try {
    return look(model);
  } finally {
    model.close();
  }
}

/** @param label what it is called; by its path otherwise */
export function openModelAt(path: string, label?: Label): Model {
  if (statSync(path).isDirectory()) return openHuggingFaceFolder(path, label);
  if (path.endsWith(".gguf")) return openGgufModel(path, label);
  throw new EngineError(
    "unsupported",
    /\.(bin|pt|pth|ckpt|pkl)$/.test(path)
      ? say`${path}: weights as a pickle are not read, because they can run code. Save the model as safetensors (save_pretrained does) and name its folder.`
      : say`${path}: ${basename(path)} is not a .gguf file. For a model in safetensors, name the folder that holds its config.json.`,
    { place: { file: path } },
  );
}

function openOverlaid(of: string, patch: string): Model {
  const base = openModel(of);
  try {
    return new OverlaidModel(base, readPatchFile(patch, base), {
      name: `${base.name}+${basename(patch, ".safetensors")}`,
      source: `${base.source}+${patch}`,
    });
  } catch (error) {
    base.close();
    throw error;
  }
}

function openSmollm2(): Model {
  const path = smollm2Path();
  if (existsSync(path)) return openGgufModel(path, { name: SMOLLM2.name, source: SMOLLM2.name });
  throw new EngineError(
    "model-not-found",
    say`SmolLM2 has not been fetched: there is no ${path}. Run "${SMOLLM2.command}" once (about 90 MB).`,
  );
}

/** The source names the commit, so that it is the same model when opened again. */
function openFromHubCache(name: string): Model {
  const snapshot = findInHubCache(name);
  if (snapshot) {
    return openHuggingFaceFolder(snapshot.folder, {
      name: snapshot.name,
      source: `${snapshot.name}@${snapshot.commit}`,
    });
  }
  throw new EngineError(
    "model-not-found",
    say`There is no model "${name}": no folder or .gguf file of that path, and nothing whole under that name in ${hubCacheFolder()}. Give "${SPRIG}", "${SMOLLM2.name}", a path, or a name in that cache; "secateur models get ${name}" fetches one from the Hub.`,
    { name },
  );
}
