import { expect, test } from "vitest";
import type { EngineApi, EngineEvent, RunStep, RunSummary } from "../../engine/contract.ts";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { RunDesk } from "./run-desk.svelte.ts";

const request = { task: "tasks/ioi.yaml", model: "sprig", units: ["head"] as const };
const summary: RunSummary = { id: "r1", request, state: "running", startedAt: "2026-11-24T10:00:00Z" };

function stepEvent(seq: number, removed: string[], more: Partial<RunStep> = {}): EngineEvent {
  const step = { step: seq, removed, faithfulness: 1, second: 1, accepted: true, kept: 4, order: 0, pass: 1, ...more };
  return { seq, type: "step", id: "r1", step };
}

async function started(api: Partial<EngineApi> = {}): Promise<RunDesk> {
  let now = 0;
  const desk = new RunDesk(
    () => ({ startRun: async () => "r1", ...api }) as EngineApi,
    () => (now += 100),
  );
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

test("progress has no time left at first, and one after five steps", async () => {
  const desk = await started();
  const progress = (done: number): EngineEvent => ({
    seq: done + 1,
    type: "progress",
    id: "r1",
    stage: "pruning",
    done,
    total: 15,
  });
  desk.apply([progress(0), progress(1)]);
  expect(desk.progress).toEqual({ stage: "pruning", done: 1, total: 15, secondsLeft: undefined });
  desk.apply([2, 3, 4, 5].map(progress));
  expect(desk.progress?.secondsLeft).toBe(1);
});

test("a finished run has its circuit, no progress, and its trajectory for a timeline", async () => {
  const desk = await started();
  desk.apply([stepEvent(1, ["a0.h0"])]);
  desk.apply([
    { seq: 2, type: "circuit", id: "r1", circuit: exampleCircuit() },
    { seq: 3, type: "run", run: { ...summary, state: "finished", kept: 4 } },
  ]);
  expect([desk.shown?.state, desk.active, desk.progress, desk.timeline.length]).toEqual([
    "finished",
    false,
    undefined,
    3,
  ]);
  expect(desk.runs.map(({ id, state }) => [id, state])).toEqual([["r1", "finished"]]);
});

test("a call that fails leaves its error and changes nothing else", async () => {
  const error = { code: "engine-lost" as const, message: "gone" };
  const desk = await started({ stopRun: () => Promise.reject(error) });
  await desk.stop();
  expect([desk.failure, desk.shown?.state]).toEqual([error, "running"]);
});
