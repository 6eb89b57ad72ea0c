// Work that ends after a time whatever it does: a pattern from someone's file can backtrack for centuries.
import { createContext, Script } from "node:vm";

const scope: { work: (() => unknown) | undefined } = createContext({ work: undefined }) as {
  work: (() => unknown) | undefined;
};
const script = new Script("work()");

/** Thrown by what runs out of time. */
const TIMED_OUT = "ERR_SCRIPT_EXECUTION_TIMEOUT";

/** Of the limit: less than so much work in that time, and the machine was busy with other things. */
const OWN_SHARE = 0.9;

/** What is waited for at most, as a multiple of the limit. */
const MOST_PATIENCE = 8;

/**
 * Runs `work` in this thread; a watchdog of V8 ends it, regular expressions included. Costs 0.1 ms a call on an idle machine, and several on a busy one.
 *
 * The watchdog has only the clock, and on a busy machine a second of the clock may hold a tenth of a second of work. So where this
 * process has worked less than the limit, `work` begins again with twice the time: whoever waits for something else is not given up.
 *
 * @param limit milliseconds of work
 * @param work  can be begun again: what it had made is dropped
 * @throws what `onTimeout` gives
 */
export function withinTime<T>(limit: number, work: () => T, onTimeout: () => Error): T {
  const outer = scope.work;
  scope.work = work;
  try {
    for (let patience = limit; ; patience *= 2) {
      const before = process.cpuUsage();
      try {
        return script.runInContext(scope, { timeout: patience }) as T;
      } catch (error) {
        if ((error as { code?: unknown } | null)?.code !== TIMED_OUT) throw error;
        if (workedSince(before) >= OWN_SHARE * limit || patience >= MOST_PATIENCE * limit) throw onTimeout();
      }
    }
  } finally {
    scope.work = outer;
  }
}

/** Milliseconds of this process's own work. */
function workedSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
