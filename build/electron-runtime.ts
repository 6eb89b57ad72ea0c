// Whether Electron's binary is here, and where; npm's package would download it when asked, which nothing in this project does.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { installedPath } from "../engine/base/installation.ts";

/** Path of the binary in its folder. */
const BINARIES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: "Electron.app/Contents/MacOS/Electron",
  win32: "electron.exe",
};

/** Undefined where no binary is here. ELECTRON_OVERRIDE_DIST_PATH names a folder that goes before npm's own. */
export function electronBinary(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const packaged = installedPath("node_modules", "electron");
  const folder = environment.ELECTRON_OVERRIDE_DIST_PATH ?? join(packaged, "dist");
  const binary = join(folder, nameIn(packaged));
  return existsSync(binary) ? binary : undefined;
}

function nameIn(packaged: string): string {
  const note = join(packaged, "path.txt");
  return existsSync(note) ? readFileSync(note, "utf8") : (BINARIES[process.platform] ?? "electron");
}

/** Why no window can be shown here, undefined where one can. */
export function whyNoWindow(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (!electronBinary(environment)) return 'Electron\'s binary is not here ("npx install-electron" downloads it)';
  const hasScreen = Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
  return process.platform === "linux" && !hasScreen ? "there is no display" : undefined;
}
