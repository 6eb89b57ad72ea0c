// Bundles what is shipped into dist: the desktop app's processes and the engine as CommonJS, which every Electron takes as an entry,
// and the command line as an ES module, which may wait at its top level.
import { build } from "vite";

interface Bundle {
  readonly source: string;
  readonly format: "cjs" | "es";
  /** Goes before everything else. */
  readonly banner?: string;
}

/** Output under dist → source. Each is a file of its own: a sandboxed preload script can require nothing but Electron. */
const BUNDLES: Readonly<Record<string, Bundle>> = {
  "electron/main.cjs": { source: "electron/main.ts", format: "cjs" },
  "electron/preload.cjs": { source: "electron/preload.ts", format: "cjs" },
  "engine.cjs": { source: "engine/main.ts", format: "cjs" },
  "cli.mjs": { source: "cli/main.ts", format: "es", banner: "#!/usr/bin/env node" },
  "fetch-smollm2.mjs": { source: "build/fetch-smollm2.ts", format: "es" },
};

for (const [name, { source, format, banner }] of Object.entries(BUNDLES)) {
  await build({
    configFile: false,
    logLevel: "warn",
    ssr: { noExternal: true, external: ["electron", "onnxruntime-node"] },
    build: {
      ssr: true,
      target: "es2022",
      outDir: "dist",
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: { [name]: source },
        output: { format, banner, entryFileNames: name, codeSplitting: false },
      },
    },
  });
}
