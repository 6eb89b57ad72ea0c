// Ctrl-C: the first asks the work to stop after its current step, the second ends the process at once.
// What nobody watches is asked by SIGTERM, which service managers and schedulers send.
import { EngineError } from "../engine/base/errors.ts";
import { say } from "../engine/base/sentence.ts";
import { EXIT } from "./failure.ts";
import { printMessage } from "./output.ts";

/**
 * @param farewell what to say once the work has stopped
 * @param signals of the system that ask for it
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  farewell: string,
  signals: readonly NodeJS.Signals[] = ["SIGINT"],
): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    printMessage("\nStopping after this step; Ctrl-C again stops at once.");
  };
  for (const name of signals) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (error instanceof EngineError && error.code === "cancelled")
      throw new EngineError("cancelled", say`${farewell}`);
    throw error;
  } finally {
    for (const name of signals) process.off(name, onSignal);
  }
}
