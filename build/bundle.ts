// Bundles the desktop app's processes and the engine as CommonJS, which every Electron takes as an entry, into dist.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { build } from "vite";

/** Output under dist → source. Each is a file of its own: a sandboxed preload script can require nothing but Electron. */
const ENTRIES = {
  engine: "engine/main.ts",
  "electron/main": "electron/main.ts",
  "electron/preload": "electron/preload.ts",
} as const;

/** The engine comes first: the main process starts no other than the one that it was bundled with. */
const hashOfEngine = () => createHash("sha256").update(readFileSync("dist/engine.cjs")).digest("hex");

for (const [name, source] of Object.entries(ENTRIES)) {
  await build({
    configFile: false,
    logLevel: "warn",
    define: name === "electron/main" ? { ENGINE_SHA256: JSON.stringify(hashOfEngine()) } : {},
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
