// Runs a peer's script in a Python process of its own.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @returns the object on the last line that the script prints */
export function runPeer<T>(python: string, script: string, threads: number, args: readonly string[]): T {
  const path = new URL(`./peers/${script}`, import.meta.url).pathname;
  const run = spawnSync(python, ["-B", path, ...args, String(threads)], {
    encoding: "utf8",
    env: { ...process.env, OMP_WAIT_POLICY: "passive", OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: "1" },
    maxBuffer: 1e8,
  });
  if (run.status !== 0) throw new Error(`${script} failed:\n${run.stderr.slice(-2000)}`);
  return JSON.parse(run.stdout.trim().split("\n").at(-1)!) as T;
}

/** Gives a folder for what a measurement writes, and takes it away afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "secateur-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
