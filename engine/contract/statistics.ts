// Statistics of a circuit: what a search made again tells on its way, and figures on other tasks.
import type { StabilityRow, TransferRow } from "../circuit/circuit-schema.ts";

export interface StabilityPart {
  /** Searches that are done, and of how many. */
  readonly searches: number;
  readonly ofSearches: number;
  /** Of a number of examples whose searches are all done. */
  readonly row?: StabilityRow;
}

export interface TransferResult {
  readonly cells: readonly TransferCell[];
  readonly notes: readonly string[];
}

/** One circuit on one task, as a circuit file records it. */
export interface TransferCell {
  /** Its file. */
  readonly circuit: string;
  /** The ablation that the circuit was found with, in words, where its file says so. */
  readonly foundWith: string | undefined;
  readonly row: TransferRow;
  readonly notes: readonly string[];
}
