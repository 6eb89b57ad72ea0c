// Trains a dictionary: one step takes a batch of states and moves matrices, biases and thresholds by Adam.
import { assertInternal } from "../base/errors.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { byCount, type KindSettings, selectFeatures, sparsityLoss, thresholdGradient } from "./training-kinds.ts";
import {
  type FeatureLists,
  PARAMETERS,
  revivedAtOnce,
  type TrainingArrays,
  trainingMemory,
  type TrainingSizes,
} from "./training-memory.ts";
import { TrainingProducts } from "./training-products.ts";
import { firstState, into, type TrainerState } from "./training-state.ts";
import type { DictionaryWeights } from "./weights.ts";

export interface TrainerSettings extends TrainingSizes {
  readonly transcodes: boolean;
  readonly steps: number;
  readonly rate: number;
  /** Steps over which the rate rises, and over which sparsity does. */
  readonly warmUp: number;
  readonly sparsityWarmUp: number;
  /** A feature that fired in none of so many states is dead. */
  readonly deadAfter: number;
  readonly seed: number;
}

export interface StepFigures {
  readonly loss: number;
  /** Of the batch: mean number of features, and 1 − Σ‖y − ŷ‖² / Σ‖y − ȳ‖². */
  readonly l0: number;
  readonly ev: number;
  readonly dead: number;
}

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** Share of the steps over which the rate falls to 0. */
const coolDown = 0.2;
/** Gao et al. 2024, arXiv:2406.04093: share of the auxiliary loss. */
const auxShare = 1 / 32;
const thresholdMemory = 0.99;

export class DictionaryTrainer {
  private constructor(
    readonly settings: TrainerSettings,
    readonly state: TrainerState,
    private readonly arrays: TrainingArrays,
    private readonly kernels: Kernels,
    private readonly products: TrainingProducts,
  ) {}

  /**
   * @param mean of the states that are to be given, where b_dec begins. @param state where it goes on
   * @throws EngineError "usage" where it needs more memory than there can be
   */
  static async begin(settings: TrainerSettings, mean: Float32Array, state?: TrainerState): Promise<DictionaryTrainer> {
    const { kernels, arrays } = trainingMemory(settings);
    const own = into(arrays, state ?? firstState(settings, mean));
    const products = await TrainingProducts.over(settings, arrays, kernels);
    return new DictionaryTrainer(settings, own, arrays, kernels, products);
  }

  /** @param x "row dIn", at most a batch. @param y "row dOut", what is to be reconstructed: x itself unless it is a transcoder */
  async step(x: Float32Array, y: Float32Array): Promise<StepFigures> {
    const { settings, kernels, products } = this;
    const { dIn, dOut, kind, transcodes } = settings;
    const rows = x.length / dIn;
    const batch = this.batch(rows);
    const { values, gradients, centred, pre, error, active, near, norms, strength } = batch;
    const kindNow: KindSettings = { ...settings, sparsity: settings.sparsity * this.risen(settings.sparsityWarmUp) };
    this.centre(x, batch);
    await products.encode(centred, pre);
    const threshold = values.logThreshold.map((value) => Math.exp(value));
    if (kind === "l1") kernels.rowNorms(values.wDec, norms);
    const count = selectFeatures(kindNow, { rows, pre, threshold }, batch, kernels);
    for (const name of PARAMETERS) gradients[name].fill(0);
    const spread = variation(y, dOut);
    // The loss of topk and batchtopk is relative to the states' variation, the others' is in their units.
    const slope = 2 / (byCount(kind) ? spread : rows);
    await products.reconstruct({ lists: active, near, target: y, bias: values.bDec, slope, error });
    const squared = kernels.sumOfSquares(error) / slope ** 2;
    kernels.addToColumns(active, count, strength.fill(0));
    this.remember(strength, rows);
    const dead = this.deadFeatures();
    if (kind === "l1") this.pullTowardsFew(batch, kindNow.sparsity / rows, count);
    await products.encodeBack({ lists: active }, centred);
    kernels.addToColumns({ ...active, values: active.gradients }, count, gradients.bEnc);
    const left = byCount(kind) && dead.length > 0 ? await this.revive(batch, slope, dead) : 0;
    kernels.addRows(error, gradients.bDec);
    if (!transcodes) this.takeThroughEncoder();
    if (this.unitRows) kernels.withoutOwnDirection(gradients.wDec, values.wDec, dOut);
    if (kind === "batchtopk") this.noteLeast(active, count);
    if (near) gradients.logThreshold.set(thresholdGradient(kindNow, rows, near, threshold));
    const loss = (squared * slope) / 2 + sparsityLoss(kindNow, rows, count, batch) + auxShare * left;
    this.move();
    return { loss, l0: count / rows, ev: 1 - squared / spread, dead: dead.length / settings.dSae };
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
      wEnc: transposed(wEnc, dSae, dIn),
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
    await this.products.dispose();
  }

  /** Decoder rows are kept at length 1 where no pull on features depends on them. */
  private get unitRows(): boolean {
    return this.settings.kind !== "l1";
  }

  private risen(steps: number): number {
    return steps > 0 ? Math.min(1, (this.state.step + 1) / steps) : 1;
  }

  /** The arrays as far as a batch of so many rows fills them. */
  private batch(rows: number): TrainingArrays {
    const { dIn, dSae, dOut, batch } = this.settings;
    assertInternal(rows <= batch, "a step of more states than a batch");
    const { pre, centred, error, active, near, revival } = this.arrays;
    const lists = (of: FeatureLists) => ({ ...of, starts: of.starts.subarray(0, rows + 1) });
    return {
      ...this.arrays,
      pre: pre.subarray(0, rows * dSae),
      centred: centred.subarray(0, rows * dIn),
      error: error.subarray(0, rows * dOut),
      active: lists(active),
      near: near && lists(near),
      revival: revival && {
        lists: lists(revival.lists),
        target: revival.target.subarray(0, rows * dOut),
        error: revival.error.subarray(0, rows * dOut),
      },
    };
  }

  /** Those that fired in none of the last states. */
  private deadFeatures(): Int32Array {
    const { silent } = this.state;
    return Int32Array.from(silent.keys()).filter((j) => silent[j] > this.settings.deadAfter);
  }

  /**
   * Dead features try to explain what the living ones leave: the largest of them, as many as half the width. Adds to the gradients of
   * W_enc, b_enc and W_dec, whose rows of dead features are 0 before.
   *
   * @param slope of the living ones' loss. @returns the loss of what dead features leave
   */
  private async revive(batch: TrainingArrays, slope: number, dead: Int32Array): Promise<number> {
    const { products, kernels } = this;
    const { pre, error, centred, heap, gradients, revival, none } = batch;
    const { lists, target, error: leftOver } = revival!;
    const k = Math.min(dead.length, revivedAtOnce(this.settings));
    // Nobody asks for the living ones' values any more.
    const own = keepColumns(pre, this.settings.dSae, dead);
    const count = kernels.takeLargest(own, dead.length, { k, together: 1, heap }, lists);
    const among = products.named(lists, dead);
    target.set(error);
    kernels.scaleAndShift(target, -1 / slope, none);
    await products.reconstruct({ lists, among, target, bias: none, slope: slope * auxShare, error: leftOver });
    await products.encodeBack({ lists, among }, centred);
    for (let i = 0; i < count; i++)
      gradients.bEnc[among ? among[lists.columns[i]] : lists.columns[i]] += lists.gradients[i];
    return ((kernels.sumOfSquares(leftOver) / (slope * auxShare) ** 2) * slope) / 2;
  }

  /** x, without b_dec where the encoder's inputs are centred. */
  private centre(x: Float32Array, { centred, values, negative }: TrainingArrays): void {
    centred.set(x);
    if (this.settings.transcodes) return;
    for (let i = 0; i < negative.length; i++) negative[i] = -values.bDec[i];
    this.kernels.scaleAndShift(centred, 1, negative);
  }

  /** b_dec is subtracted before the encoder, so that its gradient loses (gradient at b_enc) · W_enc. */
  private takeThroughEncoder(): void {
    const { whole, gradients, values } = this.arrays;
    const { dSae, dIn } = this.settings;
    whole.starts[1] = dSae;
    for (let j = 0; j < dSae; j++) {
      whole.columns[j] = j;
      whole.values[j] = -gradients.bEnc[j];
    }
    this.kernels.sparseProduct(whole, values.wEnc, gradients.bDec, dIn);
  }

  /** l1, λ Σ f ‖W_dec‖: share · ‖W_dec‖ at every feature that fires, and share · Σ f at the norms, whose gradient points along the rows. */
  private pullTowardsFew(batch: TrainingArrays, share: number, count: number): void {
    const { active, diagonal, norms, strength, low, gradients, values } = batch;
    for (let j = 0; j < norms.length; j++) {
      low[j] = share * norms[j];
      diagonal.starts[j + 1] = j + 1;
      diagonal.columns[j] = j;
      diagonal.values[j] = norms[j] > 0 ? (share * strength[j]) / norms[j] : 0;
    }
    this.kernels.addOfColumns({ ...active, values: active.gradients }, count, low);
    this.kernels.sparseProduct(diagonal, values.wDec, gradients.wDec, this.settings.dOut);
  }

  private remember(strength: Float32Array, rows: number): void {
    const { silent } = this.state;
    for (let j = 0; j < silent.length; j++) silent[j] = strength[j] > 0 ? 0 : silent[j] + rows;
  }

  private noteLeast({ values }: FeatureLists, count: number): void {
    if (count === 0) return;
    const least = values.subarray(0, count).reduce((a, b) => Math.min(a, b));
    const { leastTaken = least } = this.state;
    this.state.leastTaken = thresholdMemory * leastTaken + (1 - thresholdMemory) * least;
  }

  private move(): void {
    const { state, settings, kernels, arrays } = this;
    const { steps, rate } = settings;
    const left = Math.min(1, (steps - state.step) / (coolDown * steps));
    const now = rate * this.risen(settings.warmUp) * left;
    for (const name of PARAMETERS) {
      if (name === "logThreshold" && settings.kind !== "jumprelu") continue;
      state.moments[name] = kernels.adam(state.values[name], arrays.gradients[name], state.moments[name], now, adam);
    }
    if (this.unitRows) kernels.toUnitRows(state.values.wDec, settings.dOut);
    state.step++;
  }
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

/** These columns, ascending, of `matrix` "row width", moved together at its beginning. */
function keepColumns(matrix: Float32Array, width: number, columns: Int32Array): Float32Array {
  let next = 0;
  for (let start = 0; start < matrix.length; start += width) {
    for (let i = 0; i < columns.length; i++) matrix[next++] = matrix[start + columns[i]];
  }
  return matrix.subarray(0, next);
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) out[column * rows + row] = matrix[at];
  }
  return out;
}
