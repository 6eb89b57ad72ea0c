// Reads weights out of a checkpoint into canonical form: decoded, transposed in tiles, permutation undone.
import { greatest, least } from "../base/greatest.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { type Checkpoint, matrixShape } from "../formats/checkpoint.ts";
import type { Stored } from "./weight-names.ts";

/** Outputs read at once: one tile of rows fits the cache while it is transposed. */
const TILE_OUTPUTS = 64;
const TILE_INPUTS = 64;
/** Columns that are put at once. */
const AT_ONCE = 8;

/** A matrix as "in out", `shape` = [out, in]. */
export function readMatrix(checkpoint: Checkpoint, stored: Stored, shape: readonly number[]): Float32Array {
  const [nOut, nIn] = shape;
  return stored.layout === "out in"
    ? transposed(checkpoint, stored, nOut, nIn)
    : selectedColumns(checkpoint, stored, nOut, nIn);
}

function transposed(checkpoint: Checkpoint, stored: Stored, nOut: number, nIn: number): Float32Array {
  const at = stored.outputs?.at ?? identity;
  const matrix = new Float32Array(nIn * nOut);
  for (let firstOut = 0; firstOut < nOut; firstOut += TILE_OUTPUTS) {
    const places = indices(firstOut, Math.min(firstOut + TILE_OUTPUTS, nOut)).map(at);
    const firstRow = least(places);
    const rows = checkpoint.readRows(stored.key, firstRow, greatest(places) - firstRow + 1);
    const starts = places.map((row) => (row - firstRow) * nIn);
    for (let o = 0; o < starts.length; o += AT_ONCE)
      putColumns(matrix, firstOut + o, nOut, rows, starts.slice(o, o + AT_ONCE));
  }
  return matrix;
}

/** Rows that begin at `starts` become columns of a matrix "in out", from one output on. */
function putColumns(
  matrix: Float32Array,
  from: number,
  nOut: number,
  rows: Float32Array,
  starts: readonly number[],
): void {
  const nIn = matrix.length / nOut;
  if (starts.length < AT_ONCE) {
    for (let i = 0, to = from; i < nIn; i++, to += nOut) {
      for (let o = 0; o < starts.length; o++) matrix[to + o] = rows[starts[o] + i];
    }
    return;
  }
  // Written out, it takes half the time: eight rows are read in step, and what is written lies together.
  const [a, b, c, d, e, f, g, h] = starts;
  for (let i = 0, to = from; i < nIn; i++, to += nOut) {
    matrix[to] = rows[a + i];
    matrix[to + 1] = rows[b + i];
    matrix[to + 2] = rows[c + i];
    matrix[to + 3] = rows[d + i];
    matrix[to + 4] = rows[e + i];
    matrix[to + 5] = rows[f + i];
    matrix[to + 6] = rows[g + i];
    matrix[to + 7] = rows[h + i];
  }
}

function selectedColumns(checkpoint: Checkpoint, stored: Stored, nOut: number, nIn: number): Float32Array {
  if (!stored.outputs) return checkpoint.readRows(stored.key, 0, nIn);
  const { count, at } = stored.outputs;
  const places = indices(0, nOut).map(at);
  const matrix = new Float32Array(nIn * nOut);
  for (let first = 0; first < nIn; first += TILE_INPUTS) {
    const size = Math.min(TILE_INPUTS, nIn - first);
    const rows = checkpoint.readRows(stored.key, first, size);
    for (let i = 0; i < size; i++) {
      const to = (first + i) * nOut;
      for (let o = 0; o < nOut; o++) matrix[to + o] = rows[i * count + places[o]];
    }
  }
  return matrix;
}

export function readVector(checkpoint: Checkpoint, stored: Stored, length: number): Float32Array {
  const values = checkpoint.readRows(stored.key, 0, 1);
  if (!stored.outputs) return values;
  const { at } = stored.outputs;
  return Float32Array.from({ length }, (_, out) => values[at(out)]);
}

/** The rows `ids` of a "row dModel" tensor, one after the other. */
export function readRowsAt(checkpoint: Checkpoint, key: string, ids: readonly number[]): Float32Array {
  const { rows: nRows, columns } = matrixShape(checkpoint.tensors.get(key)!.shape);
  const picked = new Float32Array(ids.length * columns);
  ids.forEach((id, row) => {
    if (!Number.isInteger(id) || id < 0 || id >= nRows) {
      throw new EngineError("shape", say`Token id ${id} is outside the vocabulary of ${nRows}.`);
    }
    picked.set(checkpoint.readRows(key, id, 1), row * columns);
  });
  return picked;
}

function indices(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

function identity(out: number): number {
  return out;
}
