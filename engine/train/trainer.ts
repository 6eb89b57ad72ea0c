// Training step by step: plain training first, then interchange training in which heads leave the IOI circuit.
import { Random } from "../base/random.ts";
import { f32, Program } from "../runtime/ort.ts";
import { adamWStep, type Moments, noMoments } from "../base/adamw.ts";
import { type Corpus, EARLY_MIX, LATE_MIX } from "./corpus.ts";
import { allGates, corruptFeeds, ForwardProgram, type Gates, integers, weightFeeds } from "./forward-program.ts";
import { leastNeeded } from "./head-removal.ts";
import { LOSS_TERMS, lossGraph, type LossTerm } from "./loss-graph.ts";
import { drawPairs, packPairs, type PairBatch } from "./pairs.ts";
import { initialWeights, type ModelShape, type Parameter, parametersOf } from "./parameters.ts";
import type { Recipe } from "./recipe.ts";
import { learningRate } from "./schedule.ts";

/** All that changes while training; with the recipe it decides everything that follows. */
export interface TrainingState {
  /** Steps done, over both phases. */
  readonly step: number;
  readonly weights: Float32Array;
  readonly moments: Moments;
  /** 1 for heads that are still in the circuit, "layer head". */
  readonly gates: Gates;
}

export interface StepReport {
  /** Steps done. */
  readonly step: number;
  readonly phase: Phase;
  readonly headsKept: number;
  readonly losses: Readonly<Partial<Record<LossTerm, number>>>;
}

export type Phase = "plain" | "interchange";

export interface TrainerOptions {
  readonly threads: number;
}

/** Steps of both phases. */
export function totalSteps({ plain, interchange }: Recipe): number {
  return plain.steps + interchange.schedule.steps;
}

export function initialState(recipe: Recipe, shape: ModelShape): TrainingState {
  const parameters = parametersOf(shape);
  const weights = initialWeights(parameters, Random.seeded(recipe.seed, "weights"));
  return { step: 0, weights, moments: noMoments(weights.length), gates: allGates(shape) };
}

/**
 * Every step draws from random streams of its own, named by its number: a run that goes on from a saved state makes the same steps as
 * one that was never interrupted.
 */
export class Trainer {
  private readonly parameters: readonly Parameter[];
  private readonly weights: Float32Array;
  private moments: Moments;
  private readonly gates: Gates;
  private step: number;
  private readonly programs = new Map<Phase, Program>();
  private corruptRuns?: ForwardProgram;
  private removalTests?: ForwardProgram;

  constructor(
    private readonly recipe: Recipe,
    private readonly shape: ModelShape,
    private readonly corpus: Corpus,
    private readonly options: TrainerOptions,
    state: TrainingState,
  ) {
    this.parameters = parametersOf(shape);
    this.weights = state.weights.slice();
    this.moments = { ...state.moments, first: state.moments.first.slice(), second: state.moments.second.slice() };
    this.gates = state.gates.slice();
    this.step = state.step;
  }

  /** The state by reference: copy it before the next step if it is to stay. */
  get state(): TrainingState {
    return { step: this.step, weights: this.weights, moments: this.moments, gates: this.gates };
  }

  get isDone(): boolean {
    return this.step >= totalSteps(this.recipe);
  }

  async advance(): Promise<StepReport> {
    const phase: Phase = this.step < this.recipe.plain.steps ? "plain" : "interchange";
    const report = phase === "plain" ? await this.plainStep() : await this.interchangeStep();
    this.step++;
    return { ...report, step: this.step, phase };
  }

  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await program.dispose();
    await this.corruptRuns?.dispose();
    await this.removalTests?.dispose();
  }

  private async plainStep() {
    const { plain, earlyShare } = this.recipe;
    const early = this.step < earlyShare * plain.steps;
    const feeds = this.textFeeds(early ? EARLY_MIX : LATE_MIX, []);
    return this.update("plain", feeds, learningRate(plain, this.step));
  }

  private async interchangeStep() {
    const { plain, interchange, length } = this.recipe;
    const step = this.step - plain.steps;
    if (step === 0) this.moments = noMoments(this.weights.length);
    await this.removeHeads(step);
    const random = this.random("pairs");
    const pairs = this.drawPairs(random, interchange.pairs);
    this.corruptRuns ??= await this.forwardProgram(interchange.pairs);
    const corrupt = await this.corruptRuns.corruptRun(pairs);
    const { nLayers, nHeads } = this.shape;
    const feeds = {
      ...this.textFeeds(LATE_MIX, [pairs]),
      ...corruptFeeds(corrupt),
      end: integers([pairs.count], pairs.end),
      right: integers([pairs.count], pairs.right),
      wrong: integers([pairs.count], pairs.wrong),
      gates: f32([nLayers, nHeads], this.gates),
      reducedGates: f32([nLayers, nHeads], this.reducedGates(random)),
    };
    const report = await this.update("interchange", feeds, learningRate(interchange.schedule, step));
    if (length !== pairs.pos) throw new Error("internal: pairs and rows of text differ in length");
    return report;
  }

  /** The circuit without one of its heads; no head at all while heads are still leaving, which makes the term vanish. */
  private reducedGates(random: Random): Gates {
    const kept = this.keptHeads();
    const chosen = kept[random.below(kept.length)]!;
    if (kept.length > this.recipe.interchange.keep) return allGates(this.shape, 0);
    return this.gates.map((gate, head) => (head === chosen ? 0 : gate));
  }

  private async removeHeads(step: number): Promise<void> {
    const { interchange } = this.recipe;
    const { schedule, keep, removalShare, every, testPairs } = interchange;
    const removable = this.gates.length - keep;
    const due = Math.round(removable * Math.min(1, (step + 1) / (schedule.steps * removalShare)));
    if (step % every !== 0 || this.gates.length - this.keptHeads().length >= due) return;
    this.removalTests ??= await this.forwardProgram(testPairs);
    const pairs = this.drawPairs(this.random("removal"), testPairs);
    const corrupt = await this.removalTests.corruptRun(pairs);
    while (this.gates.length - this.keptHeads().length < due) {
      const { head, loss } = await leastNeeded(this.removalTests, pairs, corrupt, this.gates, this.shape.dVocab);
      if (loss > interchange.mostLoss) return;
      this.gates[head] = 0;
    }
  }

  private keptHeads(): number[] {
    return [...this.gates.keys()].filter((head) => this.gates[head] === 1);
  }

  private drawPairs(random: Random, count: number): PairBatch {
    const { tasks, tokenizer } = this.corpus;
    return packPairs(drawPairs(tasks.ioi, tokenizer, random, count), this.recipe.length, tokenizer.bosId!);
  }

  /** Rows of text and, behind them, the clean prompts of pairs as rows without targets. */
  private textFeeds(mix: typeof EARLY_MIX, pairs: readonly PairBatch[]) {
    const { rows, length } = this.recipe;
    const { ids, weights } = this.corpus.batch(this.random("text"), rows, length, mix);
    const targets = new Int32Array(rows * length);
    const targetWeights = new Float32Array(rows * length);
    let total = 0;
    for (let i = 0; i < rows * length; i++) {
      if ((i + 1) % length === 0) continue; // nothing follows the last token of a row
      targets[i] = ids[i + 1]!;
      targetWeights[i] = weights[i + 1]!;
      total += weights[i + 1]!;
    }
    for (let i = 0; i < targetWeights.length; i++) targetWeights[i]! /= total;
    const all = Int32Array.from([ids, ...pairs.map(({ clean }) => clean)].flatMap((part) => [...part]));
    return {
      ids: integers([all.length / length, length], all),
      targets: integers([rows * length], targets),
      targetWeights: f32([rows * length], targetWeights),
    };
  }

  private async update(phase: Phase, feeds: Parameters<Program["run"]>[0], rate: number) {
    const program = await this.program(phase);
    const result = await program.run({ ...weightFeeds(this.weights, this.parameters), ...feeds });
    const gradients = this.parameters.map(({ name }) => result[`gradient.${name}`]!.data as Float32Array);
    this.moments = adamWStep(this.weights, gradients, this.moments, rate, this.parameters, this.recipe.adamW);
    const losses: Partial<Record<LossTerm, number>> = {};
    for (const term of LOSS_TERMS) if (result[term]) losses[term] = Number(result[term].data[0]);
    return { losses, headsKept: this.keptHeads().length };
  }

  private async program(phase: Phase): Promise<Program> {
    const known = this.programs.get(phase);
    if (known) return known;
    const { rows, length, interchange } = this.recipe;
    const batch = { rows, pairs: phase === "plain" ? 0 : interchange.pairs, pos: length };
    const graph = lossGraph(this.shape, batch, interchange.weights);
    const program = await Program.compile(graph, { threads: this.options.threads, keepMemory: true });
    this.programs.set(phase, program);
    return program;
  }

  private forwardProgram(batch: number): Promise<ForwardProgram> {
    return ForwardProgram.compile(this.shape, this.weights, batch, this.recipe.length, this.options.threads);
  }

  private random(purpose: string): Random {
    return Random.seeded(this.recipe.seed, `${purpose} of step ${this.step}`);
  }
}
