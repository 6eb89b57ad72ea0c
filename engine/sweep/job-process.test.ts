// What a worker hears of the process that does its jobs, when both are stopped at once.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type JobOrder, JobProcess } from "./job-process.ts";

const hasProc = existsSync("/proc/self/stat");

/** Waits without letting anything else happen in this process. */
function blockUntil(isSo: () => boolean): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!isSo()) Atomics.wait(cell, 0, 0, 5);
}

test.skipIf(!hasProc)(
  `a process that died of its group's signal before it is asked to stop was stopped, and is not broken${hasProc ? "" : " (skipped: no /proc here)"}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "secateur-job-"));
    const [script, born] = [join(folder, "dies.mjs"), join(folder, "pid")];
    writeFileSync(
      script,
      `import { renameSync, writeFileSync } from "node:fs";
      writeFileSync("${born}.new", String(process.pid));
      renameSync("${born}.new", "${born}");
      process.on("message", () => undefined);`,
    );
    const job = new JobProcess({ file: script, args: [] });
    const end = job.do({} as JobOrder);
    blockUntil(() => existsSync(born));
    const pid = Number(readFileSync(born, "utf8"));
    process.kill(pid, "SIGTERM");
    // Dead, and this process has not heard of it.
    blockUntil(() => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
    job.stop();
    expect(await end).toEqual({
      kind: "stopped",
      sentence: "The engine's process ended (SIGTERM) before the job was done.",
    });
    rmSync(folder, { recursive: true });
  },
);
