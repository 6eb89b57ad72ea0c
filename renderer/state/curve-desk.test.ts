import { expect, test } from "vitest";
import type { Curves, CurvesRequest, EngineApi } from "../../engine/contract.ts";
import { CurveDesk } from "./curve-desk.svelte.ts";

const CHOICE = { task: "t.yaml", model: "sprig", units: ["head"] } as const;
const CURVES: Curves = { units: 2, curves: [], searches: [], notes: [] };

function deskOf(answer: (request: CurvesRequest) => Promise<Curves>) {
  const stopped: string[] = [];
  const api = { curves: answer, stopCurves: () => Promise.resolve(void stopped.push("stopped")) };
  return { desk: new CurveDesk(() => api as unknown as EngineApi), stopped };
}

test("the chosen orders are asked for, in the order of the table, and progress is followed", async () => {
  const asked: CurvesRequest[] = [];
  let finish: (curves: Curves) => void = () => undefined;
  const { desk } = deskOf((request) => {
    asked.push(request);
    return new Promise((resolve) => (finish = resolve));
  });
  desk.toggle("random");
  desk.toggle("effects");
  desk.toggle("effects");
  const done = desk.ask(CHOICE);
  desk.note([{ seq: 1, type: "curves", done: 2, total: 8 }]);
  expect([desk.running, desk.progress]).toEqual([true, { done: 2, total: 8 }]);
  finish(CURVES);
  await done;
  expect(asked[0].orderings[0]).toBe("effects");
  expect(asked[0].orderings).not.toContain("random");
  expect(desk.curves).toEqual({ state: "done", value: CURVES });
});

test("what was stopped is nothing, what failed says why", async () => {
  const failing = (code: string) => deskOf(() => Promise.reject({ code, message: "so" } as unknown as Error)).desk;
  const [stopped, failed] = [failing("cancelled"), failing("usage")];
  await stopped.ask(CHOICE);
  await failed.ask(CHOICE);
  expect(stopped.curves).toEqual({ state: "none" });
  expect(failed.curves).toMatchObject({ state: "failed", error: { code: "usage", message: "so" } });
});
