// The connections that the graph shows: of the shown run's circuit, as measured or with a method's scores, or a circuit of edges.
import type { Circuit, CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { EDGE_METHODS, type EdgeMethod } from "../../engine/choices/lists.ts";
import { weighedBy } from "../edge/edge-circuit.ts";
import { edgeName } from "../edge/edge-name.ts";
import { drawnEdges } from "../graph/drawn.ts";
import type { EdgeDesk, EdgeSubject } from "./edge-desk.svelte.ts";
import type { View, Weighing } from "./view.ts";

export interface ConnectionSource {
  readonly view: () => View;
  /** Of the shown run. */
  readonly circuit: () => Circuit | undefined;
  readonly subject: () => EdgeSubject | undefined;
  readonly desk: EdgeDesk;
}

export interface Weight {
  readonly weighed: Weighing;
  readonly weight: number;
}

export class DrawnConnections {
  // Apart from the rest of the view, which changes with every step: drawing connections is what takes time.
  private readonly filter = $derived.by(() => this.source.view().edges);
  private readonly pinned = $derived.by(() => this.source.view().pinned);
  private readonly showsEdges = $derived.by(() => this.source.view().drawn === "edges");
  /** The method that the graph needs: of the circuit of edges that it shows, or of the scores that weigh the run's connections. */
  readonly method = $derived.by((): EdgeMethod | undefined => {
    if (this.filter.weighed !== "measured") return this.filter.weighed;
    return this.showsEdges ? (this.source.desk.curve?.method ?? EDGE_METHODS[0]) : undefined;
  });
  /** The circuit of edges that the graph shows. */
  readonly edgeCircuit = $derived.by(() =>
    this.showsEdges && this.method ? this.source.desk.circuitBy(this.method) : undefined,
  );
  private readonly scores = $derived.by(() =>
    this.method && !this.showsEdges && this.scoresShownRun ? this.source.desk.scoresBy(this.method) : undefined,
  );
  /** Before the filter. */
  readonly all = $derived.by((): readonly CircuitEdge[] => {
    if (this.showsEdges) return this.edgeCircuit?.edges ?? [];
    const edges = this.source.circuit()?.edges ?? [];
    return this.scores ? weighedBy(edges, this.scores) : edges;
  });
  /** What their weights are: as measured where the scores that were asked for are not there. */
  readonly weighed = $derived.by(
    (): Weighing => this.edgeCircuit?.method ?? (this.scores && this.method) ?? "measured",
  );
  readonly drawn = $derived.by(() => drawnEdges(this.all, this.filter, this.pinned));

  constructor(private readonly source: ConnectionSource) {}

  /** Whether the edges that were measured are of the task and the model of the shown run. */
  get scoresShownRun(): boolean {
    const subject = this.source.subject();
    return subject !== undefined && this.source.desk.isOf(subject);
  }

  /** A node's, the strongest first. */
  of(id: string): { readonly into: readonly CircuitEdge[]; readonly outOf: readonly CircuitEdge[] } {
    const strongest = (a: CircuitEdge, b: CircuitEdge) => Math.abs(b.weight) - Math.abs(a.weight);
    return {
      into: this.all.filter(({ target }) => target === id).sort(strongest),
      outOf: this.all.filter(({ source }) => source === id).sort(strongest),
    };
  }

  /** Every weight that is known of an edge. Those of two tasks or models do not mix: only what is looked at counts then. */
  weightsOf(name: string): readonly Weight[] {
    const looksAtEdges = this.showsEdges || this.source.view().tab === "edges";
    const measured =
      this.scoresShownRun || !looksAtEdges
        ? this.source.circuit()?.edges.find((edge) => edgeName(edge) === name)
        : undefined;
    const methods = this.scoresShownRun || looksAtEdges ? EDGE_METHODS : [];
    return [
      ...(measured ? [{ weighed: "measured" as const, weight: measured.weight }] : []),
      ...methods.flatMap((weighed) => {
        const weight = this.source.desk.scoresBy(weighed)?.get(name);
        return weight === undefined ? [] : [{ weighed, weight }];
      }),
    ];
  }
}
