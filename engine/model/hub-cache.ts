// Finds a model in the cache that Hugging Face's tools keep on this machine, without the network.
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, sep } from "node:path";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import { neededFiles } from "./huggingface.ts";

const COMMIT = /^[0-9a-f]{40}$/;
const HUB_NAME = /^(?:[\w-][\w.-]*\/)?[\w-][\w.-]*(?:@[\w-][\w./-]*)?$/;
const DEFAULT_REVISION = "main";

export interface HubSnapshot {
  readonly folder: string;
  /** "org/name". */
  readonly name: string;
  readonly commit: string;
}

/** The cache's root, by the environment variables that Hugging Face's tools follow, in their order. */
export function hubCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  if (HF_HUB_CACHE) return HF_HUB_CACHE;
  if (HUGGINGFACE_HUB_CACHE) return HUGGINGFACE_HUB_CACHE;
  return join(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface"), "hub");
}

/**
 * @param nameAndRevision  "org/name", "name", or either with "@revision": a commit, branch or tag; "main" without one
 * @returns the snapshot of that revision; without one given and no record of "main", the newest snapshot that is whole; undefined if none
 * @throws EngineError "invalid-file" if a file of the snapshot leads out of the cache
 */
export function findInHubCache(
  nameAndRevision: string,
  environment: NodeJS.ProcessEnv = process.env,
): HubSnapshot | undefined {
  if (!HUB_NAME.test(nameAndRevision) || nameAndRevision.includes("..")) return undefined;
  const [name, revision] = nameAndRevision.split("@") as [string, string | undefined];
  const root = hubCacheFolder(environment);
  const repository = join(root, `models--${name.replace("/", "--")}`);
  const commit = commitOf(repository, revision);
  if (commit === undefined) return undefined;
  const folder = join(repository, "snapshots", commit);
  requireInside(root, folder);
  return { folder, name, commit };
}

function commitOf(repository: string, revision: string | undefined): string | undefined {
  const isThere = (commit: string): boolean => existsSync(join(repository, "snapshots", commit));
  if (revision !== undefined && COMMIT.test(revision)) return isThere(revision) ? revision : undefined;
  const reference = join(repository, "refs", ...(revision ?? DEFAULT_REVISION).split("/"));
  if (existsSync(reference)) {
    const commit = readWholeText(reference, FILE_KINDS.note).trim();
    if (COMMIT.test(commit) && isThere(commit)) return commit;
  }
  return revision === undefined ? newestWhole(join(repository, "snapshots")) : undefined;
}

function newestWhole(snapshots: string): string | undefined {
  if (!existsSync(snapshots)) return undefined;
  const whole = readdirSync(snapshots).filter((commit) => COMMIT.test(commit) && isWhole(join(snapshots, commit)));
  const age = (commit: string): number => statSync(join(snapshots, commit)).mtimeMs;
  return whole.sort((a, b) => age(b) - age(a))[0];
}

/** existsSync follows links, so a link whose blob was never finished counts as absent. */
function isWhole(folder: string): boolean {
  return neededFiles(folder)?.every((file) => existsSync(file)) ?? false;
}

/** Snapshots are links into the cache's blobs; one that points elsewhere was not made by Hugging Face's tools. */
function requireInside(root: string, folder: string): void {
  const realRoot = realpathSync(root) + sep;
  for (const file of neededFiles(folder) ?? []) {
    if (!existsSync(file) || realpathSync(file).startsWith(realRoot)) continue;
    throw new EngineError(
      "invalid-file",
      say`${file} leads out of the cache ${root}, to ${realpathSync(file)}. Remove the link and download again.`,
      {
        place: { file },
      },
    );
  }
}
