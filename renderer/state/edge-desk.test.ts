import type { EdgeMethod } from "../../engine/choices/lists.ts";
import { expect, test, vi } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import type { EdgeCurve, EdgesMeasured, EdgesRequest, EngineApi } from "../../engine/contract.ts";
import { EdgeDesk } from "./edge-desk.svelte.ts";

const CHOICE = { task: "tasks/t.yaml", model: "sprig", examples: { discovery: 8 } } as const;
const SUBJECT = { task: "t", model: "sprig" } as const;

const curveBy = (method: EdgeMethod): EdgeCurve => ({
  method,
  scores: new Float64Array(8),
  points: [{ fraction: 0.5, edges: 2, faithfulness: 0.75, heldOut: 0.5, holds: true }],
  areas: { cpr: 0, cmd: 0, logCpr: 0, logCmd: 0 },
  smallest: [0],
  pruned: undefined,
  seconds: 1,
});
const measuredBy = (method: EdgeMethod): EdgesMeasured => ({
  model: { nLayers: 1, nHeads: 1, parallelBlocks: false, dModel: 4 },
  examples: { discovery: 8, heldOut: 0 },
  curve: curveBy(method),
  notes: [],
});

function deskOf(answer: (request: EdgesRequest) => Promise<EdgesMeasured>) {
  const asked: EdgesRequest[] = [];
  const stopped: string[] = [];
  const edges = (request: EdgesRequest) => {
    asked.push(request);
    return answer(request);
  };
  const api = { edges, stopEdges: () => Promise.resolve(void stopped.push("stopped")) };
  let now = 0;
  const desk = new EdgeDesk(
    () => api as unknown as EngineApi,
    () => (now += 1000),
  );
  return { desk, asked, stopped };
}

const answering = () => deskOf(({ method }) => Promise.resolve(measuredBy(method)));
const methodsOf = ({ measured }: EdgeDesk) => measured?.circuits.found.map(({ method }) => method);

test("the chosen methods are asked for one by one in the order of the table, and the first one's circuit is shown", async () => {
  const { desk, asked } = answering();
  desk.toggle("information-flow");
  desk.toggle("integrated-gradients");
  desk.prune = true;
  await desk.ask(CHOICE, SUBJECT);
  const methods = ["attribution", "information-flow"] as const;
  const plan = { ...CHOICE, order: "magnitude", selection: "top-n", prune: true };
  expect(asked).toEqual(methods.map((method) => ({ ...plan, method })));
  expect(methodsOf(desk)).toEqual(methods);
  expect(desk.circuit?.method).toBe("attribution");
  desk.chosen = "information-flow";
  expect(desk.circuit).toEqual({
    method: "information-flow",
    pruned: false,
    edges: [{ source: "input", target: "a0.h0", input: "q", weight: 0 }],
    faithfulness: 0.75,
    heldOut: 0.5,
    interval: undefined,
  });
});

test("progress is followed stage by stage, with the time left once steps tell it", async () => {
  let finish: (measured: EdgesMeasured) => void = () => undefined;
  const { desk } = deskOf(() => new Promise((resolve) => (finish = resolve)));
  desk.toggle("integrated-gradients");
  const asking = desk.ask(CHOICE, SUBJECT);
  const at = (stage: "scores" | "curve", done: number) =>
    desk.note([{ seq: 1, type: "edges", method: "attribution", stage, done, total: 10 }]);
  at("scores", 4);
  at("curve", 1);
  expect(desk.progress).toEqual({
    method: "attribution",
    stage: "curve",
    done: 1,
    total: 10,
    secondsLeft: undefined,
  });
  for (let done = 2; done <= 6; done++) at("curve", done);
  expect(desk.progress?.secondsLeft).toBe(4);
  finish(measuredBy("attribution"));
  await asking;
  expect([desk.running, desk.progress]).toEqual([false, undefined]);
});

test("one more method joins those of the same task and model, as they were asked for, and replaces those of others", async () => {
  const { desk, asked } = answering();
  desk.order = "helpful";
  await desk.ask(CHOICE, SUBJECT);
  desk.order = "magnitude";
  await desk.add("clean-corrupted", { task: "elsewhere/t.yaml", model: "sprig" }, SUBJECT);
  expect(asked[2]).toEqual({
    ...CHOICE,
    method: "clean-corrupted",
    order: "helpful",
    selection: "top-n",
    prune: false,
  });
  expect(methodsOf(desk)).toEqual(["attribution", "integrated-gradients", "clean-corrupted"]);
  await desk.add("attribution", CHOICE, { task: "other", model: "sprig" });
  expect(methodsOf(desk)).toEqual(["attribution"]);
  expect([desk.isOf(SUBJECT), desk.isOf({ task: "other", model: "sprig" })]).toEqual([false, true]);
});

test("stopped, the methods that were measured stay and the later ones are not begun", async () => {
  const cancelled = { code: "cancelled", message: "Stopped on request." } as unknown as Error;
  let reject: (error: Error) => void = () => undefined;
  const { desk, asked, stopped } = deskOf(({ method }) =>
    method === "integrated-gradients" ? new Promise((_, no) => (reject = no)) : Promise.resolve(measuredBy(method)),
  );
  desk.toggle("information-flow");
  const asking = desk.ask(CHOICE, SUBJECT);
  await vi.waitUntil(() => asked.length === 2);
  await desk.stop();
  reject(cancelled);
  await asking;
  expect([stopped, desk.failure, desk.running]).toEqual([["stopped"], undefined, false]);
  expect(asked.map(({ method }) => method)).toEqual(["attribution", "integrated-gradients"]);
  expect(methodsOf(desk)).toEqual(["attribution"]);
});

test("what was measured stays when the next fails, which says why", async () => {
  let fails = false;
  const { desk } = deskOf(({ method }) => {
    const error = { code: "usage", message: "so" } as unknown as Error;
    return fails ? Promise.reject(error) : Promise.resolve(measuredBy(method));
  });
  await desk.ask(CHOICE, SUBJECT);
  fails = true;
  await desk.ask(CHOICE, SUBJECT);
  expect(desk.failure).toMatchObject({ code: "usage", message: "so" });
  expect(methodsOf(desk)).toEqual(["attribution", "integrated-gradients"]);
});

test("where the pruning begins and how long it may take is asked for only where there is one", async () => {
  const { desk, asked } = answering();
  desk.toggle("integrated-gradients");
  const shown = { file: "ioi-sprig-1", circuit: exampleCircuit() };
  Object.assign(desk, { among: true, budget: 50 });
  await desk.ask(CHOICE, SUBJECT, shown);
  desk.prune = true;
  await desk.ask(CHOICE, SUBJECT, shown);
  desk.among = false;
  await desk.ask(CHOICE, SUBJECT, shown);
  expect(asked.map(({ prune, among, budget }) => [prune, among, budget])).toEqual([
    [false, undefined, undefined],
    [true, shown, 50],
    [true, undefined, 50],
  ]);
  const bad = [0, 1.5, -1].map((budget) => Object.assign(desk, { budget }).isBudgetBad);
  expect(bad).toEqual([true, true, true]);
  desk.prune = false;
  expect(desk.isBudgetBad).toBe(false);
});
