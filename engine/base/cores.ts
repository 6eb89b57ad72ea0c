// How many threads are worth starting on this machine.
import * as os from "node:os";

/** Cores that this process may use; all of them where Node is too old to tell. */
export function cores(): number {
  return os.availableParallelism?.() ?? os.cpus().length;
}
