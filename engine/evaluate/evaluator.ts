// Measures circuits of one model on one set of examples: from the start, or as a change to a circuit already run.
import { least } from "../base/greatest.ts";
import { AblatedFlags } from "../activations/ablated-flags.ts";
import type { Ablation } from "../activations/ablation.ts";
import { type Chunk, prepareChunks, rowBudget } from "../activations/chunk.ts";
import { EntryMemo, runCircuit, type Stream, sufficient } from "../activations/circuit-run.ts";
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import type { Spliced } from "../activations/spliced.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Unit } from "../circuit/unit.ts";
import type { UnitSet, UnitSpace } from "../circuit/unit-set.ts";
import { klDivergence } from "../readout/distribution.ts";
import { logitsOf } from "../readout/logits.ts";
import { argMax } from "../readout/ranking.ts";
import { cleanPrompts } from "../task/clean-prompts.ts";
import type { Example } from "../task/example.ts";
import type { MetricName } from "../task/schema.ts";
import { MetricReader } from "./metric-reader.ts";

/** Figures of one circuit, one entry per example. */
export interface Measurement {
  readonly metric: Float64Array;
  /** 1 where the most likely token is an answer. */
  readonly correct: Float64Array;
  /** KL(model‖circuit) in nats. */
  readonly kl: Float64Array;
}

/** A circuit that was run with the input of every layer kept, so that changes to it resume there. */
export interface CircuitState {
  readonly kept: UnitSet;
  /** By chunk, then layer. */
  readonly streams: readonly (readonly (Stream | undefined)[])[];
}

/** A measured change; all but the metric is computed when it is asked for. */
export interface Trial {
  readonly kept: UnitSet;
  /** Mean metric. */
  readonly metric: number;
  accuracy(): Promise<number>;
  kl(): Promise<number>;
  /** Of every example. */
  measurement(): Promise<Measurement>;
  /** The state after the change. */
  state(): CircuitState;
}

export interface EvaluatorOptions {
  readonly metric: MetricName;
  readonly ablation: Ablation;
  readonly space: UnitSpace;
  /** Dictionaries whose features and errors are units of the space. */
  readonly spliced?: readonly Spliced[] | undefined;
  readonly signal?: AbortSignal;
  /** Shortcuts, off only to test that they change nothing. */
  readonly sharePrefix?: boolean;
  readonly endOnly?: boolean;
}

export class Evaluator {
  /** Logits of the full model at each example's last position, "example token", by chunk. */
  private modelLogits: Reals[] = [];
  private readonly reader: MetricReader;
  private readonly memos: EntryMemo[];
  /** The examples of each clean prompt, which intervals draw together. */
  readonly prompts: readonly Int32Array[];

  private constructor(
    readonly executor: Executor,
    readonly examples: readonly Example[],
    readonly options: EvaluatorOptions,
    private readonly chunks: readonly Chunk[],
  ) {
    this.prompts = cleanPrompts(examples);
    this.memos = chunks.map(() => new EntryMemo());
    this.reader = new MetricReader(executor, options.metric);
  }

  static async create(executor: Executor, examples: readonly Example[], options: EvaluatorOptions): Promise<Evaluator> {
    const { kinds } = options.space;
    const chunks = await prepareChunks(executor, examples, options.ablation, {
      kinds,
      spliced: options.spliced,
      sharePrefix: options.sharePrefix,
    });
    const evaluator = new Evaluator(executor, examples, options, chunks);
    const full = await evaluator.run(options.space.full());
    for (const end of full.ends) evaluator.modelLogits.push(await logitsOf(executor, end));
    return evaluator;
  }

  get space(): UnitSpace {
    return this.options.space;
  }

  /**
   * Work of measuring a change, in full passes of one token: computed positions times the share of layers from the
   * first that the change touches. The same for a run that is resumed, whatever it remembers.
   */
  cost(from: UnitSet, to: UnitSet): number {
    const { nLayers } = this.executor.model.config;
    const rows = this.chunks.reduce((sum, { packing }) => sum + packing.rows, 0);
    return (rows * (nLayers - firstDifference(from, to))) / nLayers;
  }

  /** A circuit run from the first layer, all figures. */
  async measure(kept: UnitSet): Promise<Measurement> {
    const { ends } = await this.run(kept);
    return together(await Promise.all(ends.map((end, c) => this.figures(end, c))));
  }

  /** Mean metric of a circuit run from the first layer. */
  async metric(kept: UnitSet): Promise<number> {
    const { ends } = await this.run(kept);
    return this.meanMetric(ends);
  }

  /** A circuit run from the first layer with every layer's input kept. */
  async start(kept: UnitSet): Promise<CircuitState> {
    const { streams } = await this.run(kept, true);
    return { kept, streams };
  }

  /** Measures a change to a circuit by running it from the first layer that the change touches. */
  async change(state: CircuitState, kept: UnitSet): Promise<Trial> {
    const flags = new AblatedFlags(kept);
    const from = this.resumeLayer(state, kept, [flags]);
    const ends: Reals[] = [];
    const streams: (Stream | undefined)[][] = [];
    for (const [c, chunk] of this.chunks.entries()) {
      this.checkSignal();
      const run = await runCircuit(this.executor, chunk, from, state.streams[c][from]!, [flags], {
        record: true,
        entry: this.memos[c],
        endOnly: this.options.endOnly,
      });
      ends.push(run.end);
      streams.push([...state.streams[c].slice(0, from), ...run.streams.slice(from)]);
    }
    const metric = await this.meanMetric(ends);
    return {
      kept,
      metric,
      accuracy: () => this.meanOf(ends, isRight),
      kl: () => this.meanOf(ends, (_, row, model) => klDivergence(model, row)),
      measurement: async () => together(await Promise.all(ends.map((end, c) => this.figures(end, c)))),
      state: () => ({ kept, streams }),
    };
  }

  /** Mean metric after each of several changes, see `alternativeValues`. */
  async alternatives(state: CircuitState, candidates: readonly UnitSet[]): Promise<number[]> {
    return (await this.alternativeValues(state, candidates)).map(mean);
  }

  /** Metric of every example after each of several changes, every one made to the same circuit. */
  async alternativeValues(state: CircuitState, candidates: readonly UnitSet[]): Promise<Float64Array[]> {
    const parts: Float64Array[][] = candidates.map(() => []);
    await this.eachAlternative(state, candidates, async (end, c, at) => {
      const { examples } = this.chunks[c];
      const read = await this.reader.values(end, examples);
      for (let i = 0; i < read.length; i += examples.length)
        parts[at + i / examples.length].push(read.subarray(i, i + examples.length));
    });
    return parts.map(joined);
  }

  /** All figures of every example after each of several changes, every one made to the same circuit. */
  async alternativeMeasurements(state: CircuitState, candidates: readonly UnitSet[]): Promise<Measurement[]> {
    const parts: Measurement[][] = candidates.map(() => []);
    await this.eachAlternative(state, candidates, async (end, c, at) => {
      const length = this.chunks[c].examples.length * this.executor.model.config.dModel;
      for (let i = 0; i * length < end.length; i++)
        parts[at + i].push(await this.figures(end.subarray(i * length, (i + 1) * length), c));
    });
    return parts.map(together);
  }

  /**
   * Candidates of one layer go through the model together.
   *
   * @param read stream after the last layer at each run's last token, "candidate·example dModel", of a chunk's examples and of
   *   the candidates from `at` on
   */
  private async eachAlternative(
    state: CircuitState,
    candidates: readonly UnitSet[],
    read: (end: Reals, chunk: number, at: number) => Promise<void>,
  ): Promise<void> {
    const flags = candidates.map((kept) => new AblatedFlags(kept));
    const from = this.resumeLayer(state, candidates, flags);
    for (const [c, chunk] of this.chunks.entries()) {
      const stack = Math.max(1, Math.floor(rowBudget(this.executor.model.config) / chunk.packing.rows));
      for (let at = 0; at < candidates.length; at += stack) {
        this.checkSignal();
        const run = await runCircuit(this.executor, chunk, from, state.streams[c][from]!, flags.slice(at, at + stack), {
          entry: this.memos[c],
          endOnly: this.options.endOnly,
        });
        await read(run.end, c, at);
      }
    }
  }

  /** @param record keep every layer's input, which takes as much memory as the ablated values of one kind */
  private async run(kept: UnitSet, record = false): Promise<{ ends: Reals[]; streams: (Stream | undefined)[][] }> {
    const flags = new AblatedFlags(kept);
    const ends: Reals[] = [];
    const streams: (Stream | undefined)[][] = [];
    for (const chunk of this.chunks) {
      this.checkSignal();
      const stream: Stream = { scope: "all", residual: chunk.clean };
      const run = await runCircuit(this.executor, chunk, 0, stream, [flags], {
        record,
        endOnly: this.options.endOnly,
      });
      ends.push(run.end);
      streams.push([...run.streams]);
    }
    return { ends, streams };
  }

  /** First layer that a change touches, or an earlier one where that layer's input is known at the last token only. */
  private resumeLayer(state: CircuitState, kept: UnitSet | readonly UnitSet[], flags: readonly AblatedFlags[]): number {
    const sets = "space" in kept ? [kept] : kept;
    let layer = least(sets.map((set) => firstDifference(state.kept, set)));
    layer = Math.min(layer, this.executor.model.config.nLayers - 1);
    while (!sufficient(state.streams[0][layer]!, layer, flags)) layer--;
    return layer;
  }

  private async figures(end: Reals, c: number): Promise<Measurement> {
    const correct = new Float64Array(this.chunks[c].examples.length);
    const kl = new Float64Array(correct.length);
    await this.visitLogits(end, c, (example, e, row, model) => {
      correct[e] = isRight(example, row);
      kl[e] = klDivergence(model, row);
    });
    return { metric: await this.reader.values(end, this.chunks[c].examples), correct, kl };
  }

  /** Mean of one figure that needs every logit, over all examples. */
  private async meanOf(ends: readonly Reals[], figure: (example: Example, row: Reals, model: Reals) => number) {
    let sum = 0;
    for (const [c, end] of ends.entries()) {
      await this.visitLogits(end, c, (example, _, row, model) => (sum += figure(example, row, model)));
    }
    return sum / this.examples.length;
  }

  private async visitLogits(
    end: Reals,
    c: number,
    visit: (example: Example, e: number, row: Reals, model: Reals) => void,
  ): Promise<void> {
    const { dVocab } = this.executor.model.config;
    const logits = await logitsOf(this.executor, end);
    this.chunks[c].examples.forEach((example, e) => {
      const range = [e * dVocab, (e + 1) * dVocab] as const;
      visit(example, e, logits.subarray(...range), this.modelLogits[c].subarray(...range));
    });
  }

  private async meanMetric(ends: readonly Reals[]): Promise<number> {
    let sum = 0;
    for (const [c, end] of ends.entries()) {
      for (const value of await this.reader.values(end, this.chunks[c].examples)) sum += value;
    }
    return sum / this.examples.length;
  }

  private checkSignal(): void {
    if (this.options.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  }
}

/** 1 where the most likely token is an answer. */
export const isRight = (example: Example, logits: Reals): number => Number(example.answers.includes(argMax(logits)));

/** Layer of the first unit in which two circuits differ; the number of layers where they are the same. */
function firstDifference(a: UnitSet, b: UnitSet): number {
  const changed = [...a.minus(b).units(), ...b.minus(a).units()].map((unit: Unit) => unit.layer);
  return changed.length === 0 ? a.space.sizes.nLayers : least(changed);
}

const together = (parts: readonly Measurement[]): Measurement => ({
  metric: joined(parts.map((part) => part.metric)),
  correct: joined(parts.map((part) => part.correct)),
  kl: joined(parts.map((part) => part.kl)),
});

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Mean of an array. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
