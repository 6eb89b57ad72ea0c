// A matrix of which few entries are not 0, as lists by row.

/** Row r has the entries from starts[r] to starts[r + 1]: columns, ascending, and values. Arrays may be longer than what is listed. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}
