import { expect, test } from "vitest";
import type { EdgeCircuits, EdgeCurve, EdgeMethodName, EdgesRequest, EngineApi } from "../../engine/contract.ts";
import { EdgeDesk } from "./edge-desk.svelte.ts";

const CHOICE = { task: "tasks/t.yaml", model: "sprig", examples: { discovery: 8 } } as const;
const SUBJECT = { task: "t", model: "sprig" } as const;

const curveBy = (method: EdgeMethodName): EdgeCurve => ({
  method,
  scores: new Float64Array(8),
  points: [{ fraction: 0.5, edges: 2, faithfulness: 0.75, heldOut: 0.5, holds: true }],
  areas: { cpr: 0, cmd: 0, logCpr: 0, logCmd: 0 },
  smallest: [0],
  pruned: undefined,
  seconds: 1,
});
const circuitsBy = (methods: readonly EdgeMethodName[]): EdgeCircuits => ({
  model: { nLayers: 1, nHeads: 1, parallelBlocks: false, dModel: 4 },
  examples: { discovery: 8, heldOut: 0 },
  found: methods.map(curveBy),
  notes: [],
});

function deskOf(answer: (request: EdgesRequest) => Promise<EdgeCircuits>) {
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

const answering = () => deskOf(({ methods }) => Promise.resolve(circuitsBy(methods)));
const methodsOf = ({ measured }: EdgeDesk) => measured?.circuits.found.map(({ method }) => method);

test("the chosen methods are asked for in the order of the table, and the first one's circuit is shown", async () => {
  const { desk, asked } = answering();
  desk.toggle("information-flow");
  desk.toggle("integrated-gradients");
  desk.prune = true;
  await desk.ask(CHOICE, SUBJECT);
  const methods = ["attribution", "information-flow"] as const;
  expect(asked).toEqual([{ ...CHOICE, methods, order: "magnitude", selection: "top-n", prune: true }]);
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
  let finish: (circuits: EdgeCircuits) => void = () => undefined;
  const { desk } = deskOf(() => new Promise((resolve) => (finish = resolve)));
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
  finish(circuitsBy(["attribution"]));
  await asking;
  expect([desk.running, desk.progress]).toEqual([false, undefined]);
});

test("one more method joins those of the same task and model, as they were asked for, and replaces those of others", async () => {
  const { desk, asked } = answering();
  desk.order = "helpful";
  await desk.ask(CHOICE, SUBJECT);
  desk.order = "magnitude";
  await desk.add("clean-corrupted", { task: "elsewhere/t.yaml", model: "sprig" }, SUBJECT);
  expect(asked[1]).toEqual({
    ...CHOICE,
    methods: ["clean-corrupted"],
    order: "helpful",
    selection: "top-n",
    prune: false,
  });
  expect(methodsOf(desk)).toEqual(["attribution", "integrated-gradients", "clean-corrupted"]);
  await desk.add("attribution", CHOICE, { task: "other", model: "sprig" });
  expect(methodsOf(desk)).toEqual(["attribution"]);
  expect([desk.isOf(SUBJECT), desk.isOf({ task: "other", model: "sprig" })]).toEqual([false, true]);
});

test("what was measured stays when the next is stopped, and what failed says why", async () => {
  const failures = ["cancelled", "usage"];
  const { desk, stopped } = deskOf(({ methods }) => {
    const code = methods.includes("information-flow") ? failures.shift() : undefined;
    const error = { code, message: "so" } as unknown as Error;
    return code ? Promise.reject(error) : Promise.resolve(circuitsBy(methods));
  });
  await desk.ask(CHOICE, SUBJECT);
  desk.toggle("information-flow");
  const stopping = desk.ask(CHOICE, SUBJECT);
  await desk.stop();
  await stopping;
  expect([stopped, desk.failure]).toEqual([["stopped"], undefined]);
  await desk.ask(CHOICE, SUBJECT);
  expect(desk.failure).toMatchObject({ code: "usage", message: "so" });
  expect(methodsOf(desk)).toEqual(["attribution", "integrated-gradients"]);
});
