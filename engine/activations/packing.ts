// Packs the tokens of many runs into rows without padding, and says how attention unpacks them.
import { greatest } from "../base/greatest.ts";
import { assertInternal } from "../base/errors.ts";
import type { LayerConfig, ModelConfig } from "../model/model.ts";
import { f32, f64, type Feed, i64 } from "../runtime/ort.ts";
import type { Precision } from "../transformer/precision.ts";

/** One run: one prompt under one set of ablations. */
export interface PackedRun {
  /** Number of tokens, prefix included. */
  readonly length: number;
  /** First position that is computed; earlier ones are read from the prefix rows. */
  readonly first: number;
  /** Row of position 0 among the prefix rows (meaningless where first = 0). */
  readonly prefixRow: number;
}

/** Rows of all runs, one run after another, positions ascending. */
export class Packing {
  readonly rows: number;
  /** First row of each run, and the number of rows last. */
  readonly rowStart: Int32Array;
  /** Position of each row in its prompt. */
  readonly positions: Int32Array;
  /** Row of each run's last token. */
  readonly endRows: Int32Array;
  /** Most computed positions, and most tokens, of any run: the sides of attention's rectangle. */
  readonly maxQueries: number;
  readonly maxKeys: number;

  constructor(readonly runs: readonly PackedRun[]) {
    this.rowStart = new Int32Array(runs.length + 1);
    runs.forEach((run, r) => {
      assertInternal(run.first < run.length, `run ${r} computes no position`);
      this.rowStart[r + 1] = this.rowStart[r] + run.length - run.first;
    });
    this.rows = this.rowStart[runs.length];
    this.positions = new Int32Array(this.rows);
    runs.forEach((run, r) => {
      for (let position = run.first; position < run.length; position++) {
        this.positions[this.rowStart[r] + position - run.first] = position;
      }
    });
    this.endRows = Int32Array.from(runs, (_, r) => this.rowStart[r + 1] - 1);
    this.maxQueries = greatest(runs.map((run) => run.length - run.first));
    this.maxKeys = greatest(runs.map((run) => run.length));
  }

  /** Whole prompts, nothing shared. */
  static ofLengths(lengths: readonly number[]): Packing {
    return new Packing(lengths.map((length) => ({ length, first: 0, prefixRow: 0 })));
  }

  /** The same runs `copies` times over, sharing their prefix rows. */
  repeated(copies: number): Packing {
    return new Packing(Array.from({ length: copies }, () => this.runs).flat());
  }
}

/** At which rows z is computed: everywhere, or at each run's last token. */
export type Queries = "all" | "end";

/**
 * The integer, mask and rotation inputs of the attention graph (see `attentionGraph`) for one packing.
 *
 * @param prefixRows number of shared prefix rows that stand before the packed rows
 */
export function attentionFeeds(
  packing: Packing,
  config: LayerConfig,
  queries: Queries,
  prefixRows: number,
  precision: Precision,
): Record<string, Feed> {
  const { nHeads, nKeyValueHeads } = config;
  const group = nHeads / nKeyValueHeads;
  const nRuns = packing.runs.length;
  const queriesOf = (r: number) => (queries === "end" ? 1 : packing.rowStart[r + 1] - packing.rowStart[r]);
  const counts = packing.runs.map((_, r) => queriesOf(r));
  const nQueries = counts.reduce((sum, n) => sum + n, 0);
  const maxQueries = greatest(counts);
  const { maxKeys } = packing;
  const groupQueries = group * maxQueries;

  const queryIndex = new BigInt64Array(nRuns * nKeyValueHeads * groupQueries);
  const keyIndex = new BigInt64Array(nRuns * nKeyValueHeads * maxKeys);
  const zIndex = new BigInt64Array(nQueries * nHeads);
  const mask = new Float32Array(nRuns * groupQueries * maxKeys).fill(-Infinity);
  let query = 0;
  packing.runs.forEach((run, r) => {
    for (let head = 0; head < nKeyValueHeads; head++) {
      for (let position = 0; position < run.length; position++) {
        const row =
          position < run.first ? run.prefixRow + position : prefixRows + packing.rowStart[r] + position - run.first;
        keyIndex[(r * nKeyValueHeads + head) * maxKeys + position] = BigInt(row * nKeyValueHeads + head);
      }
    }
    for (let j = 0; j < maxQueries; j++) {
      const real = j < counts[r];
      const position = queries === "end" ? run.length - 1 : run.first + j;
      for (let head = 0; head < nHeads; head++) {
        const flat = (r * nHeads + head) * maxQueries + j;
        if (real) queryIndex[flat] = BigInt((query + j) * nHeads + head);
        if (real) zIndex[(query + j) * nHeads + head] = BigInt(flat);
      }
      // A padding query reads key 0, so that its softmax stays finite; nobody reads its z.
      const from = real && config.slidingWindow ? Math.max(0, position - config.slidingWindow + 1) : 0;
      for (let g = 0; g < group; g++) {
        const base = (r * groupQueries + g * maxQueries + j) * maxKeys;
        mask.fill(0, base + from, base + (real ? position : 0) + 1);
      }
    }
    query += counts[r];
  });

  const feeds: Record<string, Feed> = {
    queryIndex: i64([nRuns, nKeyValueHeads, groupQueries], queryIndex),
    keyIndex: i64([nRuns, nKeyValueHeads, maxKeys], keyIndex),
    zIndex: i64([nQueries, nHeads], zIndex),
    mask: reals([nRuns, 1, groupQueries, maxKeys], precision === "float32" ? mask : Float64Array.from(mask)),
  };
  addRotation(feeds, config, packing.positions, ["cos", "sin"], precision);
  if (queries === "end") {
    feeds.queryRows = i64([nRuns], BigInt64Array.from(packing.endRows, BigInt));
    const ends = Int32Array.from(packing.runs, (run) => run.length - 1);
    addRotation(feeds, config, ends, ["queryCos", "querySin"], precision);
  }
  return feeds;
}

function addRotation(
  feeds: Record<string, Feed>,
  config: ModelConfig,
  positions: Int32Array,
  [cosName, sinName]: readonly [string, string],
  precision: Precision,
): void {
  if (config.positions.kind !== "rotary") return;
  const { rotaryDims, inverseFrequencies } = config.positions;
  const half = rotaryDims / 2;
  const cos = zeros(precision, positions.length * rotaryDims);
  const sin = zeros(precision, positions.length * rotaryDims);
  positions.forEach((position, row) => {
    for (let i = 0; i < rotaryDims; i++) {
      const angle = position * inverseFrequencies[i % half];
      cos[row * rotaryDims + i] = Math.cos(angle);
      sin[row * rotaryDims + i] = Math.sin(angle);
    }
  });
  const shape = [positions.length, 1, rotaryDims];
  feeds[cosName] = reals(shape, cos);
  feeds[sinName] = reals(shape, sin);
}

/** Values in either precision, row-major. */
export type Reals = Float32Array | Float64Array;

export function zeros(precision: Precision, length: number): Reals {
  return precision === "float32" ? new Float32Array(length) : new Float64Array(length);
}

export function reals(shape: readonly number[], data: Reals): Feed {
  return data instanceof Float64Array ? f64(shape, data) : f32(shape, data);
}

/** Copies the named rows of a "row width" array. */
export function takeRows(data: Reals, width: number, rows: ArrayLike<number>): Reals {
  const taken =
    data instanceof Float64Array ? new Float64Array(rows.length * width) : new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) taken.set(data.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return taken;
}

/** Rows of one width as one array, "row width". */
export function stacked(precision: Precision, rows: readonly ArrayLike<number>[]): Reals {
  const width = rows.length === 0 ? 0 : rows[0].length;
  const all = zeros(precision, rows.length * width);
  rows.forEach((row, r) => all.set(row, r * width));
  return all;
}

/** The same rows `copies` times over. */
export function repeatRows(data: Reals, copies: number): Reals {
  const repeated =
    data instanceof Float64Array ? new Float64Array(data.length * copies) : new Float32Array(data.length * copies);
  for (let c = 0; c < copies; c++) repeated.set(data, c * data.length);
  return repeated;
}
