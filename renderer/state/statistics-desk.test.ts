import { expect, test } from "vitest";
import type { Stability, StabilityRow, TransferRow } from "../../engine/circuit/circuit-schema.ts";
import { withStability, withTransfer } from "../../engine/circuit/statistics.ts";
import type { EngineApi, EngineEvent } from "../../engine/contract.ts";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { StatisticsDesk } from "./statistics-desk.svelte.ts";

const circuit = { ...exampleCircuit(), results: exampleCircuit().results! };
const SUBJECT = { run: "ioi-1", circuit, task: "tasks/ioi.yaml", model: "sprig" };
const STABILITY: Stability = circuit.results.stability!;
const ROW: StabilityRow = STABILITY.rows[0];
const [MEASURED]: readonly TransferRow[] = circuit.results.transfer!;

function deskOf() {
  const asked: unknown[] = [];
  const attached: unknown[] = [];
  let finish: (value: unknown) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const call = (request: unknown) => {
    asked.push(request);
    return new Promise((resolve, reject) => ([finish, fail] = [resolve, reject]));
  };
  const api = { stability: call, transfer: call, stopStatistics: () => Promise.resolve(void asked.push("stop")) };
  let now = 0;
  const desk = new StatisticsDesk(
    () => api as unknown as EngineApi,
    (run, change) => attached.push(run, change(circuit)),
    () => now,
  );
  const note = (event: Record<string, unknown>, at: number) => {
    now = at;
    desk.note([{ seq: 1, ...event } as unknown as EngineEvent]);
  };
  return { desk, asked, attached, note, finish: (value: unknown) => finish(value), fail: (e: unknown) => fail(e) };
}

test("sizes are what is typed, rising, each once; what are no numbers is no request", () => {
  const { desk } = deskOf();
  desk.sizes = "64, 16，16 32";
  expect([desk.sizesAsked, desk.canSearch]).toEqual([[16, 32, 64], true]);
  desk.sizes = "16, many";
  expect([desk.sizesAsked, desk.canSearch]).toEqual([undefined, false]);
});

test("searches are watched with the time left, size by size, and then put into the circuit that they are of", async () => {
  const { desk, asked, attached, note, finish } = deskOf();
  desk.sizes = "4, 8";
  desk.runs = 3;
  const done = desk.askStability(SUBJECT);
  note({ type: "stability", searches: 0, ofSearches: 6, done: 0, total: 36 }, 0);
  note({ type: "transfer", done: 1, total: 2, row: MEASURED }, 100);
  note({ type: "stability", searches: 3, ofSearches: 6, done: 12, total: 36, row: ROW }, 1200);
  expect(desk.making).toEqual({
    kind: "stability",
    run: "ioi-1",
    progress: { done: 12, total: 36, secondsLeft: expect.closeTo(2.4, 10) as number, searches: { done: 3, of: 6 } },
    rows: [ROW],
    transferred: [],
  });
  finish(STABILITY);
  await done;
  expect(asked).toEqual([{ ...SUBJECT, runs: 3, sizes: [4, 8] }]);
  expect(attached).toEqual(["ioi-1", withStability(circuit, STABILITY)]);
  expect(desk.making).toBeUndefined();
});

test("tasks are measured one by one with the chosen ablation, and added to those in the circuit", async () => {
  const { desk, asked, attached, note, finish } = deskOf();
  desk.toggle("tasks/a.yaml");
  desk.toggle("tasks/pronoun.yaml");
  desk.toggle("tasks/a.yaml");
  desk.ablation = "mean";
  const done = desk.askTransfer(SUBJECT);
  note({ type: "transfer", done: 1, total: 1, row: MEASURED }, 100);
  expect(desk.making?.transferred).toEqual([MEASURED]);
  finish([MEASURED]);
  await done;
  expect(asked).toEqual([{ run: "ioi-1", circuit, model: "sprig", tasks: ["tasks/pronoun.yaml"], ablation: "mean" }]);
  expect(attached).toEqual(["ioi-1", withTransfer(circuit, [MEASURED])]);
});

test("what was stopped changes nothing, what failed says why, and one thing is made at a time", async () => {
  const { desk, asked, attached, fail } = deskOf();
  const stopped = desk.askStability(SUBJECT);
  desk.toggle("tasks/a.yaml");
  await desk.askTransfer(SUBJECT);
  await desk.stop();
  fail({ code: "cancelled", message: "Stopped." });
  await stopped;
  expect([asked.length, asked[1], desk.failure, attached]).toEqual([2, "stop", undefined, []]);
  const failed = desk.askTransfer(SUBJECT);
  fail({ code: "usage", message: "so" });
  await failed;
  expect(desk.failure).toEqual({ kind: "transfer", run: "ioi-1", error: { code: "usage", message: "so" } });
});

test("a circuit without figures has nothing beside which statistics would stand", async () => {
  const { desk, asked } = deskOf();
  desk.toggle("tasks/a.yaml");
  await desk.askStability({ ...SUBJECT, circuit: { ...circuit, results: undefined } });
  await desk.askTransfer({ ...SUBJECT, circuit: { ...circuit, results: undefined } });
  expect(asked).toEqual([]);
});
