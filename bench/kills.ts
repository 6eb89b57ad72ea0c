// Pruning runs killed at random moments and resumed: how many write the bytes of a run that was never stopped.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../engine/base/random.ts";

const kills = 20;
const task = [
  "tasks/ioi.yaml",
  "--examples",
  "16",
  "--held-out",
  "16",
  "--random",
  "10",
  "--orders",
  "1",
  "--swaps",
  "1",
];

export async function measureKills(): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), "secateur-bench-"));
  try {
    const reference = join(folder, "reference.json");
    const events = run(folder, ["prune", ...task, "--out", reference, "--jsonl"]).split("\n").length;
    const random = Random.seeded(1, "kills");
    let same = 0;
    for (let kill = 0; kill < kills; kill++) {
      const out = join(folder, `${kill}.json`);
      const before = new Set(journals(folder));
      // The first event comes before the journal is begun.
      await killedAt(folder, 2 + random.below(events - 3), ["prune", ...task, "--out", out, "--jsonl"]);
      const journal = journals(folder).find((name) => !before.has(name))!;
      run(folder, ["prune", "--resume", join(folder, "runs", journal), "--out", out, "--quiet"]);
      if (figures(out) === figures(reference)) same++;
    }
    return [
      ["killed with SIGKILL and resumed", String(kills)],
      ["same bytes", String(same)],
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const journals = (folder: string) => readdirSync(join(folder, "runs"));

/** The file without the part that holds times. */
function figures(file: string): string {
  const circuit = JSON.parse(readFileSync(file, "utf8")) as object;
  return JSON.stringify({ ...circuit, environment: undefined });
}

const program = [...process.execArgv, "cli/main.ts"];
const options = (folder: string) => ({
  cwd: new URL("..", import.meta.url).pathname,
  env: { ...process.env, SECATEUR_HOME: folder },
});

function run(folder: string, args: readonly string[]): string {
  const done = spawnSync(process.execPath, [...program, ...args], { ...options(folder), encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout;
}

function killedAt(folder: string, lines: number, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [...program, ...args], options(folder));
  let seen = 0;
  child.stdout.on("data", (data: Buffer) => {
    seen += data.toString().split("\n").length - 1;
    if (seen >= lines) child.kill("SIGKILL");
  });
  return new Promise((done) => child.on("close", () => done()));
}
