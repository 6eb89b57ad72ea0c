import { expect, test } from "vitest";
import type { EngineApi, EngineEvent } from "../../engine/contract.ts";
import type { JobState, JobSummary, ResultSummary } from "../../engine/contract/jobs.ts";
import { CallFailure } from "../client/wire-failure.ts";
import { JobTray } from "./job-tray.svelte.ts";

const job = (id: string, state: JobState) => ({ id, state }) as JobSummary;
const result = (id: string, when: string) => ({ id, when }) as ResultSummary;
const told = (event: object) => ({ seq: 1, ...event }) as EngineEvent;
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

function trayOn(api: Partial<EngineApi>) {
  return new JobTray(() => api as EngineApi);
}

test("jobs follow the events: those under way first, then those that wait, then those that have ended", async () => {
  const tray = trayOn({
    jobs: () => Promise.resolve([job("a", "running"), job("b", "waiting")]),
    results: () => Promise.resolve([]),
  });
  await tray.refresh();
  tray.note([
    told({ type: "job", job: job("c", "waiting") }),
    told({ type: "job", job: job("a", "finished") }),
    told({ type: "job", job: job("b", "running") }),
    told({ type: "job-progress", id: "b", progress: { stage: "s", done: 1, total: 2 }, left: [3, 4] }),
  ]);
  expect(ids(tray.jobs)).toEqual(["b", "c", "a"]);
  expect([ids(tray.active), tray.jobs[0].progress?.done, tray.jobs[0].left]).toEqual([["b", "c"], 1, [3, 4]]);
});

test("results come, change and go with the events, the newest first", () => {
  const tray = trayOn({});
  tray.note([
    told({ type: "result", result: result("old", "2026-11-01") }),
    told({ type: "result", result: result("new", "2026-11-02") }),
    told({ type: "result", result: { ...result("old", "2026-11-01"), pinned: true } }),
  ]);
  expect([ids(tray.results), tray.results[1].pinned]).toEqual([["new", "old"], true]);
  tray.note([told({ type: "result-deleted", id: "new" })]);
  expect(ids(tray.results)).toEqual(["old"]);
});

test("the last deletion is taken back, and a refusal is shown", async () => {
  const calls: string[] = [];
  const tray = trayOn({
    deleteResult: (id) => Promise.resolve(void calls.push(`delete ${id}`)),
    restoreResult: (id) => Promise.resolve(void calls.push(`restore ${id}`)),
    pause: () => Promise.reject(new CallFailure({ code: "usage", message: "cannot be paused" })),
  });
  tray.note([told({ type: "result", result: result("a", "2026-11-01") })]);
  await tray.delete("a");
  expect(tray.deleted?.id).toBe("a");
  await tray.undelete();
  await tray.undelete();
  expect([calls, tray.deleted]).toEqual([["delete a", "restore a"], undefined]);
  await tray.pause("a");
  expect(tray.error?.message).toBe("cannot be paused");
});

test("a job that is moved stands where the engine has put it", async () => {
  const tray = trayOn({
    move: (id, before) => Promise.resolve(expect([id, before]).toEqual(["c", "b"])),
    jobs: () => Promise.resolve([job("a", "running"), job("c", "waiting"), job("b", "waiting")]),
  });
  await tray.move("c", "b");
  expect(ids(tray.jobs)).toEqual(["a", "c", "b"]);
});

test("the time left of all jobs is the sum of theirs, and none while one of them is a guess", () => {
  const tray = trayOn({});
  tray.note([
    told({ type: "job", job: { ...job("a", "running"), left: [3, 5] } }),
    told({ type: "job", job: { ...job("b", "waiting"), left: [1, 2] } }),
    told({ type: "job", job: { ...job("c", "finished"), left: [9, 9] } }),
  ]);
  expect(tray.left).toEqual([4, 7]);
  tray.note([told({ type: "job", job: job("d", "waiting") })]);
  expect(tray.left).toBeUndefined();
});
