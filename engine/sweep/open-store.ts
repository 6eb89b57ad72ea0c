// Opens the store that a person names.
import { makeFolder } from "../base/make-folder.ts";
import { StoreFiles } from "./store-files.ts";
import { SweepStore } from "./sweep-store.ts";

/** @throws EngineError "disk" for a folder that cannot be made */
export function openStore(folder: string): SweepStore {
  makeFolder(folder);
  return new SweepStore(new StoreFiles(folder));
}
