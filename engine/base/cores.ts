// How many threads are worth starting.
import * as os from "node:os";

/** $SECATEUR_THREADS where it is set; else the cores that this process may use, all of them where Node is too old to tell. */
export function cores(): number {
  const asked = Number(process.env.SECATEUR_THREADS);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return os.availableParallelism?.() ?? os.cpus().length;
}
