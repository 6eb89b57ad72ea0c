// Trains a dictionary: one step takes a batch of states and moves matrices, biases and thresholds by Adam.
import { adamWStep, type Moments, noMoments } from "../base/adamw.ts";
import { Random } from "../base/random.ts";
import { f32, Program } from "../runtime/ort.ts";
import { keepLargest, rowNorms } from "./sparse-dictionary.ts";
import { decodeStepGraph, encodeBackGraph, encodeStepGraph } from "./training-graph.ts";
import {
  type ActiveFeatures,
  activePlaces,
  featureGradient,
  featuresOf,
  type FeatureStep,
  type KindSettings,
  sparsityLoss,
} from "./training-kinds.ts";
import type { DictionaryWeights } from "./weights.ts";

export interface TrainerSettings extends KindSettings {
  readonly dIn: number;
  readonly dSae: number;
  /** Other than `dIn` only for transcoders. */
  readonly dOut: number;
  readonly transcodes: boolean;
  readonly steps: number;
  readonly batch: number;
  readonly rate: number;
  /** Steps over which the rate rises, and over which sparsity does. */
  readonly warmUp: number;
  readonly sparsityWarmUp: number;
  /** A feature that fired in none of so many states is dead. */
  readonly deadAfter: number;
  readonly seed: number;
}

const PARAMETERS = ["wEnc", "bEnc", "wDec", "bDec", "logThreshold"] as const;
type Parameter = (typeof PARAMETERS)[number];

/** Everything that a trainer remembers between two steps. */
export interface TrainerState {
  step: number;
  readonly values: Readonly<Record<Parameter, Float32Array>>;
  readonly moments: Record<Parameter, Moments>;
  /** By feature: states since it fired last. */
  readonly silent: Float64Array;
  /** Of batchtopk: running mean of the least value that was taken; undefined before the first step. */
  leastTaken: number | undefined;
}

export interface StepFigures {
  readonly loss: number;
  /** Of the batch: mean number of features, and 1 − Σ‖y − ŷ‖² / Σ‖y − ȳ‖². */
  readonly l0: number;
  readonly ev: number;
  readonly dead: number;
}

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxNorm: Infinity };
/** Share of the steps over which the rate falls to 0. */
const coolDown = 0.2;
/** Gao et al. 2024, arXiv:2406.04093: share of the auxiliary loss. */
const auxShare = 1 / 32;
const firstThreshold = 0.01;
const thresholdMemory = 0.99;

export class DictionaryTrainer {
  private constructor(
    readonly settings: TrainerSettings,
    readonly state: TrainerState,
    private readonly programs: Readonly<Record<"encode" | "decode" | "back", Program>>,
  ) {}

  /** @param mean of the states that are to be given, where b_dec begins. @param state where it goes on */
  static async begin(settings: TrainerSettings, mean: Float32Array, state?: TrainerState): Promise<DictionaryTrainer> {
    const { dIn, dSae, dOut } = settings;
    const compile = (graph: ReturnType<typeof encodeStepGraph>) => Program.compile(graph, { keepMemory: true });
    return new DictionaryTrainer(settings, state ?? firstState(settings, mean), {
      encode: await compile(encodeStepGraph(dIn, dSae)),
      decode: await compile(decodeStepGraph(dSae, dOut)),
      back: await compile(encodeBackGraph(dIn, dSae)),
    });
  }

  /** @param x "row dIn". @param y "row dOut", what is to be reconstructed: x itself unless it is a transcoder */
  async step(x: Float32Array, y: Float32Array): Promise<StepFigures> {
    const { settings, state } = this;
    const { dIn, dSae, dOut, kind, transcodes } = settings;
    const rows = x.length / dIn;
    const { wEnc, bEnc, wDec, bDec, logThreshold } = state.values;
    const kindNow: KindSettings = { ...settings, sparsity: settings.sparsity * this.risen(settings.sparsityWarmUp) };
    const centred = transcodes ? x : without(x, bDec);
    const encoded = await this.programs.encode.run({
      x: f32([rows, dIn], centred),
      wEnc: f32([dIn, dSae], wEnc),
      bEnc: f32([dSae], bEnc),
    });
    const at: FeatureStep = {
      rows,
      dSae,
      pre: encoded.pre.data as Float32Array,
      threshold: logThreshold.map((value) => Math.exp(value)),
      norms: rowNorms(wDec, dSae, dOut),
    };
    const active = featuresOf(kindNow, at);
    const spread = variation(y, dOut);
    // The loss of topk and batchtopk is relative to the states' variation, the others' is in their units.
    const scale = this.byCount ? spread / rows : 1;
    const main = await this.reconstruct(active.f, y, bDec, 2 / (rows * scale));
    const squared = sumOfSquares(main.error) / (2 / (rows * scale)) ** 2;
    this.remember(active.at, rows);
    const dead = this.deadFeatures();
    const slopes = featureGradient(kindNow, at, active, main.fGradient);
    const atBEnc = sumOfActiveRows(slopes.pre, active.at, dSae);
    const aux = this.byCount && dead.length > 0 ? await this.revive(at, main.error, rows, scale, dead) : undefined;
    if (aux) {
      addTo(main.wDecGradient, aux.wDecGradient);
      for (const place of aux.at) slopes.pre[place] = aux.fGradient[place];
      addTo(atBEnc, sumOfActiveRows(aux.fGradient, aux.at, dSae));
    }
    const back = await this.programs.back.run({
      x: f32([rows, dIn], centred),
      preGradient: f32([rows, dSae], slopes.pre),
    });
    const atBDec = sumOfRows(main.error, dOut);
    if (!transcodes) takeThroughEncoder(atBDec, wEnc, atBEnc);
    if (kind === "l1") alongRows(main.wDecGradient, wDec, slopes.norms, at.norms, dOut);
    if (this.unitRows) withoutOwnDirection(main.wDecGradient, wDec, dOut);
    if (kind === "batchtopk") this.noteLeast(active);
    this.move({
      wEnc: back.wEncGradient.data as Float32Array,
      bEnc: atBEnc,
      wDec: main.wDecGradient,
      bDec: atBDec,
      logThreshold: slopes.threshold.map((slope, j) => slope * at.threshold[j]),
    });
    return {
      loss: squared / (rows * scale) + sparsityLoss(kindNow, at, active) + auxShare * (aux?.loss ?? 0),
      l0: active.at.length / rows,
      ev: 1 - squared / spread,
      dead: dead.length / dSae,
    };
  }

  /** As it stands, with the features of its kind as they are used: batchtopk by a threshold for all. */
  weights(): DictionaryWeights {
    const { dIn, dSae, dOut, kind, k, transcodes } = this.settings;
    const { wEnc, bEnc, wDec, bDec, logThreshold } = this.state.values;
    const threshold =
      kind === "batchtopk"
        ? new Float32Array(dSae).fill(this.state.leastTaken ?? 0)
        : logThreshold.map((value) => Math.exp(value));
    return {
      dIn,
      dSae,
      dOut,
      wEnc: wEnc.slice(),
      bEnc: bEnc.slice(),
      wDec: wDec.slice(),
      bDec: bDec.slice(),
      selection:
        kind === "l1"
          ? { kind: "relu" }
          : kind === "topk"
            ? { kind: "topk", k, rescale: false }
            : { kind: "jumprelu", threshold },
      normalisation: "none",
      centred: !transcodes,
      transcodes,
    };
  }

  async dispose(): Promise<void> {
    for (const program of Object.values(this.programs)) await program.dispose();
  }

  /** Decoder rows are kept at length 1 where no pull on features depends on them. */
  private get unitRows(): boolean {
    return this.settings.kind !== "l1";
  }

  /** The number of features is given, so that nothing in the loss has to pull on them. */
  private get byCount(): boolean {
    return this.settings.kind === "topk" || this.settings.kind === "batchtopk";
  }

  private risen(steps: number): number {
    return steps > 0 ? Math.min(1, (this.state.step + 1) / steps) : 1;
  }

  private async reconstruct(f: Float32Array, y: Float32Array, bDec: Float32Array, slope: number) {
    const { dSae, dOut } = this.settings;
    const rows = f.length / dSae;
    const out = await this.programs.decode.run({
      f: f32([rows, dSae], f),
      y: f32([rows, dOut], y),
      wDec: f32([dSae, dOut], this.state.values.wDec),
      bDec: f32([dOut], bDec),
      slope: f32([], [slope]),
    });
    const data = (name: string) => out[name].data as Float32Array;
    return { error: data("error"), wDecGradient: data("wDecGradient"), fGradient: data("fGradient") };
  }

  /** Those that fired in none of the last states. */
  private deadFeatures(): Int32Array {
    const { silent } = this.state;
    return Int32Array.from(silent.keys()).filter((j) => silent[j] > this.settings.deadAfter);
  }

  /** Dead features try to explain what the living ones leave: the largest of them, as many as half the width. */
  private async revive(at: FeatureStep, error: Float32Array, rows: number, scale: number, dead: Int32Array) {
    const { dSae, dIn, dOut } = this.settings;
    const f = new Float32Array(at.pre.length);
    const k = Math.min(dead.length, Math.max(1, Math.floor(dIn / 2)));
    const own = new Float32Array(dead.length);
    for (let row = 0; row < rows; row++) {
      for (let d = 0; d < dead.length; d++) own[d] = at.pre[row * dSae + dead[d]];
      keepLargest(own, k);
      for (let d = 0; d < dead.length; d++) f[row * dSae + dead[d]] = own[d];
    }
    const slope = 2 / (rows * scale);
    const left = error.map((value) => -value / slope);
    const found = await this.reconstruct(f, left, new Float32Array(dOut), slope * auxShare);
    const loss = sumOfSquares(found.error) / (slope * auxShare) ** 2 / (rows * scale);
    return { ...found, at: activePlaces(f), loss };
  }

  private remember(active: Int32Array, rows: number): void {
    const { silent } = this.state;
    for (let j = 0; j < silent.length; j++) silent[j] += rows;
    for (const place of active) silent[place % silent.length] = 0;
  }

  private noteLeast({ f, at }: ActiveFeatures): void {
    let least = Infinity;
    for (const place of at) if (f[place] < least) least = f[place];
    if (least === Infinity) return;
    const { leastTaken = least } = this.state;
    this.state.leastTaken = thresholdMemory * leastTaken + (1 - thresholdMemory) * least;
  }

  private move(gradients: Readonly<Record<Parameter, Float32Array>>): void {
    const { state, settings } = this;
    const { steps, rate } = settings;
    const left = Math.min(1, (steps - state.step) / (coolDown * steps));
    const now = rate * this.risen(settings.warmUp) * left;
    for (const name of PARAMETERS) {
      if (name === "logThreshold" && settings.kind !== "jumprelu") continue;
      const whole = [{ offset: 0, decayed: false }];
      state.moments[name] = adamWStep(state.values[name], [gradients[name]], state.moments[name], now, whole, adam);
    }
    if (this.unitRows) toUnitRows(state.values.wDec, settings.dOut);
    state.step++;
  }
}

/** Decoder rows in random directions, the encoder their transpose; of length 1, or .1 where lengths are free. */
function firstState({ dIn, dSae, dOut, kind, transcodes, seed }: TrainerSettings, mean: Float32Array): TrainerState {
  const random = Random.seeded(seed, "dictionary");
  const wDec = Float32Array.from({ length: dSae * dOut }, () => random.normal());
  toUnitRows(wDec, dOut);
  const wEnc = new Float32Array(dIn * dSae);
  if (transcodes) for (let i = 0; i < wEnc.length; i++) wEnc[i] = random.normal() / Math.sqrt(dIn);
  const length = kind === "l1" ? 0.1 : 1;
  for (let i = 0; i < wDec.length; i++) wDec[i] *= length;
  if (!transcodes) for (let j = 0; j < dSae; j++) for (let i = 0; i < dIn; i++) wEnc[i * dSae + j] = wDec[j * dOut + i];
  const values = {
    wEnc,
    bEnc: new Float32Array(dSae),
    wDec,
    bDec: mean.slice(),
    logThreshold: new Float32Array(dSae).fill(Math.log(firstThreshold)),
  };
  const moments = Object.fromEntries(PARAMETERS.map((name) => [name, noMoments(values[name].length)]));
  return {
    step: 0,
    values,
    moments: moments as Record<Parameter, Moments>,
    silent: new Float64Array(dSae),
    leastTaken: undefined,
  };
}

function without(x: Float32Array, b: Float32Array): Float32Array {
  const out = x.slice();
  for (let at = 0, i = 0; at < out.length; at++, i = i + 1 === b.length ? 0 : i + 1) out[at] -= b[i];
  return out;
}

/** Σ ‖y − ȳ‖² over rows. */
function variation(y: Float32Array, width: number): number {
  const rows = y.length / width;
  const sums = new Float64Array(width);
  let squares = 0;
  for (let at = 0, i = 0; at < y.length; at++, i = i + 1 === width ? 0 : i + 1) {
    sums[i] += y[at];
    squares += y[at] * y[at];
  }
  return squares - sums.reduce((sum, s) => sum + s * s, 0) / rows;
}

/** Of "row width". */
function sumOfRows(values: Float32Array, width: number): Float32Array {
  const sums = new Float32Array(width);
  for (let at = 0, i = 0; at < values.length; at++, i = i + 1 === width ? 0 : i + 1) sums[i] += values[at];
  return sums;
}

/** Likewise, where only these places are not 0. */
function sumOfActiveRows(values: Float32Array, places: Int32Array, width: number): Float32Array {
  const sums = new Float32Array(width);
  for (const place of places) sums[place % width] += values[place];
  return sums;
}

/** b_dec is subtracted before the encoder, so that its gradient loses W_enc · (gradient at b_enc). */
function takeThroughEncoder(atBDec: Float32Array, wEnc: Float32Array, atBEnc: Float32Array): void {
  const dSae = atBEnc.length;
  for (let i = 0; i < atBDec.length; i++) {
    let sum = 0;
    for (let j = 0, at = i * dSae; j < dSae; j++, at++) sum += wEnc[at] * atBEnc[j];
    atBDec[i] -= sum;
  }
}

/** The gradient of a row's norm points along the row. */
function alongRows(g: Float32Array, w: Float32Array, slopes: Float32Array, norms: Float32Array, width: number): void {
  for (let at = 0; at < g.length; at++) {
    const j = Math.floor(at / width);
    if (norms[j] > 0) g[at] += (slopes[j] * w[at]) / norms[j];
  }
}

function withoutOwnDirection(g: Float32Array, w: Float32Array, width: number): void {
  for (let start = 0; start < g.length; start += width) {
    let along = 0;
    for (let at = start; at < start + width; at++) along += g[at] * w[at];
    for (let at = start; at < start + width; at++) g[at] -= along * w[at];
  }
}

function toUnitRows(w: Float32Array, width: number): void {
  for (let start = 0; start < w.length; start += width) {
    let squares = 0;
    for (let at = start; at < start + width; at++) squares += w[at] * w[at];
    const norm = Math.sqrt(squares);
    if (norm > 0) for (let at = start; at < start + width; at++) w[at] /= norm;
  }
}

function addTo(sum: Float32Array, more: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += more[i];
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}

/** Every array of a state, in a fixed order, to be written or filled. */
export function arraysOf({ values, moments, silent }: TrainerState): (Float32Array | Float64Array)[] {
  const own = PARAMETERS.flatMap((name) => [values[name], moments[name].first, moments[name].second]);
  return [...own, silent];
}

/** A state whose arrays are still to be filled. */
export function stateOf(
  settings: TrainerSettings,
  { step, updates, leastTaken }: { readonly step: number; readonly updates: number; readonly leastTaken?: number },
): TrainerState {
  const { dIn, dSae, dOut } = settings;
  const sizes = { wEnc: dIn * dSae, bEnc: dSae, wDec: dSae * dOut, bDec: dOut, logThreshold: dSae };
  const each = <T>(make: (size: number) => T) =>
    Object.fromEntries(PARAMETERS.map((name) => [name, make(sizes[name])])) as Record<Parameter, T>;
  return {
    step,
    values: each((size) => new Float32Array(size)),
    moments: each((size) => ({ ...noMoments(size), updates })),
    silent: new Float64Array(dSae),
    leastTaken,
  };
}
