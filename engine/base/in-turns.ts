// Work in steps: done in one go, or with the process hearing what comes in between two of them.
import { EngineError } from "./errors.ts";
import { say } from "./sentence.ts";

/** Milliseconds of work after which whatever waits has its turn. */
const LONGEST_TURN = 50;

/** All steps, one after the other. */
export function toEnd<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same, and none after the signal has fired. @throws EngineError "cancelled", which the steps see first; as the steps */
export async function inTurns<T>(steps: Generator<void, T>, signal?: AbortSignal): Promise<T> {
  let began = performance.now();
  for (;;) {
    const { done, value } = signal?.aborted ? steps.throw(cancelled()) : steps.next();
    if (done) return value;
    if (performance.now() - began < LONGEST_TURN) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
}

const cancelled = () => new EngineError("cancelled", say`Stopped on request.`);
