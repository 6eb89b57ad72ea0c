// The products of a training step with a batch's features: entry by entry where these are few, over all features where they are not.
import type { Kernels } from "../kernels/kernels.ts";
import type { SparseRows } from "../kernels/sparse-rows.ts";
import { f32, Program } from "../runtime/ort.ts";
import { decodeStepGraph, encodeBackGraph, encodeStepGraph } from "./training-graph.ts";
import { few, type FeatureLists, type TrainingArrays, type TrainingSizes } from "./training-memory.ts";

/** Features of a batch and what they are to reconstruct. */
export interface Reconstruction {
  readonly lists: FeatureLists;
  /** Further places where the gradient is wanted. */
  readonly near?: FeatureLists | undefined;
  /** The features that columns of `lists` count; default: all. */
  readonly among?: Int32Array | undefined;
  /** "row dOut" */
  readonly target: Float32Array;
  readonly bias: Float32Array;
  /** 2 / (rows · scale of the loss) */
  readonly slope: number;
  /** "row dOut", where the gradient at the reconstruction goes. */
  readonly error: Float32Array;
}

export class TrainingProducts {
  /** Kept from step to step: fresh arrays of megabytes cost more than what is done with them. */
  private readonly aside = new Map<string, Float32Array>();

  private constructor(
    private readonly sizes: TrainingSizes,
    private readonly arrays: TrainingArrays,
    private readonly kernels: Kernels,
    private readonly programs: Readonly<Record<"encode" | "decode" | "back", Program>>,
  ) {}

  static async over(sizes: TrainingSizes, arrays: TrainingArrays, kernels: Kernels): Promise<TrainingProducts> {
    const { dIn, dSae, dOut } = sizes;
    const compile = (graph: ReturnType<typeof encodeStepGraph>) => Program.compile(graph, { keepMemory: true });
    return new TrainingProducts(sizes, arrays, kernels, {
      encode: await compile(encodeStepGraph(dIn, dSae)),
      decode: await compile(decodeStepGraph(dOut)),
      back: await compile(encodeBackGraph(dIn)),
    });
  }

  /**
   * Features of lists whose columns count `among`. Where they are few the columns become features, for products over no others.
   *
   * @returns what the columns count from now on
   */
  named(lists: FeatureLists, among: Int32Array): Int32Array | undefined {
    if (!this.areFew(lists)) return among;
    for (let i = 0; i < lists.starts.at(-1)!; i++) lists.columns[i] = among[lists.columns[i]];
    return undefined;
  }

  /** `pre` = centred W_encᵀ + b_enc. */
  async encode(centred: Float32Array, pre: Float32Array): Promise<void> {
    const { dIn, dSae } = this.sizes;
    const { wEnc, bEnc } = this.arrays.values;
    const rows = centred.length / dIn;
    await this.programs.encode.run(
      { x: f32([rows, dIn], centred), wEnc: f32([dSae, dIn], wEnc), bEnc: f32([dSae], bEnc) },
      { pre: f32([rows, dSae], pre) },
    );
  }

  /**
   * `error` = slope · (f W_dec + bias − target); error W_decᵀ as the gradient at every listed feature; fᵀ error in the gradient of
   * W_dec, whose rows of these features are 0 before.
   */
  async reconstruct(of: Reconstruction): Promise<void> {
    if (this.areFew(of.lists, of.near)) this.reconstructSparsely(of);
    else await this.reconstructDensely(of);
  }

  /** (gradient at every listed feature)ᵀ centred in the gradient of W_enc, whose rows of these features are 0 before. */
  async encodeBack({ lists, among }: Pick<Reconstruction, "lists" | "among">, centred: Float32Array): Promise<void> {
    const { dIn } = this.sizes;
    const { wEnc } = this.arrays.gradients;
    if (this.areFew(lists)) {
      this.kernels.sparseProduct(this.byFeature(lists, lists.gradients), centred, wEnc, dIn);
      return;
    }
    const rows = centred.length / dIn;
    const features = among?.length ?? this.sizes.dSae;
    const preGradient = this.arrays.f.subarray(0, rows * features);
    this.kernels.spread({ ...lists, values: lists.gradients }, preGradient, features);
    const wEncGradient = this.gradientRows(wEnc, among);
    await this.programs.back.run(
      { x: f32([rows, dIn], centred), preGradient: f32([rows, features], preGradient) },
      { wEncGradient: f32([features, dIn], wEncGradient) },
    );
    putRows(wEncGradient, wEnc, among, dIn);
  }

  async dispose(): Promise<void> {
    for (const program of Object.values(this.programs)) await program.dispose();
  }

  private areFew(...lists: readonly (FeatureLists | undefined)[]): boolean {
    return lists.every((one) => one === undefined || one.starts.at(-1)! <= few(this.sizes));
  }

  private reconstructSparsely({ lists, near, target, bias, slope, error }: Reconstruction): void {
    const { kernels } = this;
    const { dOut } = this.sizes;
    const { values, gradients, none } = this.arrays;
    error.set(target);
    kernels.scaleAndShift(error, -1, bias);
    kernels.sparseProduct(lists, values.wDec, error, dOut);
    kernels.scaleAndShift(error, slope, none);
    for (const one of near ? [lists, near] : [lists]) {
      kernels.sampledDots(one, error, values.wDec, dOut, one.gradients);
    }
    kernels.sparseProduct(this.byFeature(lists, lists.values), error, gradients.wDec, dOut);
  }

  private async reconstructDensely(of: Reconstruction): Promise<void> {
    const { lists, near, among, target, bias, slope, error } = of;
    const { dSae, dOut } = this.sizes;
    const { values, gradients, ...arrays } = this.arrays;
    const rows = error.length / dOut;
    const features = among?.length ?? dSae;
    const [f, fGradient] = [arrays.f, arrays.fGradient].map((array) => array.subarray(0, rows * features));
    this.kernels.spread(lists, f, features);
    const wDecGradient = this.gradientRows(gradients.wDec, among);
    await this.programs.decode.run(
      {
        f: f32([rows, features], f),
        y: f32([rows, dOut], target),
        wDec: f32([features, dOut], this.decoderRows(values.wDec, among)),
        bDec: f32([dOut], bias),
        slope: f32([], [slope]),
      },
      {
        error: f32([rows, dOut], error),
        wDecGradient: f32([features, dOut], wDecGradient),
        fGradient: f32([rows, features], fGradient),
      },
    );
    putRows(wDecGradient, gradients.wDec, among, dOut);
    for (const one of near ? [lists, near] : [lists]) {
      this.kernels.pick({ ...one, values: one.gradients }, fGradient, features);
    }
  }

  /** The lists with features as rows, and rows of the batch as columns. */
  private byFeature({ starts, columns }: FeatureLists, values: Float32Array): SparseRows {
    const { byFeature } = this.arrays;
    const ends = byFeature.starts.fill(0);
    const count = starts.at(-1)!;
    for (let i = 0; i < count; i++) ends[columns[i] + 1]++;
    for (let j = 1; j < ends.length; j++) ends[j] += ends[j - 1];
    const next = ends.slice();
    for (let row = 0; row + 1 < starts.length; row++) {
      for (let i = starts[row]; i < starts[row + 1]; i++) {
        const at = next[columns[i]]++;
        byFeature.columns[at] = row;
        byFeature.values[at] = values[i];
      }
    }
    return byFeature;
  }

  private decoderRows(wDec: Float32Array, among: Int32Array | undefined): Float32Array {
    if (!among) return wDec;
    const { dOut } = this.sizes;
    const rows = this.array("decoder", among.length * dOut);
    among.forEach((feature, i) => rows.set(wDec.subarray(feature * dOut, (feature + 1) * dOut), i * dOut));
    return rows;
  }

  /** Where the gradient of a matrix is computed: in its own place, or aside where it is of some rows only. */
  private gradientRows(whole: Float32Array, among: Int32Array | undefined): Float32Array {
    return among ? this.array("gradient", (whole.length / this.sizes.dSae) * among.length) : whole;
  }

  private array(name: "decoder" | "gradient", length: number): Float32Array {
    const known = this.aside.get(name);
    const array = known && known.length >= length ? known : new Float32Array(length);
    this.aside.set(name, array);
    return array.subarray(0, length);
  }
}

function putRows(rows: Float32Array, whole: Float32Array, among: Int32Array | undefined, width: number): void {
  among?.forEach((feature, i) => whole.set(rows.subarray(i * width, (i + 1) * width), feature * width));
}
