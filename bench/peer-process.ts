// Runs a peer's script in a Python process of its own.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PeerPrompts, promptsForPeers } from "./prompts.ts";
import { inFolder } from "./temporary-folder.ts";

/** A script of bench/peers; it is given the file of its prompts, these arguments, and the number of threads. */
interface PeerCall {
  readonly python: string;
  readonly script: string;
  readonly prompts: PeerPrompts;
  readonly args: readonly string[];
  readonly threads: number;
}

/** @returns the object on the last line that the script prints */
export function runPeer<T>({ python, script, prompts, args, threads }: PeerCall): Promise<T> {
  const path = new URL(`./peers/${script}`, import.meta.url).pathname;
  return inFolder((folder) => {
    const file = join(folder, "prompts.json");
    writeFileSync(file, promptsForPeers(prompts));
    const run = spawnSync(python, ["-B", path, file, ...args, String(threads)], {
      encoding: "utf8",
      env: { ...process.env, OMP_WAIT_POLICY: "passive", OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: "1" },
      maxBuffer: 1e8,
    });
    if (run.status !== 0) throw new Error(`${script} failed:\n${run.stderr.slice(-2000)}`);
    return JSON.parse(run.stdout.trim().split("\n").at(-1)!) as T;
  });
}
