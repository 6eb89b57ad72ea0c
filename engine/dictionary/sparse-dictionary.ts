// A dictionary at work: features of states, and states of features, with the gradients of both.
import type { Dictionary } from "../activations/dictionary.ts";
import type { Reals } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { Graph } from "../onnx/graph.ts";
import { add, matMul } from "../onnx/ops.ts";
import { f32, Program } from "../runtime/ort.ts";
import type { DictionaryWeights } from "./weights.ts";

/** Rows that go through the encoder's product together. */
const rowsAtOnce = 4096;
const epsilon = 1e-5;

/** What normalising took from a state: x ≈ y · scale + shift. */
interface Normalised {
  readonly values: Float32Array;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/**
 * y = normalised x, without b_dec where the dictionary is centred; u = y W_enc + b_enc; f by the selection (relu, topk, jumprelu,
 * gated); x̂ = f W_dec + b_dec, multiplied back, for transcoders plus x W_skip instead. Float32, as the libraries compute.
 */
export class SparseDictionary implements Dictionary {
  private program: Promise<Program> | undefined;
  private readonly decoderNorms: Float32Array | undefined;

  constructor(readonly weights: DictionaryWeights) {
    const { selection, wDec, dSae, dOut } = weights;
    this.decoderNorms = selection.kind === "topk" && selection.rescale ? rowNorms(wDec, dSae, dOut) : undefined;
  }

  get width(): number {
    return this.weights.dIn;
  }

  get features(): number {
    return this.weights.dSae;
  }

  /** "row dIn" → "row dSae" */
  async encode(states: Reals): Promise<Float32Array> {
    const { dIn, dSae } = this.weights;
    const rows = states.length / dIn;
    const features = new Float32Array(rows * dSae);
    for (let first = 0; first < rows; first += rowsAtOnce) {
      const part = states.subarray(first * dIn, (first + rowsAtOnce) * dIn);
      features.set(await this.before(part), first * dSae);
    }
    for (let row = 0; row < rows; row++) this.select(features.subarray(row * dSae, (row + 1) * dSae));
    return features;
  }

  /** "row dSae" → "row dOut". @param states the features' own, "row dIn": what normalised inputs are multiplied back by */
  decode(features: Reals, states: Reals): Float32Array {
    const { dIn, dSae, dOut, wDec, bDec, wSkip, normalisation, transcodes } = this.weights;
    const rows = features.length / dSae;
    const decoded = new Float32Array(rows * dOut);
    const back = normalisation === "none" || transcodes ? undefined : this.normalised(states);
    const sum = new Float64Array(dOut);
    for (let row = 0; row < rows; row++) {
      sum.set(bDec);
      for (let j = 0; j < dSae; j++) {
        let f = features[row * dSae + j];
        if (f === 0) continue;
        if (this.decoderNorms) f /= this.decoderNorms[j];
        for (let i = 0, at = j * dOut; i < dOut; i++, at++) sum[i] += f * wDec[at];
      }
      if (back) for (let i = 0; i < dOut; i++) sum[i] = sum[i] * back.scale[row] + back.shift[row];
      if (wSkip) {
        for (let k = 0; k < dIn; k++) {
          const x = states[row * dIn + k];
          for (let i = 0, at = k * dOut; i < dOut; i++, at++) sum[i] += x * wSkip[at];
        }
      }
      decoded.set(sum, row * dOut);
    }
    return decoded;
  }

  /** @throws EngineError "unsupported" for normalised inputs, whose scale would have a gradient too */
  async encodeGradient(states: Reals, cotangent: Reals): Promise<Float64Array> {
    this.requirePlain();
    const { dIn, dSae, wEnc, selection } = this.weights;
    const features = await this.encode(states);
    const gradient = new Float64Array(states.length);
    for (let row = 0; row < states.length / dIn; row++) {
      for (let j = 0; j < dSae; j++) {
        const at = row * dSae + j;
        if (features[at] === 0 || cotangent[at] === 0) continue;
        const stretch = selection.kind === "gated" ? Math.exp(selection.rMag[j]) : (this.decoderNorms?.[j] ?? 1);
        const slope = cotangent[at] * stretch;
        for (let i = 0; i < dIn; i++) gradient[row * dIn + i] += slope * wEnc[i * dSae + j];
      }
    }
    return gradient;
  }

  decodeGradient(cotangent: Reals): Float64Array {
    this.requirePlain();
    const { dSae, dOut, wDec } = this.weights;
    const rows = cotangent.length / dOut;
    const gradient = new Float64Array(rows * dSae);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < dSae; j++) {
        let sum = 0;
        for (let i = 0; i < dOut; i++) sum += cotangent[row * dOut + i] * wDec[j * dOut + i];
        gradient[row * dSae + j] = sum / (this.decoderNorms?.[j] ?? 1);
      }
    }
    return gradient;
  }

  /** What a feature of 1 adds to the decoded state. */
  direction(feature: number): Float32Array {
    const { dOut, wDec } = this.weights;
    return wDec.subarray(feature * dOut, (feature + 1) * dOut);
  }

  async dispose(): Promise<void> {
    await (await this.program)?.dispose();
    this.program = undefined;
  }

  private requirePlain(): void {
    const { normalisation } = this.weights;
    if (normalisation === "none") return;
    throw new EngineError(
      "unsupported",
      say`Gradients through a dictionary whose inputs are normalised (${normalisation}) are not supported; take one without.`,
    );
  }

  /** y W_enc + b_enc */
  private async before(states: Reals): Promise<Float32Array> {
    const { dIn, bDec, centred } = this.weights;
    const { values } = this.normalised(states);
    if (centred) for (let at = 0; at < values.length; at++) values[at] -= bDec[at % dIn];
    this.program ??= Program.compile(encoderGraph(this.weights));
    const program = await this.program;
    const { pre } = await program.run({ y: f32([values.length / dIn, dIn], values) });
    return pre.data as Float32Array;
  }

  /** A copy, normalised. */
  private normalised(states: Reals): Normalised {
    const { dIn, normalisation } = this.weights;
    const values = Float32Array.from(states);
    const rows = values.length / dIn;
    const scale = new Float64Array(rows).fill(1);
    const shift = new Float64Array(rows);
    if (normalisation === "none") return { values, scale, shift };
    for (let row = 0; row < rows; row++) {
      const own = values.subarray(row * dIn, (row + 1) * dIn);
      if (normalisation === "layer-norm") {
        shift[row] = own.reduce((sum, x) => sum + x, 0) / dIn;
        scale[row] = Math.sqrt(own.reduce((sum, x) => sum + (x - shift[row]) ** 2, 0) / (dIn - 1));
        for (let i = 0; i < dIn; i++) own[i] = (own[i] - shift[row]) / (scale[row] + epsilon);
      } else {
        scale[row] = Math.sqrt(own.reduce((sum, x) => sum + x * x, 0) / dIn);
        for (let i = 0; i < dIn; i++) own[i] /= scale[row];
      }
    }
    return { values, scale, shift };
  }

  /** Makes features of the values before them, in place. */
  private select(row: Float32Array): void {
    const { selection } = this.weights;
    switch (selection.kind) {
      case "relu":
        for (let j = 0; j < row.length; j++) if (!(row[j] > 0)) row[j] = 0;
        return;
      case "jumprelu":
        for (let j = 0; j < row.length; j++) if (!(row[j] > selection.threshold[j] && row[j] > 0)) row[j] = 0;
        return;
      case "gated": {
        const { rMag, bMag } = selection;
        const { bEnc } = this.weights;
        for (let j = 0; j < row.length; j++) {
          const magnitude = (row[j] - bEnc[j]) * Math.exp(rMag[j]) + bMag[j];
          row[j] = row[j] > 0 && magnitude > 0 ? magnitude : 0;
        }
        return;
      }
      case "topk":
        if (this.decoderNorms) for (let j = 0; j < row.length; j++) row[j] *= this.decoderNorms[j];
        keepLargest(row, selection.k);
        return;
      default:
        selection satisfies never;
    }
  }
}

/** Sets all but the k largest to 0, and those of them that are not above 0; of equals the first ones stay, and NaN never does. */
function keepLargest(row: Float32Array, k: number): void {
  const least = k < row.length ? kthLargest(row, k) : -Infinity;
  const floor = Math.max(least, 0);
  let above = 0;
  for (let j = 0; j < row.length; j++) if (row[j] > least) above++;
  let equals = k - above;
  for (let j = 0; j < row.length; j++) {
    if (row[j] > floor) continue;
    if (row[j] === least && least > 0 && equals-- > 0) continue;
    row[j] = 0;
  }
}

/** By a heap of the k largest met so far, its least on top. */
function kthLargest(row: Float32Array, k: number): number {
  const heap = new Float32Array(k).fill(-Infinity);
  let least = -Infinity;
  for (const value of row) {
    if (!(value > least)) continue;
    let at = 0;
    for (let child = 1; child < k; child = 2 * at + 1) {
      if (child + 1 < k && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= value) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = value;
    least = heap[0];
  }
  return least;
}

/** `y` "row dIn" → `pre` "row dSae". */
function encoderGraph({ dIn, dSae, wEnc, bEnc }: DictionaryWeights): Graph {
  const graph = new Graph("dictionary-encoder");
  const y = graph.input("y", "float32", ["row", dIn]);
  const W = graph.constant(wEnc, "float32", [dIn, dSae]);
  graph.output("pre", add(matMul(y, W), graph.constant(bEnc, "float32", [dSae])));
  return graph;
}

export function rowNorms(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) sum += matrix[i] ** 2;
    return Math.sqrt(sum);
  });
}
