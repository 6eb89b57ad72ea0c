// Opens the store that a person names: a folder, or a bucket as s3://BUCKET/FOLDER.
import { makeFolder } from "../base/make-folder.ts";
import { BucketFiles, bucketPlace } from "./bucket-files.ts";
import { FolderFiles } from "./store-files.ts";
import { SweepStore } from "./sweep-store.ts";

/** @throws EngineError "disk" for a folder that cannot be made; "usage" as `bucketPlace` */
export function openStore(name: string): SweepStore {
  if (/^s3:/.test(name)) return new SweepStore(new BucketFiles(name, bucketPlace(name, process.env)));
  makeFolder(name);
  return new SweepStore(new FolderFiles(name));
}
