// The exact rank-one edit of a fact: the value that its subject's key has in one layer's W_out becomes another, other keys least disturbed.
//
// Meng, Bau, Andonian, Belinkov, "Locating and Editing Factual Associations in GPT" (ROME), NeurIPS 2022, arXiv 2202.05262:
// W′ = W + C⁻¹k (v* − Wᵀk)ᵀ / (kᵀC⁻¹k), rows of W by hidden neuron, so that k W′ = v*; C is the second moment of keys over a text.
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { capture } from "../activations/capture.ts";
import { differentiatePlans } from "../activations/differentiate-plan.ts";
import type { Executor } from "../activations/executor.ts";
import type { HeldGradients } from "../activations/held-gradients.ts";
import { Packing } from "../activations/packing.ts";
import type { Plan } from "../activations/plan.ts";
import { runPlans } from "../activations/run-plan.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Model } from "../model/model.ts";
import type { WeightPatch } from "../model/weight-patch.ts";
import { logSumExp } from "../readout/distribution.ts";

/** A prompt and the place of its subject's last token. */
export interface SubjectPrompt {
  readonly ids: readonly number[];
  readonly position: number;
}

/** The paper's numbers: weight of the essence's KL, of decay, and the longest change, in lengths of the value that stood there. */
const KL_WEIGHT = 0.0625;
const DECAY = 0.5;
const LONGEST = 4;
/** Of Adam, each in shares of the value's mean entry. */
const STEP = 0.5;
/** Added to the covariance's diagonal, as a share of its mean, since a short text leaves directions without any key. */
const RIDGE = 0.01;

/** What the edit stores: the key that is looked up, and what is to be added to the layer's output there. */
export interface RankOneEdit {
  readonly layer: number;
  /** dMlp */
  readonly key: Float64Array;
  /** v* less what the key gives now; dModel. */
  readonly residual: Float64Array;
}

/**
 * Mean of k kᵀ over the tokens of some texts, k the hidden neurons of a layer, ready to be divided by.
 *
 * @param most tokens at most
 */
export async function keyMoments(
  executor: Executor,
  texts: readonly (readonly number[])[],
  layer: number,
  most: number,
  signal?: AbortSignal,
): Promise<CholeskyDecomposition> {
  const { dMlp } = executor.model.config;
  const sum = new Float64Array(dMlp * dMlp);
  let tokens = 0;
  for (const ids of texts) {
    if (tokens >= most) break;
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const packing = Packing.ofLengths([ids.length]);
    const embedded = executor.embed(ids, packing.positions);
    const hidden = (await capture(executor, packing, embedded, { sites: ["hidden"] })).at.hidden![layer];
    for (let t = 0; t < ids.length; t++) {
      const key = hidden.subarray(t * dMlp, (t + 1) * dMlp);
      for (let i = 0; i < dMlp; i++) {
        const own = key[i];
        if (own === 0) continue;
        const row = i * dMlp;
        for (let j = 0; j <= i; j++) sum[row + j] += own * key[j];
      }
    }
    tokens += ids.length;
  }
  const moments = new Matrix(dMlp, dMlp);
  let trace = 0;
  for (let i = 0; i < dMlp; i++) {
    for (let j = 0; j <= i; j++) {
      moments.set(i, j, sum[i * dMlp + j] / tokens);
      moments.set(j, i, sum[i * dMlp + j] / tokens);
    }
    trace += moments.get(i, i);
  }
  for (let i = 0; i < dMlp; i++) moments.set(i, i, moments.get(i, i) + (RIDGE * trace) / dMlp);
  return new CholeskyDecomposition(moments);
}

/** Hidden neurons of a layer at places of texts. */
export async function keysAt(
  executor: Executor,
  places: readonly SubjectPrompt[],
  layer: number,
): Promise<Float64Array[]> {
  const plans = places.map(({ ids, position }) => ({
    worlds: [{ ids }],
    changes: [],
    read: [{ world: 0, site: "hidden", layer, at: position } as const],
  }));
  return (await runPlans(executor, plans)).map(({ read }) => Float64Array.from(read[0].rows[0]));
}

/**
 * Finds the value: δ at the subject's last token behind the layer's MLP that makes the token likely after every wording, with what the
 * model says of the subject elsewhere held (essence).
 *
 * @param essence "SUBJECT is a"; undefined where the tokenizer cannot write it
 */
export async function findRankOne(
  executor: Executor,
  wordings: readonly SubjectPrompt[],
  essence: SubjectPrompt | undefined,
  token: number,
  layer: number,
  { steps = 25, signal, gradients }: { steps?: number; signal?: AbortSignal; gradients?: HeldGradients } = {},
): Promise<RankOneEdit> {
  const prompts = essence ? [...wordings, essence] : wordings;
  const read = (site: "hidden" | "mlpOut", at: number) => ({ world: 0, site, layer, at }) as const;
  const clean = await runPlans(
    executor,
    prompts.map(({ ids, position }) => ({
      worlds: [{ ids }],
      changes: [],
      read: [read("hidden", position), read("mlpOut", position), { world: 0, site: "logits", at: "end" } as const],
    })),
    { signal },
  );
  const own = clean.slice(0, wordings.length).map((outcome) => outcome.read);
  const key = meanRow(own.map(([hidden]) => hidden.rows[0]));
  const value = Float64Array.from(own[0][1].rows[0]);
  const before = essence && shares(clean.at(-1)!.read[2].rows[0]);
  const length = Math.hypot(...value);
  const rate = (STEP * length) / Math.sqrt(value.length);
  const delta = new Float64Array(value.length);
  const [first, second] = [new Float64Array(value.length), new Float64Array(value.length)];
  const where = { site: "mlpOut", layer, at: "subject" } as const;
  for (let step = 1; step <= steps; step++) {
    const plans = prompts.map(({ ids, position }): Plan => ({
      worlds: [{ ids, positions: { subject: position } }],
      changes: [{ world: 0, where, change: { op: "add", what: { vector: [...delta] }, scale: 1 } }],
      read: [{ world: 0, site: "logits", at: "end" }],
    }));
    const found = await differentiatePlans(
      executor,
      plans,
      {
        objective: ({ read }, plan) => [
          [gradientOf(read[0].rows[0], plan < wordings.length ? token : undefined, before)],
        ],
        wrt: [{ world: 0, ...where }],
      },
      { signal, gradients },
    );
    const slope = Float64Array.from(delta, (x) => (2 * DECAY * x) / length ** 2);
    found.forEach(({ at }, plan) => {
      const weight = plan < wordings.length ? 1 / wordings.length : KL_WEIGHT;
      at[0].rows[0].forEach((x, i) => (slope[i] += weight * x));
    });
    for (let i = 0; i < delta.length; i++) {
      first[i] = 0.9 * first[i] + 0.1 * slope[i];
      second[i] = 0.999 * second[i] + 0.001 * slope[i] ** 2;
      delta[i] -= (rate * (first[i] / (1 - 0.9 ** step))) / (Math.sqrt(second[i] / (1 - 0.999 ** step)) + 1e-12);
    }
    const size = Math.hypot(...delta);
    if (size > LONGEST * length) delta.forEach((x, i) => (delta[i] = (x * LONGEST * length) / size));
  }
  const now = outputOf(executor.model, layer, key);
  return { layer, key, residual: delta.map((x, i) => value[i] + x - now[i]) };
}

/**
 * The edit as another W_out of its layer.
 *
 * @param stored the key under which the value is stored; the edit's own unless a null asks for another
 */
export function rankOnePatch(
  model: Model,
  { layer, key: own, residual }: RankOneEdit,
  moments: CholeskyDecomposition,
  stored: Float64Array = own,
): WeightPatch {
  const { dModel } = model.config;
  const whitened = moments.solve(Matrix.columnVector([...stored])).to1DArray();
  const along = whitened.reduce((sum, x, i) => sum + x * stored[i], 0);
  const data = model.layer(layer).W_out.slice();
  whitened.forEach((x, i) => {
    for (let d = 0; d < dModel; d++) data[i * dModel + d] += (x / along) * residual[d];
  });
  return { weights: [{ weight: `layers.${layer}.W_out`, rows: undefined, data }], about: { method: "rank-one" } };
}

/** Of what is minimised: −log p(token), or KL(before ‖ now) where there is no token. */
function gradientOf(
  logits: ArrayLike<number>,
  token: number | undefined,
  before: Float64Array | undefined,
): Float64Array {
  const p = shares(logits);
  return p.map((own, id) => own - (token === undefined ? before![id] : id === token ? 1 : 0));
}

function shares(logits: ArrayLike<number>): Float64Array {
  const normaliser = logSumExp(logits);
  return Float64Array.from(logits, (x) => Math.exp(x - normaliser));
}

function outputOf(model: Model, layer: number, key: Float64Array): Float64Array {
  const { dModel } = model.config;
  const { W_out, b_out } = model.layer(layer);
  const sum = b_out ? Float64Array.from(b_out) : new Float64Array(dModel);
  key.forEach((own, i) => {
    for (let d = 0; d < dModel; d++) sum[d] += own * W_out[i * dModel + d];
  });
  return sum;
}

function meanRow(rows: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(rows[0], (_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
}
