// Statistics of a circuit: its figures measured again, what a search made again tells on its way, and figures on other tasks.
import type { Note } from "../base/sentence.ts";
import type { CriterionName } from "../choices/lists.ts";
import type { Circuit, CircuitResults, StabilityRow, TransferRow } from "../circuit/circuit-schema.ts";

export interface Evaluation {
  readonly model: Circuit["model"];
  readonly task: Circuit["task"];
  readonly criterion: {
    readonly name: CriterionName;
    readonly threshold: number;
    readonly second: "accuracy" | "kl";
  };
  readonly kept: Circuit["kept"];
  readonly results: CircuitResults;
  /** The ablation that the circuit was found with, in words; undefined where its file does not say. */
  readonly foundWith: string | undefined;
  /** The figures in the file, where they were measured in the same way. */
  readonly recorded: CircuitResults | undefined;
  /** What the user should know besides the figures. */
  readonly notes: readonly Note[];
}

export interface StabilityPart {
  /** Searches that are done, and of how many. */
  readonly searches: number;
  readonly ofSearches: number;
  /** Of a number of examples whose searches are all done. */
  readonly row?: StabilityRow;
}

export interface TransferResult {
  readonly cells: readonly TransferCell[];
  readonly notes: readonly Note[];
}

/** One circuit on one task, or on one template or corruption of it, as a circuit file records it. */
export interface TransferCell {
  /** Its file. */
  readonly circuit: string;
  /** Which of the circuits that were named, from 0. */
  readonly of: number;
  /** How the circuit was found, where it is one of the equals in its file: "without a1.h3". */
  readonly equal?: string;
  /** The ablation that the circuit was found with, in words, where its file says so. */
  readonly foundWith: string | undefined;
  readonly row: TransferRow;
  readonly notes: readonly Note[];
}
