// Judges circuits of heads, whoever found them, by the same exact runs: f, and accuracy beside the model's, on held-out examples.
import type { Ablation } from "../engine/activations/ablation.ts";
import type { Executor } from "../engine/activations/executor.ts";
import { formatUnit } from "../engine/circuit/unit.ts";
import { UnitSpace } from "../engine/circuit/unit-set.ts";
import { Evaluator } from "../engine/evaluate/evaluator.ts";
import type { Criterion } from "../engine/evaluate/faithfulness.ts";
import { type Anchors, type Figures, measureAnchors, measureFigures } from "../engine/evaluate/report.ts";
import { metricUnit } from "../engine/metric/metric.ts";
import type { Example } from "../engine/task/example.ts";
import type { MetricName } from "../engine/task/schema.ts";

export interface HeadTask {
  readonly executor: Executor;
  readonly discovery: readonly Example[];
  readonly heldOut: readonly Example[];
  readonly metric: MetricName;
  readonly ablation: Ablation;
  readonly criterion: Criterion;
  readonly seed: number;
}

export interface JudgedHeads {
  readonly discovery: Figures;
  readonly heldOut: Figures;
}

/** Examples of one half, run with and without all heads. */
interface Side {
  readonly evaluator: Evaluator;
  readonly anchors: Anchors;
}

export class HeadJudge {
  private constructor(
    private readonly task: HeadTask,
    private readonly discovery: Side,
    private readonly heldOut: Side,
  ) {}

  static async over(task: HeadTask): Promise<HeadJudge> {
    return new HeadJudge(task, await side(task, task.discovery), await side(task, task.heldOut));
  }

  /** @param kept ids of the circuit's heads */
  async judge(kept: readonly string[]): Promise<JudgedHeads> {
    return { discovery: await this.figures(this.discovery, kept), heldOut: await this.figures(this.heldOut, kept) };
  }

  private figures({ evaluator, anchors }: Side, kept: readonly string[]): Promise<Figures> {
    const { criterion, seed } = this.task;
    const full = evaluator.space.full();
    const circuit = full.without(full.units().filter((unit) => !kept.includes(formatUnit(unit))));
    return measureFigures(evaluator, anchors, circuit, criterion, seed);
  }
}

async function side({ executor, metric, ablation }: HeadTask, examples: readonly Example[]): Promise<Side> {
  const space = new UnitSpace(executor.model.config, ["head"]);
  const evaluator = await Evaluator.create(executor, examples, { metric, ablation, space });
  return { evaluator, anchors: await measureAnchors(evaluator, metricUnit[metric]) };
}
