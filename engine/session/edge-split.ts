// Circuits of edges on one half of the examples: f between all edges and none, and the criterion with both of its halves.
import { EngineError } from "../base/errors.ts";
import { append } from "../base/append.ts";
import type { Reals } from "../activations/packing.ts";
import type { Edge } from "../circuit/edge.ts";
import { type EdgeTable, edgeTable } from "../circuit/topology.ts";
import type { Interval } from "../base/interval.ts";
import { faithfulnessInterval } from "../evaluate/bootstrap.ts";
import { isRight, mean } from "../evaluate/evaluator.ts";
import {
  assertSeparated,
  type Criterion,
  type Ends,
  faithfulness,
  firstHalfHolds,
  secondHalfHolds,
} from "../evaluate/faithfulness.ts";
import { MetricReader } from "../evaluate/metric-reader.ts";
import { metricUnit } from "../metric/metric.ts";
import { klDivergence } from "../readout/distribution.ts";
import { logitsOf } from "../readout/logits.ts";
import { EdgeCircuits } from "../score/edge-circuit.ts";
import { cleanPrompts } from "../task/clean-prompts.ts";
import type { Example } from "../task/example.ts";
import type { Prepared } from "./prepare.ts";

export interface MeasuredEdges {
  readonly faithfulness: number;
  /** 95 %, bootstrap over clean prompts; undefined for too few. */
  interval(seed: number): Interval | undefined;
  /** The second half is measured only where the first holds. */
  holds(criterion: Criterion): Promise<boolean>;
}

/** Metric by example, and where it was read. */
interface Run {
  readonly ends: Awaited<ReturnType<EdgeCircuits["ends"]>>;
  readonly values: Float64Array;
}

interface Anchors {
  readonly full: Float64Array;
  readonly empty: Float64Array;
  readonly ends: Ends;
}

export class EdgeSplit {
  private modelLogits: readonly Reals[] = [];
  private anchors: Anchors = {
    full: new Float64Array(0),
    empty: new Float64Array(0),
    ends: { full: 0, empty: 0, accuracy: 0, klEmpty: 0 },
  };

  private constructor(
    private readonly prepared: Prepared,
    readonly circuits: EdgeCircuits,
    private readonly reader: MetricReader,
    private readonly prompts: readonly Int32Array[],
  ) {}

  /** @throws EngineError "degenerate-task" where all edges and none give the same */
  static async over(prepared: Prepared, examples: readonly Example[]): Promise<EdgeSplit> {
    const { executor, ablation, task } = prepared;
    const circuits = await EdgeCircuits.over(executor, examples, ablation);
    const side = new EdgeSplit(prepared, circuits, new MetricReader(executor, task.metric), cleanPrompts(examples));
    try {
      await side.anchor();
      return side;
    } catch (error) {
      await circuits.dispose();
      throw error;
    }
  }

  /** As `over`; undefined in place of that error, for examples that nothing is searched on. */
  static async separatedOver(prepared: Prepared, examples: readonly Example[]): Promise<EdgeSplit | undefined> {
    try {
      return await EdgeSplit.over(prepared, examples);
    } catch (error) {
      if (error instanceof EngineError && error.code === "degenerate-task") return undefined;
      throw error;
    }
  }

  table(edges: readonly Edge[]): EdgeTable {
    return edgeTable(this.circuits.topology, edges);
  }

  async measure(kept: EdgeTable): Promise<MeasuredEdges> {
    const run = await this.run(kept);
    const { full, empty, ends } = this.anchors;
    const f = faithfulness(mean(run.values), ends.full, ends.empty);
    return {
      faithfulness: f,
      interval: (seed) => faithfulnessInterval(run.values, full, empty, { seed, of: this.prompts }),
      holds: async (criterion) =>
        firstHalfHolds(criterion, f) &&
        (criterion.name === "difference-only" ||
          secondHalfHolds(criterion, await this.second(run, criterion.second), ends)),
    };
  }

  private async anchor(): Promise<void> {
    const { topology } = this.circuits;
    const full = await this.run(this.table(topology.edges));
    const empty = await this.run(this.table([]));
    assertSeparated(full.values, empty.values, metricUnit[this.prepared.task.metric]);
    this.modelLogits = await this.logits(full);
    const ends = {
      full: mean(full.values),
      empty: mean(empty.values),
      accuracy: await this.second(full, "accuracy"),
      klEmpty: await this.second(empty, "kl"),
    };
    this.anchors = { full: full.values, empty: empty.values, ends };
  }

  private async run(kept: EdgeTable): Promise<Run> {
    const ends = await this.circuits.ends(kept);
    const values: number[] = [];
    for (const { examples, end } of ends) append(values, await this.reader.values(end, examples));
    return { ends, values: Float64Array.from(values) };
  }

  private async logits({ ends }: Run): Promise<Reals[]> {
    const { executor } = this.prepared;
    const logits: Reals[] = [];
    for (const { end } of ends) logits.push(await logitsOf(executor, end));
    return logits;
  }

  /** Top-1 accuracy, or KL from the full model in nats; mean over the examples. */
  private async second(run: Run, figure: Criterion["second"]): Promise<number> {
    const { dVocab } = this.prepared.model.config;
    const logits = await this.logits(run);
    const figures = run.ends.flatMap(({ examples }, g) =>
      examples.map((example, e) => {
        const [from, to] = [e * dVocab, (e + 1) * dVocab];
        const own = logits[g].subarray(from, to);
        return figure === "accuracy"
          ? isRight(example, own)
          : klDivergence(this.modelLogits[g].subarray(from, to), own);
      }),
    );
    return mean(figures);
  }
}
