// Bundles what is shipped into dist: the desktop app's processes and the engine as CommonJS, which every Electron takes as an entry,
// and the command line as an ES module, which may wait at its top level.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type BundleFile, bundleFile } from "./bundle-file.ts";

interface Bundle extends Pick<BundleFile, "source" | "format" | "banner"> {
  readonly define?: () => Record<string, string>;
}

/** Of what was bundled before it: the desktop app starts no other engine than the one that it was bundled with. */
const engineHash = () => ({
  ENGINE_SHA256: JSON.stringify(createHash("sha256").update(readFileSync("dist/engine.cjs")).digest("hex")),
});

/** Output under dist → source, in the order in which they are made. Each is a file of its own: a sandboxed preload script can require nothing but Electron. */
const BUNDLES: Readonly<Record<string, Bundle>> = {
  "engine.cjs": { source: "engine/main.ts", format: "cjs" },
  "electron/main.cjs": { source: "electron/main.ts", format: "cjs", define: engineHash },
  "electron/preload.cjs": { source: "electron/preload.ts", format: "cjs" },
  "cli.mjs": { source: "cli/main.ts", format: "es", banner: "#!/usr/bin/env node" },
  "fetch-smollm2.mjs": { source: "build/fetch-smollm2.ts", format: "es" },
};

for (const [name, { define, ...bundle }] of Object.entries(BUNDLES)) {
  await bundleFile({ ...bundle, folder: "dist", name, define: define?.() });
}
