// The folders and files outside any cache that the user has added to the list of models; the list holds their paths, never a copy.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import { modelCacheFolder } from "./model-cache.ts";
import { openModel } from "./open.ts";

const listSchema = z.object({ paths: z.array(z.string()) });

const listFile = (): string => join(modelCacheFolder(), "own-models.json");

/** Absolute paths, in the order in which they were added. */
export function ownModels(): readonly string[] {
  const file = listFile();
  if (!existsSync(file)) return [];
  try {
    return listSchema.parse(JSON.parse(readWholeText(file, FILE_KINDS.note))).paths;
  } catch {
    throw new EngineError("invalid-file", say`${file}: not a list of models; delete it and add them again.`, {
      place: { file },
    });
  }
}

/**
 * @param path of a folder in Hugging Face's layout or of a .gguf file
 * @returns the path under which it is listed
 * @throws EngineError "model-not-found" where there is nothing; else as `openModel`
 */
export function addOwnModel(path: string): string {
  const own = resolve(path);
  if (!existsSync(own)) {
    throw new EngineError("model-not-found", say`${own}: there is no such folder or file. Check the path.`, {
      place: { file: own },
    });
  }
  openModel(own).close();
  write([...ownModels().filter((other) => other !== own), own]);
  return own;
}

/** Takes a path off the list; the files stay. */
export function forgetOwnModel(path: string): void {
  const own = resolve(path);
  const before = ownModels();
  if (!before.includes(own)) throw new EngineError("usage", say`${own} is not among the models that were added.`);
  write(before.filter((other) => other !== own));
}

function write(paths: readonly string[]): void {
  writeFileAtomic(listFile(), `${JSON.stringify({ paths }, null, 1)}\n`);
}
