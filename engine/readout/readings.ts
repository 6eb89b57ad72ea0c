// What many states say at once: most likely tokens, ranks and log-probabilities of chosen ones, entropy, KL. A logit lens is this on
// the states of all layers.
//
// nostalgebraist 2020, "interpreting GPT: the logit lens". A state goes through the final norm once and through the unembedding.
import { append } from "../base/append.ts";
import type { Executor } from "../activations/executor.ts";
import { type Reals, takeRows } from "../activations/packing.ts";
import { assertInternal } from "../base/errors.ts";
import { FoundLogits, LogitSlice } from "./logit-slice.ts";
import { MOST_LOGITS } from "./logits.ts";
import { Largest } from "./ranking.ts";

export interface ReadingRequest {
  /** How many of the most likely tokens are named (default 1). */
  readonly top?: number;
  /** Tokens whose rank and log-probability are wanted, by row. */
  readonly tokens?: readonly (readonly number[])[];
  /** The row that each row is compared with; rows that stand together with theirs cost nothing more. */
  readonly against?: readonly number[];
  /** Logits held at once, as a number of values. */
  readonly mostLogits?: number;
  /** Called between two pieces of work, so that a person can stop. */
  readonly between?: () => void;
}

export interface TokenReading {
  readonly id: number;
  readonly logit: number;
  /** Natural logarithm of its probability. */
  readonly logProbability: number;
}

export interface Reading {
  /** Most likely first; among equal ones the smaller id first. */
  readonly top: readonly TokenReading[];
  /** As asked for; rank 1 has no larger logit above it. */
  readonly tokens: readonly (TokenReading & { readonly rank: number })[];
  /** −Σ p log p, in nats. */
  readonly entropy: number;
  /** KL(this row ‖ its counterpart) and KL(counterpart ‖ this row) in nats; 0 where none was asked for. */
  readonly kl: { readonly to: number; readonly from: number };
}

/** Some rows of the request that go through the unembedding together. */
interface Block {
  readonly rows: readonly number[];
  /** The rows of the block, then counterparts that stand elsewhere. */
  readonly states: readonly number[];
  /** Places in `states` that rows of the block are compared with. */
  readonly others: readonly number[];
  /** By row of the block: its counterpart's place in `states`, and among `others`. */
  readonly against: readonly number[];
  readonly other: readonly number[];
}

/** What a slice of the vocabulary adds to a row's sums, its exponentials taken of logit − shift (see `readoutGraph`). */
interface SliceSums {
  readonly shift: number;
  readonly total: number;
  readonly own: number;
  /** Against the row's counterpart. */
  readonly across: number;
  readonly back: number;
}

/** What is fetched of a slice for every row, and beside it where ranks are counted. */
const FIGURES = ["found", "shift", "total", "own", "across", "back"] as const;
const RANKED = ["logits", "maxima"] as const;

/** One row, while slices of the vocabulary come in. */
class Row {
  readonly largest: Largest;
  readonly slices: SliceSums[] = [];

  constructor(
    top: number,
    readonly chosen: readonly { readonly id: number; logit: number; above: number }[],
  ) {
    this.largest = new Largest(Math.max(1, top));
  }

  get max(): number {
    return this.largest.values[0];
  }

  /** Over all slices, with exponentials of logit − max and the counterpart's logits less its own max. */
  private sums(other: Row): Omit<SliceSums, "shift"> {
    const sums = { total: 0, own: 0, across: 0, back: 0 };
    this.slices.forEach(({ shift, total, own, across, back }, s) => {
      const [down, downOther] = [shift - this.max, other.slices[s].shift - other.max];
      sums.total += Math.exp(down) * total;
      sums.own += Math.exp(down) * (own + down * total);
      sums.across += Math.exp(down) * (across + downOther * total);
      sums.back += Math.exp(downOther) * (back + down * other.slices[s].total);
    });
    return sums;
  }

  reading(other: Row): Reading {
    const [sums, sumsOther] = [this.sums(other), other.sums(other)];
    // log Σ exp (logit − max), and the mean of logit − max over the distribution.
    const [normaliser, normaliserOther] = [Math.log(sums.total), Math.log(sumsOther.total)];
    const [mean, meanOther] = [sums.own / sums.total, sumsOther.own / sumsOther.total];
    const token = (id: number, logit: number) => ({ id, logit, logProbability: logit - this.max - normaliser });
    const { ids, values } = this.largest;
    return {
      top: ids.map((id, i) => token(id, values[i])),
      tokens: this.chosen.map(({ id, logit, above }) => ({ ...token(id, logit), rank: above + 1 })),
      entropy: normaliser - mean,
      kl:
        other === this
          ? { to: 0, from: 0 }
          : {
              to: mean - normaliser - (sums.across / sums.total - normaliserOther),
              from: meanOther - normaliserOther - (sums.back / sumsOther.total - normaliser),
            },
    };
  }
}

/**
 * Reads states out, block by block and in slices of the vocabulary, so that what is held does not grow with their number. The
 * exponentials are summed by ONNX Runtime in the executor's precision, the sums of slices in float64: log-probabilities are good to
 * 1e-5 in float32.
 *
 * @param states "row dModel", before the final norm
 * @returns a reading per row
 */
export async function readStates(executor: Executor, states: Reals, request: ReadingRequest = {}): Promise<Reading[]> {
  const { dModel, dVocab } = executor.model.config;
  const count = states.length / dModel;
  const rowsAtOnce = Math.max(1, Math.floor((request.mostLogits ?? MOST_LOGITS) / dVocab));
  assertInternal(
    (request.against ?? []).every((row) => row >= 0 && row < count),
    "a row is compared with none",
  );
  const readings: Reading[] = [];
  for (const block of blocksOf(count, rowsAtOnce, request.against)) {
    append(readings, await readBlock(executor, states, block, request));
  }
  return readings;
}

function blocksOf(count: number, size: number, against: readonly number[] | undefined): Block[] {
  const blocks: Block[] = [];
  for (let from = 0; from < count; from += size) {
    const rows = Array.from({ length: Math.min(size, count - from) }, (_, i) => from + i);
    const counterparts = rows.map((row) => against?.[row] ?? row);
    const states = [...new Set([...rows, ...counterparts])];
    const place = new Map(states.map((row, i) => [row, i]));
    // Where nothing is compared, one row stands in for all: nobody reads what comes of it.
    const others = against ? [...new Set(counterparts)] : [rows[0]];
    const column = new Map(others.map((row, i) => [row, i]));
    blocks.push({
      rows,
      states,
      others: others.map((row) => place.get(row)!),
      other: counterparts.map((row) => column.get(row) ?? 0),
      against: counterparts.map((row) => place.get(row)!),
    });
  }
  return blocks;
}

async function readBlock(
  executor: Executor,
  states: Reals,
  { rows: own, states: held, others, ...block }: Block,
  { top = 1, tokens, between }: ReadingRequest,
): Promise<Reading[]> {
  const rows = held.map(
    (row, i) => new Row(top, i < own.length ? (tokens?.[row] ?? []).map((id) => ({ id, logit: NaN, above: 0 })) : []),
  );
  const ranked = rows.some(({ chosen }) => chosen.length > 0);
  const normed = await executor.finalNorm(takeRows(states, executor.model.config.dModel, held));
  const wanted = [...FIGURES, ...(ranked ? RANKED : [])];
  // Ranks are counted when the chosen tokens' own logits are known.
  const kept: LogitSlice[] = [];
  for await (const { from, to, places, outputs } of executor.readouts(normed, { top, others, wanted })) {
    between?.();
    addSums(rows, block.other, others.length, outputs);
    const found = new FoundLogits(from, places, outputs.found, rows.length);
    rows.forEach(({ largest }, r) => found.addTo(largest, r));
    if (!ranked) continue;
    const slice = new LogitSlice(from, to, outputs.logits, outputs.maxima);
    rows.forEach(({ chosen }, r) => {
      for (const token of chosen) token.logit = slice.logitOf(r, token.id) ?? token.logit;
    });
    kept.push(slice);
  }
  for (const slice of kept) {
    between?.();
    rows.forEach(({ chosen }, r) => {
      for (const token of chosen) token.above += slice.countAbove(r, token.logit);
    });
  }
  return own.map((_, r) => rows[r].reading(rows[block.against[r]]));
}

/** @param other by row: its counterpart's place among the others */
function addSums(
  rows: readonly Row[],
  other: readonly number[],
  others: number,
  { shift, total, own, across, back }: Readonly<Record<(typeof FIGURES)[number], Reals>>,
): void {
  rows.forEach(({ slices }, r) => {
    // Counterparts from elsewhere stand behind the block's rows and are compared with none.
    const at = r * others + (other[r] ?? 0);
    slices.push({ shift: shift[r], total: total[r], own: own[r], across: across[at], back: back[at] });
  });
}
