// A checkpoint: named tensors in one or several files, read row by row as float32.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";

export interface StoredTensor {
  readonly name: string;
  /** As the file names it: "F32", "BF16", "Q4_1" … */
  readonly storage: string;
  /** Outermost axis first, whatever the file's own order. */
  readonly shape: readonly number[];
  /** The file it lies in, for messages. */
  readonly file: string;
}

export interface Checkpoint {
  /** Files that hold weights, in a fixed order. */
  readonly files: readonly string[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * `count` rows from `first`, decoded; a row runs along the last axis, so "row column" of the tensor seen as a matrix.
   * @throws EngineError "invalid-file" if a value is not a finite number
   */
  readRows(name: string, first: number, count: number): Float32Array;
  /** @throws EngineError "unsupported" if the tensor's storage cannot be decoded */
  requireReadable(name: string): void;
  close(): void;
}

/** Rows and columns of a tensor seen as a matrix; a vector is one row. */
export function matrixShape(shape: readonly number[]): { rows: number; columns: number } {
  const columns = shape[shape.length - 1] ?? 1;
  return { rows: shape.slice(0, -1).reduce((product, n) => product * n, 1), columns };
}

/** The storage that holds the most values: one word for the precision of a mixed checkpoint. */
export function mainStorage(checkpoint: Checkpoint): string {
  const counts = new Map<string, number>();
  for (const { storage, shape } of checkpoint.tensors.values()) {
    if (/^(BOOL|[IU]\d+)$/.test(storage)) continue; // stored masks and counters, no weights
    const size = shape.reduce((product, n) => product * n, 1);
    counts.set(storage, (counts.get(storage) ?? 0) + size);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "none";
}

/** @throws EngineError "invalid-file" naming the tensor and index of the first value that is NaN or infinite */
export function requireFinite(values: Float32Array, tensor: StoredTensor, firstIndex: number): void {
  // One pass without a branch: 0 · value is NaN exactly for NaN and the infinities, and stays in the sum.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i];
  if (sum === 0) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new EngineError(
    "invalid-file",
    say`${tensor.file}: tensor "${tensor.name}" holds ${values[at]} at index ${firstIndex + at}. The checkpoint is damaged or its training diverged; get another copy.`,
    { place: { file: tensor.file }, tensor: tensor.name },
  );
}

/** @throws EngineError "invalid-file" if two tensors share bytes; `ranges` are [start, end) in one file */
export function requireDisjoint(file: string, ranges: readonly { name: string; start: number; end: number }[]): void {
  const sorted = ranges.filter((range) => range.end > range.start).sort((a, b) => a.start - b.start || a.end - b.end);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i].start < sorted[i - 1].end) {
      throw new EngineError(
        "invalid-file",
        say`${file}: tensors "${sorted[i - 1].name}" and "${sorted[i].name}" overlap at byte ${sorted[i].start} of the data. The file is damaged; get another copy.`,
        { place: { file } },
      );
    }
  }
}
