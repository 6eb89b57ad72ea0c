import { expect, test } from "vitest";
import { inTurns, toEnd } from "./in-turns.ts";

/** Counts to n; what it does when it is stopped is written down. */
function* counting(n: number, seen: string[] = [], step: (i: number) => void = () => undefined) {
  try {
    for (let i = 1; i <= n; i++) {
      step(i);
      yield;
    }
    return n;
  } catch (error) {
    seen.push(String(error));
    throw error;
  }
}

test("in one go and in turns the same comes of it", async () => {
  expect([toEnd(counting(1000)), await inTurns(counting(1000)), toEnd(counting(0))]).toEqual([1000, 1000, 0]);
});

test("whatever waits has its turn before the work is done", async () => {
  const order: string[] = [];
  const busy = () => {
    const until = performance.now() + 20;
    while (performance.now() < until);
  };
  const work = inTurns(counting(20, [], busy)).then(() => order.push("work"));
  setImmediate(() => order.push("message"));
  await work;
  expect(order).toEqual(["message", "work"]);
});

test("no step is made after the signal has fired, and the steps can give back what they hold", async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  let last = 0;
  const work = inTurns(
    counting(1000, seen, (i) => {
      last = i;
      if (i === 3) stop.abort();
    }),
    stop.signal,
  );
  await expect(work).rejects.toMatchObject({ code: "cancelled", message: "Stopped on request." });
  expect([last, seen]).toEqual([3, ["EngineError: Stopped on request."]]);
});
