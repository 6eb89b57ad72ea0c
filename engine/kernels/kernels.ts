// Kernels in WebAssembly over arrays that lie in one memory: what ONNX Runtime has no op for and JavaScript does four times as slowly.
import { type AdamWOptions, type Moments } from "../base/adamw.ts";
import { assertInternal, EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { MODULE } from "./module.ts";
import type { SparseRows } from "./sparse-rows.ts";

/** Of WebAssembly what is used here; its types stand in the library of browsers, which Node's programs do without. */
interface Platform {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
const { Memory, Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Platform }).WebAssembly;

type Kernel = (...numbers: number[]) => number;
/** What the module gives out: `assembly/index.ts`. */
type Name =
  | "adam"
  | "addRows"
  | "rowNorms"
  | "scaleAndShift"
  | "sumOfSquares"
  | "toUnitRows"
  | "withoutOwnDirection"
  | "takeLargest"
  | "takeWithin"
  | "addOfColumns"
  | "addToColumns"
  | "pick"
  | "spread"
  | "sampledDots"
  | "sparseProduct";
type Exports = Readonly<Record<Name, Kernel>>;

const pageBytes = 65_536;
const mostPages = 65_536;
/** Arrays begin at multiples of so many bytes. */
const alignment = 64;

/** Gives out arrays of a memory, full of zeros. */
export interface Lay {
  readonly floats: (length: number) => Float32Array;
  readonly ints: (length: number) => Int32Array;
}

type Entries = Pick<SparseRows, "columns" | "values">;

let compiled: object | undefined;

export class Kernels {
  private constructor(
    private readonly memory: ArrayBuffer,
    private readonly exports: Exports,
  ) {}

  /**
   * A memory for what `plan` asks for, and the kernels over it. It never grows: views of it stay what they are.
   *
   * @param plan is called twice, to count and to give out, and asks for the same both times
   * @throws EngineError "usage" where it would be more than 4 GB, which is all that a memory can have, or than the machine gives
   */
  static over<T>(plan: (lay: Lay) => T): { readonly kernels: Kernels; readonly arrays: T } {
    const memory = memoryOf(Kernels.bytesOf(plan));
    const { buffer } = memory;
    let end = 0;
    const take = (length: number) => {
      const at = end;
      end += bytesFor(length);
      return at;
    };
    const arrays = plan({
      floats: (length) => new Float32Array(buffer, take(length), length),
      ints: (length) => new Int32Array(buffer, take(length), length),
    });
    compiled ??= new Module(Buffer.from(MODULE, "base64"));
    const { exports } = new Instance(compiled, { env: { memory } });
    return { kernels: new Kernels(buffer, exports as Exports), arrays };
  }

  /**
   * Bytes that a plan asks for.
   *
   * @throws EngineError "usage" where they are more than 4 GB
   */
  static bytesOf(plan: (lay: Lay) => unknown): number {
    let bytes = 0;
    plan({
      floats: (length) => ((bytes += bytesFor(length)), new Float32Array(0)),
      ints: (length) => ((bytes += bytesFor(length)), new Int32Array(0)),
    });
    if (bytes > mostPages * pageBytes) throw tooMuch(bytes);
    return bytes;
  }

  /**
   * One update of `weights` and of the moments, in place: `adamWStep` without decay and without a limit of the norm, to the same bits.
   *
   * @returns the moments with one more update counted
   */
  adam(
    weights: Float32Array,
    gradient: Float32Array,
    { first, second, updates }: Moments,
    rate: number,
    { beta1, beta2, epsilon }: Pick<AdamWOptions, "beta1" | "beta2" | "epsilon">,
  ): Moments {
    const { length } = weights;
    assertInternal(
      [gradient, first, second].every((array) => array.length === length),
      "arrays of Adam differ",
    );
    const size = rate / (1 - beta1 ** (updates + 1));
    const correction = 1 / Math.sqrt(1 - beta2 ** (updates + 1));
    const at = [weights, gradient, first, second].map((array) => this.address(array));
    this.exports.adam(...at, length, size, correction, beta1, beta2, epsilon);
    return { first, second, updates: updates + 1 };
  }

  /** Writes ‖row‖ of `matrix` "row width"; sums in float64. */
  rowNorms(matrix: Float32Array, norms: Float32Array): void {
    const width = otherAxis(matrix, norms.length);
    this.exports.rowNorms(this.address(matrix), norms.length, width, this.address(norms));
  }

  /** Every row of `matrix` "row width" of length 1, in place; a row of zeros stays. */
  toUnitRows(matrix: Float32Array, width: number): void {
    this.exports.toUnitRows(this.address(matrix), otherAxis(matrix, width), width);
  }

  /** Takes out of every row of `gradient` "row width" its part along the same row of `matrix`, whose rows are of length 1. */
  withoutOwnDirection(gradient: Float32Array, matrix: Float32Array, width: number): void {
    assertInternal(gradient.length === matrix.length, "a gradient of another size");
    this.exports.withoutOwnDirection(
      ...[this.address(gradient), this.address(matrix), otherAxis(matrix, width), width],
    );
  }

  /** Every row of `matrix` "row width" times `factor` plus `shift`, in place. */
  scaleAndShift(matrix: Float32Array, factor: number, shift: Float32Array): void {
    const { length } = shift;
    this.exports.scaleAndShift(this.address(matrix), otherAxis(matrix, length), length, factor, this.address(shift));
  }

  /** Adds every row of `matrix` "row width" to `sums`. */
  addRows(matrix: Float32Array, sums: Float32Array): void {
    const { length } = sums;
    this.exports.addRows(this.address(matrix), otherAxis(matrix, length), length, this.address(sums));
  }

  /** Σ value², in float64. */
  sumOfSquares(values: Float32Array): number {
    return this.exports.sumOfSquares(this.address(values), values.length);
  }

  /**
   * The k largest of every `together` rows of `matrix` "row width", of them those above 0; of equals the first ones, and NaN never.
   *
   * @param heap room for k numbers. @param out room for k numbers every `together` rows. @returns how many were chosen
   */
  takeLargest(
    matrix: Float32Array,
    width: number,
    { k, together, heap }: { readonly k: number; readonly together: number; readonly heap: Float32Array },
    out: SparseRows,
  ): number {
    const rows = otherAxis(matrix, width);
    const own = Math.min(k, together * width);
    assertInternal(rows % together === 0 && heap.length >= own, "rows that share k are not whole, or no heap");
    assertRoom(out, rows, own * (rows / together));
    return this.exports.takeLargest(
      ...[this.address(matrix), rows, width, own, together, this.address(heap), ...this.addresses(out)],
    );
  }

  /**
   * What lies above `low` and not above `high` of its column in `matrix` "row width"; NaN never.
   *
   * @param out room for the whole matrix. @returns how many were chosen
   */
  takeWithin(matrix: Float32Array, low: Float32Array, high: Float32Array, out: SparseRows): number {
    const width = low.length;
    const rows = otherAxis(matrix, width);
    assertInternal(high.length === width, "bounds of different widths");
    assertRoom(out, rows, matrix.length);
    return this.exports.takeWithin(
      ...[this.address(matrix), rows, width, this.address(low), this.address(high), ...this.addresses(out)],
    );
  }

  /** Writes the listed entries into `whole` "row width", and 0 everywhere else. */
  spread(entries: SparseRows, whole: Float32Array, width: number): void {
    const rows = otherAxis(whole, width);
    assertInternal(entries.starts.length > rows, "fewer lists than rows");
    this.exports.spread(...this.addresses(entries), rows, width, this.address(whole));
  }

  /** Reads values from `whole` "row width" where there are entries. */
  pick(entries: SparseRows, whole: Float32Array, width: number): void {
    const rows = otherAxis(whole, width);
    assertInternal(entries.starts.length > rows, "fewer lists than rows");
    this.exports.pick(...this.addresses(entries), rows, width, this.address(whole));
  }

  /** Adds each of the first `count` values to the sum of its column. */
  addToColumns({ columns, values }: Entries, count: number, sums: Float32Array): void {
    this.exports.addToColumns(this.address(columns), this.address(values), count, this.address(sums));
  }

  /** Adds to each of the first `count` values the number of its column. */
  addOfColumns({ columns, values }: Entries, count: number, numbers: Float32Array): void {
    this.exports.addOfColumns(this.address(columns), this.address(values), count, this.address(numbers));
  }

  /** Adds `left` "row column" · `right` "column width" to `out` "row width", in float32, entry by entry. */
  sparseProduct(left: SparseRows, right: Float32Array, out: Float32Array, width: number): void {
    const rows = otherAxis(out, width);
    assertInternal(left.starts.length > rows, "fewer rows than there are results");
    const [starts, columns, values] = this.addresses(left);
    this.exports.sparseProduct(starts, columns, values, rows, this.address(right), width, this.address(out));
  }

  /** Writes `left` "row width" · `right`ᵀ, `right` "column width", where `at` has entries. */
  sampledDots(
    at: Pick<SparseRows, "starts" | "columns">,
    left: Float32Array,
    right: Float32Array,
    width: number,
    out: Float32Array,
  ): void {
    const rows = otherAxis(left, width);
    assertInternal(at.starts.length > rows && out.length >= at.starts[rows], "no room for the results");
    this.exports.sampledDots(
      ...[this.address(at.starts), this.address(at.columns), rows],
      ...[this.address(left), this.address(right), width, this.address(out)],
    );
  }

  private addresses({ starts, columns, values }: SparseRows): [number, number, number] {
    return [this.address(starts), this.address(columns), this.address(values)];
  }

  private address(array: Float32Array | Int32Array): number {
    assertInternal(array.buffer === this.memory, "a kernel's array lies outside its memory");
    return array.byteOffset;
  }
}

function bytesFor(length: number): number {
  return Math.ceil((length * 4) / alignment) * alignment;
}

function memoryOf(bytes: number): { readonly buffer: ArrayBuffer } {
  try {
    return new Memory({ initial: Math.ceil(bytes / pageBytes) });
  } catch {
    throw tooMuch(bytes);
  }
}

function tooMuch(bytes: number): EngineError {
  const gigabytes = (bytes / 1e9).toFixed(1);
  return new EngineError(
    "usage",
    say`This training needs ${gigabytes} GB at once, which is more than a program can have here; take fewer features or fewer states a step.`,
  );
}

/** The other axis of a matrix. */
function otherAxis(matrix: Float32Array, axis: number): number {
  assertInternal(matrix.length % axis === 0, "a matrix that is not whole");
  return matrix.length / axis;
}

function assertRoom({ starts, columns, values }: SparseRows, rows: number, entries: number): void {
  const fits = starts.length > rows && columns.length >= entries && values.length >= entries;
  assertInternal(fits, "no room for the lists");
}
