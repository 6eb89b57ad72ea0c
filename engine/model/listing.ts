// The models at hand: embedded, fetched, in the Hugging Face cache, and added by the user, each with whether it can be opened.
import { existsSync, readdirSync, statSync } from "node:fs";
import { hubCacheFolder } from "./hub-cache.ts";
import { SMOLLM2, smollm2Path } from "./model-cache.ts";
import { lookAtModel } from "./open.ts";
import { ownModels } from "./own-models.ts";

export interface ListedModel {
  readonly name: string;
  readonly where: "embedded" | "fetched" | "hub-cache" | "folder" | "not-fetched";
  readonly family?: string;
  readonly nLayers?: number;
  readonly nHeads?: number;
  readonly dMlp?: number;
  /** Of a single file. */
  readonly bytes?: number;
  readonly precision?: string;
  readonly ready: boolean;
  /** Why it is not ready, and what to do. */
  readonly reason?: string;
}

export function listModels(): ListedModel[] {
  const hub = hubCacheFolder();
  const cached = existsSync(hub)
    ? readdirSync(hub)
        .filter((folder) => folder.startsWith("models--"))
        .map((folder) => folder.slice("models--".length).replaceAll("--", "/"))
    : [];
  return [
    look("sprig", "embedded"),
    smollm2(),
    ...cached.map((name) => look(name, "hub-cache")),
    ...ownModels().map((path) => look(path, "folder")),
  ];
}

function smollm2(): ListedModel {
  const { name } = SMOLLM2;
  if (existsSync(smollm2Path())) return look(name, "fetched");
  return {
    name,
    where: "not-fetched",
    family: "llama",
    bytes: 98_000_000,
    ready: false,
    reason: `secateur models get ${name} (98 MB)`,
  };
}

function look(name: string, where: ListedModel["where"]): ListedModel {
  try {
    return lookAtModel(name, ({ config, precision, source }) => {
      const { architecture, nLayers, nHeads, dMlp } = config;
      const path = where === "fetched" ? smollm2Path() : source;
      const bytes = existsSync(path) && statSync(path).isFile() ? statSync(path).size : undefined;
      return { name, where, family: architecture, nLayers, nHeads, dMlp, bytes, precision, ready: true };
    });
  } catch (error) {
    return { name, where, ready: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
