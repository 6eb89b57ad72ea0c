import type { EdgeMethod } from "../../engine/choices/lists.ts";
import type { EdgeCurve, EdgesMeasured } from "../../engine/contract/edges.ts";
import { expect, test } from "vitest";
import { ScriptedJobs } from "../../test/scripted-jobs.ts";
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

function deskOn() {
  const jobs = new ScriptedJobs();
  const desk = new EdgeDesk(() => jobs.api);
  jobs.tells(desk);
  const asked = () => jobs.asked as { readonly method: EdgeMethod }[];
  /** Lets every job that was asked for, from one on, come to its end. */
  const finishFrom = async (first: number) => {
    for (let i = first; i <= jobs.asked.length; i++) {
      const { method } = asked()[i - 1];
      jobs.finish(`j${i}`, measuredBy(method));
      await expect.poll(() => methodsOf(desk)?.includes(method)).toBe(true);
    }
  };
  return { desk, jobs, asked, finishFrom };
}

const methodsOf = ({ measured }: EdgeDesk) => measured?.circuits.found.map(({ method }) => method);

test("the chosen methods are asked for in the order of the table, and the first one's circuit is shown", async () => {
  const { desk, asked, finishFrom } = deskOn();
  desk.toggle("information-flow");
  desk.toggle("integrated-gradients");
  desk.prune = true;
  await desk.ask(CHOICE, SUBJECT);
  const methods = ["attribution", "information-flow"] as const;
  const plan = { ...CHOICE, order: "magnitude", selection: "top-n", prune: true };
  expect(asked()).toEqual(methods.map((method) => ({ ...plan, method })));
  await finishFrom(1);
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

test("the method that is under way is followed, with the time left of its job", async () => {
  const { desk, jobs, finishFrom } = deskOn();
  await desk.ask(CHOICE, SUBJECT);
  jobs.run("j1");
  jobs.progress("j1", { stage: "curve", done: 1, total: 10 }, [2, 5]);
  const { settings, progress, left } = desk.current!;
  expect([settings?.method, progress, left]).toEqual(["attribution", { stage: "curve", done: 1, total: 10 }, [2, 5]]);
  jobs.finish("j1", measuredBy("attribution"));
  jobs.run("j2");
  expect(desk.current?.settings?.method).toBe("integrated-gradients");
  await finishFrom(2);
  expect([desk.running, desk.current]).toEqual([false, undefined]);
});

test("one more method joins those of the same task and model, as they were asked for, and replaces those of others", async () => {
  const { desk, asked, finishFrom } = deskOn();
  desk.order = "helpful";
  await desk.ask(CHOICE, SUBJECT);
  await finishFrom(1);
  desk.order = "magnitude";
  await desk.add("clean-corrupted", { task: "elsewhere/t.yaml", model: "sprig" }, SUBJECT);
  await finishFrom(3);
  expect(asked()[2]).toEqual({
    ...CHOICE,
    method: "clean-corrupted",
    order: "helpful",
    selection: "top-n",
    prune: false,
  });
  expect(methodsOf(desk)).toEqual(["attribution", "integrated-gradients", "clean-corrupted"]);
  await desk.add("attribution", CHOICE, { task: "other", model: "sprig" });
  await finishFrom(4);
  await expect.poll(() => methodsOf(desk)).toEqual(["attribution"]);
  expect([desk.isOf(SUBJECT), desk.isOf({ task: "other", model: "sprig" })]).toEqual([false, true]);
});

test("stopped, the methods that were measured stay, and the waiting ones are taken out before the one that works", async () => {
  const { desk, jobs } = deskOn();
  desk.toggle("information-flow");
  await desk.ask(CHOICE, SUBJECT);
  jobs.finish("j1", measuredBy("attribution"));
  await expect.poll(() => methodsOf(desk)).toEqual(["attribution"]);
  jobs.run("j2");
  await desk.stop();
  expect([jobs.stopped, desk.failure, desk.running]).toEqual([["j3", "j2"], undefined, false]);
  expect(methodsOf(desk)).toEqual(["attribution"]);
});

test("what was measured stays when the next fails, which says why", async () => {
  const { desk, jobs, finishFrom } = deskOn();
  await desk.ask(CHOICE, SUBJECT);
  await finishFrom(1);
  await desk.ask(CHOICE, SUBJECT);
  for (const id of ["j3", "j4"]) jobs.fail(id, { code: "usage", message: "so" });
  expect(desk.failure).toEqual({ code: "usage", message: "so" });
  expect(methodsOf(desk)).toEqual(["attribution", "integrated-gradients"]);
  jobs.refusal = { code: "engine-lost", message: "gone" };
  await desk.ask(CHOICE, SUBJECT);
  expect([desk.failure?.message, jobs.asked.length]).toEqual(["gone", 4]);
});

test("where the pruning begins and how long it may take is asked for only where there is one", async () => {
  const { desk, jobs } = deskOn();
  desk.toggle("integrated-gradients");
  const shown = () => Promise.resolve("ioi-sprig-1");
  Object.assign(desk, { among: true, budget: 50 });
  await desk.ask(CHOICE, SUBJECT, shown);
  desk.prune = true;
  await desk.ask(CHOICE, SUBJECT, shown);
  desk.among = false;
  await desk.ask(CHOICE, SUBJECT, shown);
  const asked = jobs.asked as { readonly prune: boolean; readonly among?: string; readonly budget?: number }[];
  expect(asked.map(({ prune, among, budget }) => [prune, among, budget])).toEqual([
    [false, undefined, undefined],
    [true, "ioi-sprig-1", 50],
    [true, undefined, 50],
  ]);
  const bad = [0, 1.5, -1].map((budget) => Object.assign(desk, { budget }).isBudgetBad);
  expect(bad).toEqual([true, true, true]);
  desk.prune = false;
  expect(desk.isBudgetBad).toBe(false);
});
