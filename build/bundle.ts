// Bundles the desktop app's processes and the engine as CommonJS, which every Electron takes as an entry, into dist.
import { build } from "vite";

/** Output under dist → source. Each is a file of its own: a sandboxed preload script can require nothing but Electron. */
const ENTRIES = {
  "electron/main": "electron/main.ts",
  "electron/preload": "electron/preload.ts",
  engine: "engine/main.ts",
} as const;

for (const [name, source] of Object.entries(ENTRIES)) {
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
        output: { format: "cjs", entryFileNames: "[name].cjs", codeSplitting: false },
      },
    },
  });
}
