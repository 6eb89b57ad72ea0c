// The command line for tests that start it, bundled from the sources once for all of them: from the sources themselves each start
// takes seven times as long.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { bundleFile } from "../build/bundle-file.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Path of a program that Node runs. */
    commandLine: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => void> {
  const [folder, name] = [join(process.cwd(), "dist/test"), `cli-${process.pid}.mjs`];
  await bundleFile({ source: "cli/main.ts", folder, name, format: "es" });
  provide("commandLine", join(folder, name));
  return () => rmSync(join(folder, name), { force: true });
}
