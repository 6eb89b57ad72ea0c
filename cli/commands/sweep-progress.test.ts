// What a person sees of a sweep on the terminal, frame by frame.
import { Writable } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { JobRecord } from "../../engine/sweep/job-record.ts";
import type { SweepJob } from "../../engine/sweep/sweep-job.ts";
import { SweepProgress } from "./sweep-progress.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** A terminal, or a file; what was written so far. */
class Screen extends Writable {
  written = "";

  constructor(
    readonly isTTY: boolean,
    readonly columns = 120,
  ) {
    super();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.written += chunk.toString();
    done();
  }

  /** What stands on it one after the other, as far as it is wide; each line once where it is drawn again. */
  frames(): string[] {
    const lines = this.written
      .split(/\u001b(?:[78]|\[[?\d]*[A-Za-z])/)
      .map((line) => line.slice(0, this.columns).trimEnd());
    return lines.filter((line, i) => line !== "" && line !== lines.slice(0, i).findLast((before) => before !== ""));
  }
}

const job = (seed: number) => ({ id: `job${seed}`, at: { task: "/tasks/ioi.yaml", seed } }) as unknown as SweepJob;
const record = (seed: number, failure?: string) =>
  ({
    ...job(seed),
    state: failure === undefined ? "finished" : "failed",
    ...(failure !== undefined && { failure: { code: "usage", message: failure } }),
  }) as unknown as JobRecord;

function watched(screen: Screen): void {
  const progress = new SweepProgress({}, screen as unknown as NodeJS.WriteStream);
  const later = (ms: number) => vi.advanceTimersByTime(ms);
  progress.onDone(0, 4);
  progress.onProgress(job(0), { worker: "a", stage: "pruning", done: 3, total: 20 });
  later(1_000);
  progress.onProgress(job(1), { worker: "b", stage: "effects", done: 1, total: 2 });
  later(9_000);
  progress.onDone(1, 4, record(0));
  later(1_000);
  progress.onProgress(job(2), { worker: "c", handedBack: "No model here." });
  progress.onProgress(job(3), { worker: "c", handedBack: "No model here." });
  later(9_000);
  progress.onDone(2, 4, record(1, "there is no corruption \u001b[2J"));
  later(1_000);
  progress.onDone(4, 4, record(2));
  progress.stop();
}

test("one bar of all jobs with the time left by those that are done, what each worker is at, and every failure as a line that stays", () => {
  const screen = new Screen(true);
  watched(screen);
  const bar = (done: number) => "=".repeat(6 * done) + "-".repeat(24 - 6 * done);
  expect(screen.frames()).toEqual([
    `jobs         ${bar(0)} 0/4`,
    `jobs         ${bar(0)} 0/4  a: task ioi, seed 0 pruning 3/20`,
    `jobs         ${bar(0)} 0/4  a: task ioi, seed 0 pruning 3/20 · b: task ioi, seed 1 effects 1/2`,
    `jobs         ${bar(1)} 1/4 30 s left b: task ioi, seed 1 effects 1/2`,
    "c hands jobs back: No model here.",
    `jobs         ${bar(1)} 1/4 30 s left b: task ioi, seed 1 effects 1/2`,
    "failed: task ioi, seed 1: there is no corruption ␛[2J",
    `jobs         ${bar(2)} 2/4 20 s left`,
    `jobs         ${bar(4)} 4/4`,
  ]);
});

test("a narrow terminal cuts off what workers are at, not the time left", () => {
  const screen = new Screen(true, 64);
  watched(screen);
  // The terminal is told not to break lines.
  expect(screen.written).toContain("\u001b[?7l");
  expect(screen.frames()).toContain(`jobs         ${"=".repeat(6)}${"-".repeat(18)} 1/4 30 s left b: task ioi,`);
});

test("off a terminal there is no bar, and every failure has its line", () => {
  const screen = new Screen(false);
  watched(screen);
  expect(screen.written).toBe(
    "c hands jobs back: No model here.\nfailed: task ioi, seed 1: there is no corruption ␛[2J\n",
  );
});
