// Ctrl-C: the first asks the work to stop after its current step, the second ends the process at once.
import { EngineError } from "../engine/base/errors.ts";
import { EXIT } from "./failure.ts";
import { printMessage } from "./output.ts";

/** @param farewell what to say once the work has stopped */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, farewell: string): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    printMessage("\nStopping after this step; Ctrl-C again stops at once.");
  };
  process.on("SIGINT", onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (error instanceof EngineError && error.code === "cancelled") throw new EngineError("cancelled", farewell);
    throw error;
  } finally {
    process.off("SIGINT", onSignal);
  }
}
