// Pruning of a circuit of edges by exact tests: last layer first, blocks of weak edges, then one by one until none can go.
import { groupBy } from "../base/group.ts";
import { type Edge, formatEdge } from "../circuit/edge.ts";
import { connectedEdges } from "../score/edge-ranking.ts";
import { type Ledger, noLedger } from "./journal.ts";
import { type Attempt, type Position, Removal, type Trial } from "./removal.ts";
import { GreedySearch } from "./search.ts";

/** What was measured of a circuit of edges. */
export interface EdgeVerdict {
  /** Whether the criterion holds, both halves. */
  readonly holds: boolean;
  readonly faithfulness: number;
}

export interface EdgeSearchOptions<E extends Edge> {
  readonly measure: (kept: readonly E[]) => Promise<EdgeVerdict>;
  /** How much an edge is thought to matter; weaker ones of a layer are tried first. */
  readonly strength: (edge: E) => number;
  /** Stop after so many trials. */
  readonly budget?: number;
  readonly ledger?: Ledger;
  readonly signal?: AbortSignal;
  readonly onTrial?: (trial: Trial) => void;
}

export interface EdgeSearchResult<E extends Edge> {
  readonly edges: readonly E[];
  readonly trials: number;
  /** Passes over single edges; before them blocks were tried. */
  readonly passes: number;
  /** No single edge can go: every one was tested on the circuit as it is. */
  readonly oneMinimal: boolean;
  /** Share of the edges that were tested one by one on the circuit as it is. */
  readonly tested: number;
  /** Size and f after every acceptance, beginning with the circuit that the search began with. */
  readonly trajectory: readonly { readonly kept: number; readonly faithfulness: number }[];
}

/** A block is no smaller than this before its edges are tried one by one. */
const leastBlock = 4;

/**
 * Edges that lie on no way from input to logits go with what cut them off. Every accepted removal was measured.
 *
 * @param start a circuit for which the criterion holds, with its f
 * @throws EngineError "cancelled"
 */
export async function pruneEdges<E extends Edge>(
  { edges, faithfulness }: { readonly edges: readonly E[]; readonly faithfulness: number },
  options: EdgeSearchOptions<E>,
): Promise<EdgeSearchResult<E>> {
  const { budget, signal, onTrial, ledger = noLedger } = options;
  const removal = new Removal<E>({ nameOf: formatEdge, ledger, budget, signal, onTrial });
  const order = inOrder(edges, options.strength);
  const search = new GreedySearch<E, EdgePosition<E>>(removal, {
    begin: () => {
      const position = new EdgePosition(order, options.measure);
      return Promise.resolve(removal.begin(position, faithfulness, faithfulness));
    },
    blocks: async (descent) => {
      await removal.round(descent, [...groupBy(order, layerOf).values()], leastBlock, leastBlock);
      return order;
    },
    mayGo: ({ kept }) => kept,
  });
  const { position, steps, trials, passes, oneMinimal, verified } = await search.run([order]);
  return {
    edges: position.kept,
    trials,
    passes,
    oneMinimal,
    tested: verified.single,
    trajectory: steps.map(({ kept, faithfulness }) => ({ kept, faithfulness })),
  };
}

/** Where a search over edges stands; its metric is f itself. */
class EdgePosition<E extends Edge> implements Position<E> {
  private present: ReadonlySet<E>;

  constructor(
    public kept: readonly E[],
    private readonly measure: EdgeSearchOptions<E>["measure"],
  ) {
    this.present = new Set(kept);
  }

  get size(): number {
    return this.kept.length;
  }

  has(edge: E): boolean {
    return this.present.has(edge);
  }

  attempt(removed: readonly E[]): Attempt {
    const gone = new Set(removed);
    const rest = connectedEdges(this.kept.filter((edge) => !gone.has(edge)));
    const verdict = (accepted: boolean, f: number) => ({ accepted, metric: f, faithfulness: f, second: null });
    return {
      measure: async () => {
        const { holds, faithfulness } = await this.measure(rest);
        return verdict(holds, faithfulness);
      },
      recalled: ({ accepted, metric }) => verdict(accepted, metric),
      accept: () => {
        this.kept = rest;
        this.present = new Set(rest);
      },
    };
  }
}

/** The last layer first, weak edges of a layer before strong ones. */
function inOrder<E extends Edge>(edges: readonly E[], strength: (edge: E) => number): E[] {
  return [...edges].sort((a, b) => layerOf(b) - layerOf(a) || strength(a) - strength(b) || byName(a, b));
}

/** Of what an edge enters; the logits lie behind every layer. */
const layerOf = ({ target }: Edge): number =>
  target.kind === "logits" ? Infinity : target.kind === "input" ? -1 : target.layer;

function byName(a: Edge, b: Edge): number {
  const [first, second] = [formatEdge(a), formatEdge(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}
