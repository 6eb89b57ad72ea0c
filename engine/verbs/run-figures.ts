// Puts statistics of a circuit into the record of the run that made it.
import { writeFileAtomic } from "../base/atomic-file.ts";
import { formatCircuit } from "../circuit/circuit-file.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { isMeasured, type MeasuredCircuit } from "../circuit/statistics.ts";
import { readCircuitFile } from "../session/circuit-source.ts";
import { circuitPath } from "../session/run-store.ts";

/** @param circuit as settings name it: a file that is named by its path is the user's, and stays as it is */
export function putIntoRun(circuit: string, change: (circuit: MeasuredCircuit) => Circuit): void {
  const file = circuitPath(circuit);
  if (file === circuit) return;
  const now = readCircuitFile(file);
  if (isMeasured(now)) writeFileAtomic(file, formatCircuit(change(now)));
}
