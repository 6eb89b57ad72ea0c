// Where the desktop app's parts lie: beside this bundle in a checkout, in the resources folder of an installed program.
import { join } from "node:path";
import { app } from "electron";

const built = join(__dirname, "..");

export const PRELOAD = join(__dirname, "preload.cjs");
export const PAGE = join(built, "renderer");

/** Outside the archive of an installed program, so that any Node can run it and ONNX Runtime finds its library. */
export function engineEntry(): string {
  return app.isPackaged ? join(process.resourcesPath, "engine", "dist", "engine.cjs") : join(built, "engine.cjs");
}

/** Put in when this file is bundled, after the engine was. */
declare const ENGINE_SHA256: string;
export const engineHash = ENGINE_SHA256;
