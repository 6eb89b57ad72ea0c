// Pruning of a circuit of edges by exact tests: last layer first, blocks of weak edges, then one by one until none can go.
import { EngineError } from "../base/errors.ts";
import { groupBy } from "../base/group.ts";
import { type Edge, formatEdge } from "../circuit/edge.ts";
import { connectedEdges } from "../score/edge-ranking.ts";
import { foreignEntry, type JournalEntry, type Ledger, noLedger, recallOf } from "./journal.ts";

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
  readonly onTrial?: (trial: EdgeTrial) => void;
}

export interface EdgeTrial extends EdgeVerdict {
  readonly trials: number;
  readonly pass: number;
  readonly kept: number;
  /** Position in the current pass. */
  readonly done: number;
  readonly total: number;
}

export interface EdgeSearchResult<E extends Edge> {
  readonly edges: readonly E[];
  readonly trials: number;
  /** Passes over single edges; the first goes over blocks too. */
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
  start: { readonly edges: readonly E[]; readonly faithfulness: number },
  options: EdgeSearchOptions<E>,
): Promise<EdgeSearchResult<E>> {
  const search = new EdgeSearch(start, options);
  await search.removeBlocks();
  await search.removeSingles();
  return search.result();
}

class EdgeSearch<E extends Edge> {
  private kept: E[];
  private trials = 0;
  private passes = 0;
  /** Edges tested alone on the circuit as it is. */
  private readonly tested = new Set<E>();
  private readonly trajectory: { kept: number; faithfulness: number }[];
  private readonly ledger: Ledger;

  constructor(
    { edges, faithfulness }: { readonly edges: readonly E[]; readonly faithfulness: number },
    private readonly options: EdgeSearchOptions<E>,
  ) {
    this.kept = [...edges].sort(
      (a, b) => layerOf(b) - layerOf(a) || options.strength(a) - options.strength(b) || byName(a, b),
    );
    this.trajectory = [{ kept: edges.length, faithfulness }];
    this.ledger = options.ledger ?? noLedger;
  }

  /** Of every layer's edges the weakest half that can go, goes; a block that cannot is halved. */
  async removeBlocks(): Promise<void> {
    const blocks = [...groupBy(this.kept, layerOf).values()];
    const total = this.kept.length;
    while (blocks.length > 0 && !this.exhausted) {
      const present = new Set(this.kept);
      const block = blocks.shift()!.filter((edge) => present.has(edge));
      if (block.length < leastBlock) continue;
      const left = blocks.reduce((sum, { length }) => sum + length, 0);
      if (await this.try(block, total - left, total)) continue;
      const half = Math.ceil(block.length / 2);
      blocks.unshift(block.slice(0, half), block.slice(half));
    }
  }

  /** Passes over what is kept until one removes nothing: that one proves that no single edge can go. */
  async removeSingles(): Promise<void> {
    for (let removed = true; removed && !this.exhausted;) {
      removed = false;
      this.passes++;
      const candidates = [...this.kept];
      for (const [index, edge] of candidates.entries()) {
        if (this.exhausted) return;
        if (!this.kept.includes(edge)) continue;
        if (await this.try([edge], index + 1, candidates.length)) removed = true;
      }
    }
  }

  result(): EdgeSearchResult<E> {
    const { kept: edges, trials, passes, trajectory } = this;
    const tested = edges.length === 0 ? 1 : this.tested.size / edges.length;
    return { edges, trials, passes, oneMinimal: tested === 1, tested, trajectory };
  }

  private get exhausted(): boolean {
    return this.options.budget !== undefined && this.trials >= this.options.budget;
  }

  private async try(block: readonly E[], done: number, total: number): Promise<boolean> {
    const { signal, onTrial } = this.options;
    if (signal?.aborted) throw new EngineError("cancelled", "Stopped on request.");
    const gone = new Set(block);
    const rest = connectedEdges(this.kept.filter((edge) => !gone.has(edge)));
    const verdict = await this.verdict(block, rest);
    this.trials++;
    if (verdict.holds) {
      this.kept = rest;
      this.tested.clear();
      this.trajectory.push({ kept: rest.length, faithfulness: verdict.faithfulness });
    } else if (block.length === 1) this.tested.add(block[0]);
    onTrial?.({ ...verdict, trials: this.trials, pass: this.passes, kept: this.kept.length, done, total });
    return verdict.holds;
  }

  private async verdict(block: readonly E[], rest: readonly E[]): Promise<EdgeVerdict> {
    const removed = block.map(formatEdge);
    const entry = recallOf(this.ledger, "trial");
    if (entry) return recalled(entry, removed);
    const verdict = await this.options.measure(rest);
    const { holds: accepted, faithfulness: metric } = verdict;
    this.ledger.record({ kind: "trial", removed, added: [], metric, second: null, accepted });
    return verdict;
  }
}

/** @throws EngineError "invalid-file" where the journal is of another search */
function recalled(entry: Extract<JournalEntry, { kind: "trial" }>, removed: readonly string[]): EdgeVerdict {
  if (entry.removed.join() !== removed.join()) throw foreignEntry();
  return { holds: entry.accepted, faithfulness: entry.metric };
}

/** Of what an edge enters; the logits lie behind every layer. */
const layerOf = ({ target }: Edge): number =>
  target.kind === "logits" ? Infinity : target.kind === "input" ? -1 : target.layer;

function byName(a: Edge, b: Edge): number {
  const [first, second] = [formatEdge(a), formatEdge(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}
