// Shows the workbench's address in the user's browser, without putting its token where other programs can read it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Best effort: the address is printed in any case. @returns what takes the traces away */
export function showAddress(address: string): () => void {
  const { platform, env } = process;
  if (platform === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY) return () => undefined;
  const [program, ...before] =
    platform === "darwin" ? ["open"] : platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  // Every program of this machine can read another's arguments; a file in a folder of the user's own it cannot.
  const folder = mkdtempSync(join(tmpdir(), "secateur-"));
  const file = join(folder, "workbench.html");
  const page = `<!doctype html><meta http-equiv="refresh" content="0; url=${address}"><title>Secateur</title>\n`;
  writeFileSync(file, page, { mode: 0o600, flag: "wx" });
  const opener = spawn(program!, [...before, file], { stdio: "ignore", detached: true });
  opener.on("error", () => undefined);
  opener.unref();
  return () => rmSync(folder, { recursive: true, force: true });
}
