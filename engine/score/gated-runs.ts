// The metric of gated runs, the error that the gates make in it, and the slope of that error at every gate.
import { append } from "../base/append.ts";
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { type Reals, takeRows } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { mean } from "../evaluate/evaluator.ts";
import { MetricReader } from "../evaluate/metric-reader.ts";
import type { MetricName } from "../metric/metric.ts";
import type { Example } from "../task/example.ts";
import { endCotangent } from "./end-cotangent.ts";
import { closedGates, GatedPass, type GatedRun, type Gates, type LayerSlopes, openGates } from "./gated-pass.ts";
import { type GatedGroup, gatedGroups } from "./gated-groups.ts";

export interface GatedOutcome {
  /** Mean over examples of ((m − m of the model) / (m(M) − m(∅)))². */
  readonly error: number;
  /** ∂error/∂gate. */
  readonly slopes: Gates;
}

export class GatedRuns {
  /** Metric of the model itself by example, and m(M) − m(∅). */
  private target: Float64Array = new Float64Array(0);
  private scale = 1;

  private constructor(
    private readonly executor: Executor,
    private readonly metric: MetricName,
    private readonly groups: readonly GatedGroup[],
    private readonly pass: GatedPass,
    private readonly reader: MetricReader,
  ) {}

  /** @throws EngineError "usage" where there is no example */
  static async over(
    executor: Executor,
    examples: readonly Example[],
    metric: MetricName,
    ablation: Ablation,
  ): Promise<GatedRuns> {
    if (examples.length === 0) throw new EngineError("usage", say`There are no examples to learn a mask on.`);
    const { config } = executor.model;
    const gated = await gatedGroups(executor, examples, ablation);
    const pass = new GatedPass(executor, "gate");
    const runs = new GatedRuns(executor, metric, gated, pass, new MetricReader(executor, metric));
    runs.target = await runs.values(openGates(config));
    runs.scale = mean(runs.target) - mean(await runs.values(closedGates(config)));
    return runs;
  }

  /** Metric of every example under these gates. */
  async values(gates: Gates): Promise<Float64Array> {
    const values: number[] = [];
    for (const group of this.groups) append(values, await this.metricOf(await this.pass.forward({ ...group, gates })));
    return Float64Array.from(values);
  }

  async step(gates: Gates): Promise<GatedOutcome> {
    const slopes = closedGates(this.executor.model.config);
    const count = this.target.length;
    let error = 0;
    let first = 0;
    for (const group of this.groups) {
      const run = await this.pass.forward({ ...group, gates });
      const values = await this.metricOf(run);
      const off = values.map((value, e) => (value - this.target[first + e]) / this.scale);
      error += off.reduce((sum, x) => sum + x * x, 0) / count;
      const weights = off.map((x) => (2 * x) / (this.scale * count));
      await this.pass.backward(run, await this.cotangent(run, weights), (at) => this.addSlopes(slopes, gates, at));
      first += values.length;
    }
    return { error, slopes };
  }

  dispose(): Promise<void> {
    return this.pass.dispose();
  }

  private addSlopes(slopes: Gates, gates: Gates, { layer, z, difference, hidden, mlpOut }: LayerSlopes): void {
    const { nHeads, dMlp } = this.executor.model.config;
    this.pass.eachHead(layer, gates.heads, z.length, (_, i, head) => {
      slopes.heads[layer * nHeads + head] += z[i] * difference[i];
    });
    slopes.mlps[layer] += mlpOut[0];
    hidden.forEach((slope, n) => (slopes.neurons[layer * dMlp + n] += slope));
  }

  private metricOf({ input: { group }, end }: GatedRun): Promise<Float64Array> {
    const { dModel } = this.executor.model.config;
    return this.reader.values(takeRows(end, dModel, group.packing.endRows), group.examples);
  }

  /** Gradient at the stream behind the layers of the weighted sum of the examples' metrics. */
  private async cotangent({ input: { group }, end }: GatedRun, weights: Float64Array): Promise<Reals> {
    const { dModel } = this.executor.model.config;
    const cotangent = await endCotangent(this.executor, this.metric, group.examples, group.packing, end);
    group.packing.endRows.forEach((row, e) => {
      for (let i = row * dModel; i < (row + 1) * dModel; i++) cotangent[i] *= weights[e];
    });
    return cotangent;
  }
}
