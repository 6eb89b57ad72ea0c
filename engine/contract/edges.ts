// Circuits of edges as they come over the wire and are kept.
import type { Note } from "../base/sentence.ts";
import type { EdgeMethod } from "../choices/lists.ts";
import type { TopologySizes } from "../circuit/topology.ts";

/** Circuits of edges, each run exactly. An edge is a number: its place in `topologyOf(model).edges`. */
export interface EdgesMeasured {
  readonly model: TopologySizes & { readonly dModel: number };
  readonly examples: { readonly discovery: number; readonly heldOut: number };
  readonly curve: EdgeCurve;
  readonly notes: readonly Note[];
}

/** The circuits of one method's order, by size. */
export interface EdgeCurve {
  readonly method: EdgeMethod;
  /** Of every edge; negative: it helps. */
  readonly scores: Float64Array;
  /** By rising share of the model's edges. */
  readonly points: readonly {
    readonly fraction: number;
    /** Those among them that lie on a way from the input to the logits. */
    readonly edges: number;
    readonly faithfulness: number;
    readonly heldOut: number | undefined;
    /** Both halves of the criterion, on the discovery examples. */
    readonly holds: boolean;
  }[];
  /** MIB's CPR and CMD over p from 0.001 to 1, CPR of min(f, 1), and the same over log p. */
  readonly areas: {
    readonly cpr: number;
    readonly cmd: number;
    /** Absent in results of earlier versions. */
    readonly cappedCpr?: number;
    readonly logCpr: number;
    readonly logCmd: number;
    readonly logCappedCpr?: number;
  };
  /** Of the smallest circuit of the curve for which the criterion holds. */
  readonly smallest: readonly number[] | undefined;
  readonly pruned:
    | {
        readonly edges: readonly number[];
        /** Edges at the start of the pruning, and circuits measured. */
        readonly from: number;
        readonly trials: number;
        readonly faithfulness: number;
        /** Share of the edges that were tested one by one on the circuit as it is; 1: no single one can go. */
        readonly tested: number;
        readonly heldOut:
          { readonly faithfulness: number; readonly interval: readonly [number, number] | undefined } | undefined;
      }
    | undefined;
  readonly seconds: number;
}
