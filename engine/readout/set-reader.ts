// Log-probabilities of sets of tokens, and KL from the run as it is, of very many changed states, without their logits being kept.
//
// KL(p‖q) = Σ p (x_p − x_q) − (log Z_p − log Z_q), and logits are linear in the normed state: so the first term is a product of the
// difference of two normed states with Σ p(token) W_U[token], which is made once for each clean state. Of the vocabulary only the
// normaliser is needed.
import type { Executor } from "../activations/executor.ts";
import { throughUnembedding } from "../activations/gradients.ts";
import { type Reals, takeRows } from "../activations/packing.ts";
import { logSumExp } from "./distribution.ts";
import { unembedDirection } from "./direction.ts";
import { MOST_LOGITS } from "./logits.ts";

/** What is read of one state. */
export interface SetReadings {
  /** "row set": log Σ p(token) over the tokens of a set, in nats. */
  readonly logMass: Float64Array;
  /** KL(clean‖row) in nats, by row. */
  readonly kl: Float64Array;
}

interface CleanRow {
  /** Σ p(token) W_U[token], "dModel". */
  readonly expected: Reals;
  readonly normed: Reals;
  readonly normaliser: number;
}

/** Sets of token ids, the same for every place or each place's own. */
export type SetsOf = (place: number) => readonly (readonly number[])[];

export class SetReader {
  private readonly rows: CleanRow[] = [];
  private readonly columns = new Map<number, { readonly weights: Float64Array; readonly bias: number }>();

  private constructor(
    private readonly executor: Executor,
    private readonly sets: SetsOf,
    /** Sets of a place. */
    readonly width: number,
  ) {}

  /** @param clean "place dModel", before the final norm; every place has as many sets */
  static async over(executor: Executor, clean: Reals, sets: SetsOf): Promise<SetReader> {
    const reader = new SetReader(executor, sets, sets(0).length);
    await reader.readClean(clean);
    return reader;
  }

  /** @param states "row dModel", before the final norm @param places the clean state that each row is held against */
  async read(states: Reals, places: ArrayLike<number>): Promise<SetReadings> {
    const { dModel } = this.executor.model.config;
    const count = places.length;
    const logMass = new Float64Array(count * this.width);
    const kl = new Float64Array(count);
    const normed = await this.executor.finalNorm(states);
    const normalisers = await this.normalisers(normed);
    for (let row = 0; row < count; row++) {
      const own = normed.subarray(row * dModel, (row + 1) * dModel);
      const clean = this.rows[places[row]];
      this.sets(places[row]).forEach((ids, s) => {
        logMass[row * this.width + s] = logSumExp(ids.map((id) => this.logit(own, id))) - normalisers[row];
      });
      let moved = 0;
      for (let i = 0; i < dModel; i++) moved += clean.expected[i] * (clean.normed[i] - own[i]);
      kl[row] = moved - (clean.normaliser - normalisers[row]);
    }
    return { logMass, kl };
  }

  private async readClean(clean: Reals): Promise<void> {
    const { dModel, dVocab } = this.executor.model.config;
    const step = Math.max(1, Math.floor(MOST_LOGITS / dVocab));
    for (let from = 0; from * dModel < clean.length; from += step) {
      const states = clean.subarray(from * dModel, Math.min(clean.length, (from + step) * dModel));
      const normed = await this.executor.finalNorm(states);
      const normalisers = await this.normalisers(normed);
      const p = await this.executor.logits(normed);
      for (let i = 0; i < p.length; i++) p[i] = Math.exp(p[i] - normalisers[Math.floor(i / dVocab)]);
      const expected = await throughUnembedding(this.executor, p);
      normalisers.forEach((normaliser, row) =>
        this.rows.push({
          expected: takeRows(expected, dModel, [row]),
          normed: takeRows(normed, dModel, [row]),
          normaliser,
        }),
      );
    }
  }

  /** log Σ exp(logit), by row. */
  private async normalisers(normed: Reals): Promise<Float64Array> {
    const rows = normed.length / this.executor.model.config.dModel;
    const found = new Float64Array(rows).fill(-Infinity);
    // No row is compared with another: one stands in.
    const request = { top: 1, others: [0], wanted: ["shift", "total"] } as const;
    for await (const { outputs } of this.executor.readouts(normed, request)) {
      const { shift, total } = outputs;
      for (let row = 0; row < rows; row++) found[row] = logSumExp([found[row], shift[row] + Math.log(total[row])]);
    }
    return found;
  }

  private logit(normed: Reals, id: number): number {
    const known = this.columns.get(id) ?? unembedDirection(this.executor.model, [[id, 1]]);
    this.columns.set(id, known);
    let sum = known.bias;
    for (let i = 0; i < normed.length; i++) sum += normed[i] * known.weights[i];
    return sum;
  }
}
