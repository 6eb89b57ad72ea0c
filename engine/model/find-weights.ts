// Finds a model on this machine by the hash of its weights, whatever it is called here.
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hashOfFiles, hashOfWeights } from "./checkpoint-model.ts";
import { hubCacheFolder } from "./hub-cache.ts";
import { neededFiles } from "./huggingface.ts";
import { smollm2Path } from "./model-cache.ts";
import { SPRIG_FOLDER } from "./open.ts";
import { ownModels } from "./own-models.ts";

/**
 * Looks at the embedded model, the fetched one, those that were added, and every snapshot of the Hugging Face cache.
 *
 * @param sha256 as `Model.sha256`
 * @returns the folder or .gguf file, of which every byte was read and agrees; undefined where there is none
 */
export function findWeights(sha256: string): string | undefined {
  for (const path of placesHere()) {
    const files = weightFiles(path);
    // Hugging Face's tools name a blob by its hash, so that most need not be read; what has the right name is read.
    if ((namedHash(files) ?? sha256) === sha256 && readHash(files) === sha256) return path;
  }
  return undefined;
}

function* placesHere(): Generator<string> {
  yield SPRIG_FOLDER;
  yield smollm2Path();
  yield* ownModels();
  const hub = hubCacheFolder();
  for (const repository of foldersIn(hub).filter((name) => name.startsWith("models--"))) {
    const snapshots = join(hub, repository, "snapshots");
    for (const commit of foldersIn(snapshots)) {
      const folder = join(snapshots, commit);
      yield folder;
      for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (file.endsWith(".gguf")) yield join(folder, file);
      }
    }
  }
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/** Empty where something is missing, or cannot be read: that is no model which could be meant. */
function weightFiles(path: string): readonly string[] {
  try {
    const files = statSync(path).isDirectory() ? (neededFiles(path) ?? []) : [path];
    if (!files.every((file) => existsSync(file))) return [];
    return files.filter((file) => /\.(safetensors|gguf)$/.test(file));
  } catch {
    return [];
  }
}

function namedHash(files: readonly string[]): string | undefined {
  const hashes = files.map((file) => {
    const blob = realpathSync(file);
    return basename(dirname(blob)) === "blobs" && /^[0-9a-f]{64}$/.test(basename(blob)) ? basename(blob) : undefined;
  });
  return hashes.every((hash) => hash !== undefined) ? hashOfWeights(hashes) : undefined;
}

/** Path, size and time of files → their hash. */
const READ = new Map<string, string>();

function readHash(files: readonly string[]): string | undefined {
  if (files.length === 0) return undefined;
  const key = files.map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`).join("\n");
  const hash = READ.get(key) ?? hashOfFiles(files);
  READ.set(key, hash);
  return hash;
}
