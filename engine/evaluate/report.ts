// The figures of one circuit on one set of examples, with interval, baselines and necessity.
import type { Interval } from "../base/interval.ts";
import { Random } from "../base/random.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { faithfulnessInterval, quantile } from "./bootstrap.ts";
import { type Evaluator, mean, type Measurement } from "./evaluator.ts";
import {
  assertSeparated,
  type Criterion,
  type Ends,
  faithfulness,
  firstHalfHolds,
  secondHalfHolds,
} from "./faithfulness.ts";

export interface Figures {
  /** Mean metric of the full model, of the empty circuit and of the circuit. */
  readonly full: number;
  readonly empty: number;
  readonly circuit: number;
  readonly faithfulness: number;
  /** 95 %, bootstrap over clean prompts; absent for too few. */
  readonly interval?: Interval;
  /** KL(model‖circuit) and KL(model‖∅), mean over examples, nats. */
  readonly kl: number;
  readonly klEmpty: number;
  /** Share of examples whose most likely token is an answer. */
  readonly accuracy: { readonly full: number; readonly circuit: number };
  readonly criterionHolds: boolean;
  readonly examples: number;
  /** Different clean prompts among them. */
  readonly prompts: number;
  /** Quantiles of the per-example metric of the circuit. */
  readonly spread: Readonly<Record<string, number>>;
}

/** Full model and empty circuit, measured. */
export interface Anchors {
  readonly full: Measurement;
  readonly empty: Measurement;
  readonly ends: Ends;
}

/** @throws EngineError "degenerate-task" where the two do not differ */
export async function measureAnchors(evaluator: Evaluator, metricUnit: string): Promise<Anchors> {
  const anchors = await anchorsOf(evaluator);
  assertSeparated(anchors.full.metric, anchors.empty.metric, metricUnit);
  return anchors;
}

/** Whether the two differ or not. */
export async function anchorsOf(evaluator: Evaluator): Promise<Anchors> {
  const full = await evaluator.measure(evaluator.space.full());
  const empty = await evaluator.measure(evaluator.space.empty());
  return {
    full,
    empty,
    ends: {
      full: mean(full.metric),
      empty: mean(empty.metric),
      accuracy: mean(full.correct),
      klEmpty: mean(empty.kl),
    },
  };
}

const spreadQuantiles = [0.05, 0.25, 0.5, 0.75, 0.95];

export async function measureFigures(
  evaluator: Evaluator,
  anchors: Anchors,
  kept: UnitSet,
  criterion: Criterion,
  seed: number,
): Promise<Figures> {
  const measured = await evaluator.measure(kept);
  const { full, empty } = anchors.ends;
  const circuit = mean(measured.metric);
  const f = faithfulness(circuit, full, empty);
  const kl = mean(measured.kl);
  const accuracy = { full: anchors.ends.accuracy, circuit: mean(measured.correct) };
  const second = criterion.second === "accuracy" ? accuracy.circuit : kl;
  const sorted = measured.metric.slice().sort();
  const interval = faithfulnessInterval(measured.metric, anchors.full.metric, anchors.empty.metric, {
    seed,
    of: evaluator.prompts,
  });
  return {
    full,
    empty,
    circuit,
    faithfulness: f,
    ...(interval && { interval }),
    kl,
    klEmpty: anchors.ends.klEmpty,
    accuracy,
    criterionHolds: firstHalfHolds(criterion, f) && secondHalfHolds(criterion, second, anchors.ends),
    examples: evaluator.examples.length,
    prompts: evaluator.prompts.length,
    spread: Object.fromEntries(spreadQuantiles.map((q) => [String(q), quantile(sorted, q)])),
  };
}

export interface RandomBaseline {
  readonly count: number;
  readonly sameSizePerLayer: true;
  readonly examples: number;
  /** Of f over the random circuits. */
  readonly quantiles: Readonly<Record<string, number>>;
}

const randomQuantiles = [0.05, 0.5, 0.95, 0.99];

/** f of random circuits with as many units of each kind in each layer as `kept`. */
export async function measureRandom(
  evaluator: Evaluator,
  ends: Ends,
  kept: UnitSet,
  count: number,
  seed: number,
  onDone: (done: number) => void,
): Promise<RandomBaseline> {
  const random = Random.seeded(seed, "random-circuits");
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = faithfulness(await evaluator.metric(shuffledWithinLayers(kept, random)), ends.full, ends.empty);
    onDone(i + 1);
  }
  values.sort();
  const quantiles = Object.fromEntries(randomQuantiles.map((q) => [String(q), quantile(values, q)]));
  return { count, sameSizePerLayer: true, examples: evaluator.examples.length, quantiles };
}

/** As many units of each kind in each layer, drawn at random. */
function shuffledWithinLayers(kept: UnitSet, random: Random): UnitSet {
  const { space } = kept;
  const drawn = space.kinds.flatMap((kind) =>
    kept.countPerLayer(kind).flatMap((count, layer) => {
      const { start, end } = space.layerRange(kind, layer);
      const all = Array.from({ length: end - start }, (_, i) => space.unitAt(start + i));
      return random.sample(all, count);
    }),
  );
  return space.setOf(drawn);
}
