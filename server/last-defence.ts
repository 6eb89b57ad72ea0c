// The last line of defence of a process that must go on answering: what nobody caught is written down, and ends nothing.

/** A fault that comes back at once would fill the disk with its traces. */
const mostTraces = 100;

/** @param log takes one trace; it may throw */
export function goOnAnswering(log: (text: string) => void): void {
  let traces = 0;
  const note = (fault: unknown) => {
    if (++traces > mostTraces) return;
    const trace = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    const last = traces === mostTraces ? "\nFurther ones are not written." : "";
    try {
      log(`A fault that nothing caught; the program goes on.\n${trace}${last}\n`);
    } catch {
      // Nobody reads the log any more.
    }
  };
  process.on("uncaughtException", note);
  process.on("unhandledRejection", note);
}
