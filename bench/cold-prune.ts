// The whole process of pruning the embedded model on IOI, from the command to the written file.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const rounds = 3;

export async function measureColdPrune(): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), "secateur-bench-"));
  try {
    const seconds = Array.from({ length: rounds }, () => pruneOnce(folder)).sort((a, b) => a - b);
    return [
      ["seconds, median", seconds[Math.floor(rounds / 2)].toFixed(1)],
      ["seconds, all", seconds.map((s) => s.toFixed(1)).join(" ")],
      ["held ourselves to", "10"],
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pruneOnce(folder: string): number {
  const root = new URL("..", import.meta.url).pathname;
  const start = performance.now();
  const out = join(folder, "ioi.circuit.json");
  const args = [...process.execArgv, "cli/main.ts", "prune", "tasks/ioi.yaml", "--out", out, "--quiet"];
  const run = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, SECATEUR_HOME: folder },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return (performance.now() - start) / 1000;
}
