import { expect, test } from "vitest";
import type { EngineApi, EngineEvent, RunRecord } from "../../engine/contract.ts";
import type { JobState } from "../../engine/contract/jobs.ts";
import type { RunStep } from "../../engine/contract/prune.ts";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { RunDesk } from "./run-desk.svelte.ts";

const request = { task: "tasks/ioi.yaml", model: "sprig", units: ["head"] as const };
const startedAt = "2026-11-24T10:00:00Z";
const jobEvent = (state: JobState): EngineEvent => {
  const job = { id: "r1", verb: "prune", settings: request, state, startedAt, priority: "asked" } as const;
  return { seq: 9, type: "job", job: { ...job, stages: ["pruning"], resumes: true, about: {} } };
};

function stepEvent(seq: number, removed: string[], more: Partial<RunStep> = {}): EngineEvent {
  const step = { step: seq, removed, faithfulness: 1, second: 1, accepted: true, kept: 4, order: 0, pass: 1, ...more };
  return { seq, type: "part", id: "r1", index: seq, part: { kind: "step", step } };
}

async function started(api: Partial<EngineApi> = {}): Promise<RunDesk> {
  const desk = new RunDesk(() => ({ start: async () => "r1", ...api }) as EngineApi);
  await desk.start(request);
  return desk;
}

test("steps of the shown run become its timeline, those of other runs do not", async () => {
  const desk = await started();
  desk.apply([stepEvent(1, ["a0.h0"]), { ...stepEvent(2, ["a0.h1"]), id: "other" } as EngineEvent]);
  desk.apply([stepEvent(3, ["a1.h0"], { accepted: false })]);
  expect(desk.timeline.map(({ step }) => step)).toEqual([1, 3]);
  expect([...desk.history.after(1)]).toEqual(["a0.h0"]);
});

test("steps that are told again after a reconnection count once", async () => {
  const desk = await started();
  desk.apply([stepEvent(1, ["a0.h0"])]);
  desk.apply([stepEvent(1, ["a0.h0"]), stepEvent(2, ["a0.h1"])]);
  expect(desk.timeline.map(({ step }) => step)).toEqual([1, 2]);
});

test("progress is the run's own, with the time left of the whole of it", async () => {
  const desk = await started();
  const progress = { stage: "pruning", done: 1, total: 15 };
  desk.apply([
    { seq: 1, type: "job-progress", id: "r1", progress, left: [3, 8] },
    { seq: 2, type: "job-progress", id: "other", progress: { ...progress, done: 9 } },
  ]);
  expect(desk.progress).toEqual({ ...progress, left: [3, 8] });
});

test("a finished run has its circuit, no progress, and its trajectory for a timeline", async () => {
  const circuit = exampleCircuit();
  const record: RunRecord = { id: "r1", request, state: "finished", startedAt, kept: 4, steps: [], circuit };
  const desk = await started({ openRun: () => Promise.resolve(record) });
  desk.apply([stepEvent(1, ["a0.h0"]), jobEvent("running")]);
  expect(desk.runs).toMatchObject([{ id: "r1", state: "running", kept: 4, faithfulness: 1 }]);
  desk.apply([jobEvent("finished")]);
  await expect.poll(() => desk.shown?.circuit !== undefined).toBe(true);
  expect([desk.shown?.state, desk.active, desk.progress, desk.timeline.length, desk.shown?.steps.length]).toEqual([
    "finished",
    false,
    undefined,
    3,
    1,
  ]);
  expect(desk.runs.map(({ id, state }) => [id, state])).toEqual([["r1", "finished"]]);
});

test("a call that fails leaves its error and changes nothing else", async () => {
  const error = { code: "engine-lost" as const, message: "gone" };
  const desk = await started({ stop: () => Promise.reject(error) });
  await desk.stop();
  expect([desk.failure, desk.shown?.state]).toEqual([error, "running"]);
});
