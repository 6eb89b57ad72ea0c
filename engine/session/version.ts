// The version of this program.
import { readFileSync } from "node:fs";
import { installedPath } from "../base/installation.ts";

export const version: string = (JSON.parse(readFileSync(installedPath("package.json"), "utf8")) as { version: string })
  .version;
