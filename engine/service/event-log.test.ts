import { expect, test } from "vitest";
import { EventLog } from "./event-log.ts";

const progress = (done: number) => ({ type: "download", model: "m", done, total: 100 }) as const;

function filled(capacity: number, events: number): EventLog {
  const log = new EventLog(1, capacity);
  for (let done = 1; done <= events; done++) log.add(progress(done));
  return log;
}

test("events are given from any number on, and nothing is missed while they are kept", async () => {
  const log = filled(10, 4);
  expect(await log.after(2)).toEqual([3, 4].map((seq) => ({ seq, ...progress(seq) })));
  expect((await log.after(0)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test("a client whose events were dropped is told, once, and goes on with those that are there", async () => {
  const log = filled(10, 11);
  const [missed, ...rest] = await log.after(2);
  expect(missed).toEqual({ seq: 6, type: "missed" });
  expect(rest.map(({ seq }) => seq)).toEqual([7, 8, 9, 10, 11]);
  expect((await log.after(6)).map(({ type }) => type)).toEqual(Array(5).fill("download"));
});

test("a pull that found nothing leaves nothing behind, and one that waits hears the next event", async () => {
  const log = new EventLog(1);
  expect(await Promise.all([log.after(0), log.after(0)])).toEqual([[], []]);
  expect(log.pulls).toBe(0);
  const waiting = new EventLog(60_000);
  const pulled = waiting.after(0);
  expect(waiting.pulls).toBe(1);
  waiting.add(progress(1));
  expect([await pulled, waiting.pulls]).toEqual([[{ seq: 1, ...progress(1) }], 0]);
});

test("of events that each stand in the place of the one before, the last one is kept, and none is missed", async () => {
  const log = new EventLog(1, 10);
  for (let done = 1; done <= 1000; done++) {
    log.addLatest("a", progress(done));
    if (done % 500 === 0) log.addLatest("b", progress(-done));
  }
  const { seq: a } = (await log.after(0)).find((event) => "done" in event && event.done === 1000)!;
  expect(await log.after(0)).toEqual([
    { seq: a, ...progress(1000) },
    { seq: a + 1, ...progress(-1000) },
  ]);
  log.close("a");
  log.addLatest("a", progress(1));
  expect(await log.after(a)).toHaveLength(2);
});
