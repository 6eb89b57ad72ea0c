import { expect, test } from "vitest";
import type { EngineEvent } from "../../engine/contract.ts";
import type { JobState, JobSummary } from "../../engine/contract/jobs.ts";
import { CallFailure } from "../client/wire-failure.ts";
import { Desk, type DeskApi } from "./desk.svelte.ts";

const LOST = { code: "engine-lost", message: "the engine ended" } as const;

const job = (id: string, state: JobState, more: Partial<JobSummary> = {}): JobSummary => ({
  id,
  verb: "generate",
  settings: { text: id },
  priority: "asked",
  state,
  stages: ["writing"],
  resumes: false,
  about: {},
  startedAt: "2026-11-28T10:00:00Z",
  ...more,
});
const stored = (id: string) => ({ summary: { id }, settings: { text: id }, result: { notes: [id] }, command: "" });
const told = (event: object) => ({ seq: 1, ...event }) as EngineEvent;

/** A desk on an engine that has these jobs, kept pieces of them, and results. */
function deskOn(jobs: JobSummary[], pieces: readonly unknown[] = [], results: readonly string[] = []) {
  const calls: unknown[] = [];
  const api = {
    start: (...asked: unknown[]) => {
      calls.push(asked);
      jobs.push(job("j1", "waiting"));
      return Promise.resolve("j1");
    },
    stop: (id: string) => Promise.resolve(void calls.push(["stop", id])),
    pause: () => Promise.reject(new CallFailure({ code: "usage", message: "cannot be paused" })),
    resume: (id: string) => Promise.resolve(void calls.push(["resume", id])),
    jobs: () => Promise.resolve(jobs),
    parts: (_: string, from: number) => Promise.resolve({ from, parts: pieces.slice(from) }),
    result: (id: string) =>
      results.includes(id)
        ? Promise.resolve(stored(id))
        : Promise.reject(new CallFailure({ code: "usage", message: `There is no result "${id}" here.` })),
  };
  const line: { lost: boolean } = { lost: false };
  const calling = () => {
    if (line.lost) throw new CallFailure(LOST);
    return api as unknown as DeskApi;
  };
  return { desk: new Desk(calling, "generate"), calls, jobs, line };
}

test("a job is asked for, followed through its turns and pieces, and its result is shown when it is there", async () => {
  const { desk, calls } = deskOn([], [], ["j1"]);
  expect(desk.active).toBe(false);
  expect(await desk.start({ text: "j1" })).toBe("j1");
  expect([calls, desk.active, desk.job?.state, desk.settings]).toEqual([
    [["generate", { text: "j1" }, "asked"]],
    true,
    "waiting",
    { text: "j1" },
  ]);
  desk.note([
    told({ type: "job", job: job("j1", "running") }),
    told({ type: "part", id: "j1", index: 0, part: "a" }),
    told({ type: "part", id: "other", index: 0, part: "x" }),
    told({ type: "part", id: "j1", index: 1, part: "b" }),
    told({ type: "part", id: "j1", index: 1, part: "b" }),
    told({ type: "job-progress", id: "j1", progress: { stage: "writing", done: 2, total: 4 }, left: [1, 2] }),
    told({ type: "job-progress", id: "other", progress: { stage: "writing", done: 9, total: 9 } }),
  ]);
  expect([desk.parts, desk.progress, desk.left]).toEqual([["a", "b"], { stage: "writing", done: 2, total: 4 }, [1, 2]]);
  desk.note([told({ type: "job", job: job("j1", "finished") })]);
  await expect.poll(() => desk.result?.result.notes).toEqual(["j1"]);
  expect([desk.active, desk.progress, desk.left]).toEqual([false, undefined, undefined]);
});

test("what is shown stays until the next result is there, and a stopped job leaves it", async () => {
  const { desk, calls } = deskOn([], [], ["before"]);
  await desk.restore("before");
  await desk.start({ text: "j1" });
  desk.note([told({ type: "job", job: job("j1", "running") })]);
  expect(desk.result?.summary.id).toBe("before");
  await desk.stop();
  desk.note([told({ type: "job", job: job("j1", "stopped") })]);
  expect([calls.at(-1), desk.active, desk.error, desk.result?.summary.id]).toEqual([
    ["stop", "j1"],
    false,
    undefined,
    "before",
  ]);
});

test("a job that is stopped before the engine has said its id is stopped once it has", async () => {
  const { desk, calls } = deskOn([job("j0", "finished")], [], ["j0"]);
  await desk.restore("j0");
  const asking = desk.start({ text: "j1" });
  await desk.stop();
  await asking;
  expect(calls).toEqual([
    ["generate", { text: "j1" }, "asked"],
    ["stop", "j1"],
  ]);
});

test("a refusal is shown in the engine's words, and nothing is under way", async () => {
  const { desk, line } = deskOn([]);
  await desk.start({ text: "j1" });
  await desk.pause();
  expect(desk.error).toEqual({ code: "usage", message: "cannot be paused" });
  line.lost = true;
  expect(await desk.start({ text: "j2" })).toBeUndefined();
  expect(desk.error).toEqual(LOST);
});

test("a job that fails shows why", async () => {
  const { desk } = deskOn([]);
  await desk.start({ text: "j1" });
  const failure = { code: "usage", message: "no room" } as const;
  desk.note([told({ type: "job", job: job("j1", "failed", { failure }) })]);
  expect([desk.active, desk.error]).toEqual([false, failure]);
});

test("after a broken line the job goes on where it is, with the pieces that were missed", async () => {
  const pieces = ["a", "b", "c"];
  const { desk, jobs } = deskOn([], pieces);
  await desk.start({ text: "j1" });
  expect(desk.parts).toEqual(pieces);
  pieces.push("d");
  jobs[0] = job("j1", "running", { progress: { stage: "writing", done: 4, total: 9 } });
  await desk.catchUp();
  expect([desk.parts, desk.progress]).toEqual([["a", "b", "c", "d"], { stage: "writing", done: 4, total: 9 }]);
});

test("a result that was finished while nobody listened is found, and a job that died with its engine is said to have", async () => {
  const one = deskOn([], [], ["j1"]);
  await one.desk.start({ text: "j1" });
  one.jobs.length = 0;
  await one.desk.catchUp();
  expect([one.desk.result?.summary.id, one.desk.active]).toEqual(["j1", false]);
  const other = deskOn([]);
  await other.desk.start({ text: "j1" });
  other.jobs.length = 0;
  await other.desk.catchUp();
  expect([other.desk.active, other.desk.error?.message]).toEqual([false, 'There is no result "j1" here.']);
});

test("a result of before is opened with its settings, also while a job is under way, and one that is not there says so", async () => {
  const { desk } = deskOn([job("j0", "running")], ["a"], ["before"]);
  await desk.restore("j0");
  expect([desk.active, desk.parts]).toEqual([true, ["a"]]);
  await desk.restore("before");
  expect([desk.result?.result.notes, desk.settings, desk.active]).toEqual([["before"], { text: "before" }, false]);
  await desk.restore("none");
  expect(desk.error?.message).toBe('There is no result "none" here.');
  desk.clear();
  expect([desk.result, desk.error, desk.settings]).toEqual([undefined, undefined, { text: "before" }]);
});

test("a paused job goes on", async () => {
  const { desk, jobs, calls } = deskOn([]);
  await desk.start({ text: "j1" });
  jobs[0] = job("j1", "paused", { resumes: true });
  desk.note([told({ type: "job", job: jobs[0] })]);
  expect(desk.active).toBe(false);
  jobs[0] = job("j1", "waiting");
  await desk.resume();
  expect([calls.at(-1), desk.active]).toEqual([["resume", "j1"], true]);
});
