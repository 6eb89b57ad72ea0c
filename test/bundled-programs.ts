// The command line and the engines for tests that start them, bundled from the sources once for all of them: from the sources
// themselves each start takes seven times as long, and threads know no TypeScript.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { bundleFile } from "../build/bundle-file.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Path of a program that Node runs. */
    commandLine: string;
    /** Path of the engine's process, for a launcher. */
    engineProgram: string;
    /** Path of the scripted engine's process, for the same. */
    scriptedProgram: string;
  }
}

const PROGRAMS = [
  { name: "commandLine", source: "cli/main.ts", format: "es", ending: "mjs" },
  { name: "engineProgram", source: "engine/main.ts", format: "cjs", ending: "cjs" },
  { name: "scriptedProgram", source: "test/endpoints/scripted-main.ts", format: "cjs", ending: "cjs" },
] as const;

export default async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = join(process.cwd(), "dist/test");
  const made: string[] = [];
  for (const { name, source, format, ending } of PROGRAMS) {
    const file = `${name}-${process.pid}.${ending}`;
    await bundleFile({ source, folder, name: file, format });
    made.push(join(folder, file));
    provide(name, join(folder, file));
  }
  return () => made.forEach((file) => rmSync(file, { force: true }));
}
