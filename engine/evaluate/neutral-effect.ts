// What changes do to neutral text: how far the model's next-token distribution moves, and how much worse it predicts the text.
import { append } from "../base/append.ts";
import { rowBudget } from "../activations/chunk.ts";
import type { Resources } from "../activations/dictionary.ts";
import type { Executor } from "../activations/executor.ts";
import { type Reals, zeros } from "../activations/packing.ts";
import type { Plan, PlannedChange } from "../activations/plan.ts";
import type { Fired } from "../activations/plan-runner.ts";
import { runPlans } from "../activations/run-plan.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { NeutralEffect, PerToken } from "../choices/neutral-effect.ts";
import { klDivergence, logSumExp } from "../readout/distribution.ts";
import { logitsOf } from "../readout/logits.ts";
import { readStates } from "../readout/readings.ts";
import type { Prompt } from "../task/prompt.ts";
import { bootstrapInterval } from "./bootstrap.ts";

/** A change of a plan, in whatever world. */
export type FreeChange = Omit<PlannedChange, "world">;

/** What is compared with the clean run: changes in it, or another model of the same tokens, such as one with other weights. */
export type Variant = { readonly changes: readonly FreeChange[] } | { readonly model: Executor };

export interface NeutralText {
  readonly ids: readonly number[];
  /** Positions before it do not count: an earlier text of a corpus began in the same way. */
  readonly firstNew?: number;
  /** Names of positions that changes speak of, as prompts of plans have them. */
  readonly positions?: Prompt["positions"];
}

export interface NeutralOptions {
  readonly resources?: Resources;
  readonly signal?: AbortSignal;
  /** The first position that counts (default 1: position 0 is a sink of attention, whatever token stands there). */
  readonly from?: number;
  /** Of the intervals. */
  readonly seed?: number;
  readonly onProgress?: (textsDone: number) => void;
}

/** Sums over the positions of one text. */
interface TextSums {
  readonly tokens: number;
  readonly predicted: number;
  readonly kl: number;
  readonly clean: number;
  readonly changed: number;
}

/** A position of a text that counts, and the token that follows it. */
interface Spot {
  readonly text: number;
  readonly position: number;
  readonly next: number | undefined;
}

/**
 * KL(clean ‖ changed) at every position that counts, and −log p of the token that follows it in both runs: means per token, with
 * bootstrap intervals over texts. Variants of changes share their runs up to the layer at which they part.
 *
 * @param texts any that come one after another, such as `Corpus.texts("heldOut")`; those with no position that counts are passed over
 * @returns an effect for each variant, in order
 * @throws EngineError "usage" where no position counts, or a change does not fit the model; "cancelled"
 */
export async function neutralEffects(
  executor: Executor,
  texts: Iterable<NeutralText> | AsyncIterable<NeutralText>,
  variants: readonly Variant[],
  options: NeutralOptions = {},
): Promise<NeutralEffect[]> {
  const sums: TextSums[][] = variants.map(() => []);
  const fired = variants.map((variant) =>
    ("changes" in variant ? variant.changes : []).map(() => ({ entries: 0, squared: 0 })),
  );
  let done = 0;
  for await (const group of inGroups(texts, executor, variants.length, options.from ?? 1)) {
    const spots = group.flatMap((text, t) => spotsOf(text, t, options.from ?? 1));
    const changed = variants.filter((variant) => "changes" in variant);
    const [clean, ...runs] = await statesUnder(executor, group, spots, [{ changes: [] }, ...changed], options);
    const compared = await compareStates(executor, spots, clean.states, runs);
    for (const [v, variant] of variants.entries()) {
      const { of, did } =
        "model" in variant
          ? { of: await compareModels(executor, variant.model, group, spots, clean.states, options), did: [] }
          : { of: compared[changed.indexOf(variant)], did: runs[changed.indexOf(variant)].fired };
      append(sums[v], of);
      did.forEach(({ entries, moved }, c) => {
        fired[v][c].entries += entries;
        fired[v][c].squared += moved ** 2;
      });
    }
    done += group.length;
    options.onProgress?.(done);
  }
  if (done === 0)
    throw new EngineError("usage", say`No neutral text has a second token, so there is nothing to measure.`);
  return sums.map((ofTexts, v) => ({
    ...effectOf(ofTexts, options.seed ?? 0),
    fired: fired[v].map(({ entries, squared }) => ({ entries, moved: Math.sqrt(squared) })),
  }));
}

/** Texts that go through the model together: as many as keep the states of all variants small. */
async function* inGroups(
  texts: Iterable<NeutralText> | AsyncIterable<NeutralText>,
  executor: Executor,
  variants: number,
  from: number,
): AsyncGenerator<NeutralText[]> {
  const most = (8 * rowBudget(executor.model.config)) / (1 + variants);
  let group: NeutralText[] = [];
  let rows = 0;
  for await (const text of texts) {
    if (firstCounted(text, from) >= text.ids.length) continue;
    if (group.length > 0 && rows + text.ids.length > most) {
      yield group;
      [group, rows] = [[], 0];
    }
    group.push(text);
    rows += text.ids.length;
  }
  if (group.length > 0) yield group;
}

const firstCounted = ({ firstNew = 0 }: NeutralText, from: number): number => Math.max(from, firstNew);

function spotsOf(text: NeutralText, t: number, from: number): Spot[] {
  const first = firstCounted(text, from);
  return text.ids.slice(first).map((_, i) => ({ text: t, position: first + i, next: text.ids[first + i + 1] }));
}

interface Run {
  /** "spot dModel", behind the last block. */
  readonly states: Reals;
  readonly fired: readonly Fired[];
}

async function statesUnder(
  executor: Executor,
  group: readonly NeutralText[],
  spots: readonly Spot[],
  variants: readonly Extract<Variant, { changes: unknown }>[],
  { resources, signal }: NeutralOptions,
): Promise<Run[]> {
  const { dModel, nLayers } = executor.model.config;
  const at = group.map((_, t) => spots.filter(({ text }) => text === t).map(({ position }) => position));
  // A text's variants stand together, so that they share its run.
  const plans = group.flatMap(({ ids, positions }, t) =>
    variants.map(({ changes }): Plan => ({
      worlds: [{ ids, positions }],
      changes: changes.map((change) => ({ ...change, world: 0 })),
      read: [{ world: 0, site: "residPost", layer: nLayers - 1, at: at[t] }],
    })),
  );
  const outcomes = await runPlans(executor, plans, { resources, signal });
  return variants.map((variant, v) => {
    const own = group.map((_, t) => outcomes[t * variants.length + v]);
    const states = zeros(executor.precision, spots.length * dModel);
    own.flatMap(({ read: [{ rows }] }) => rows).forEach((row, r) => states.set(row, r * dModel));
    const fired = variant.changes.map((_, c) => ({
      entries: own.reduce((sum, outcome) => sum + outcome.fired[c].entries, 0),
      moved: Math.hypot(...own.map((outcome) => outcome.fired[c].moved)),
    }));
    return { states, fired };
  });
}

/** Of each run the sums by text. All rows of a spot are read together, so that the clean one is read once. */
async function compareStates(
  executor: Executor,
  spots: readonly Spot[],
  clean: Reals,
  runs: readonly Run[],
): Promise<TextSums[][]> {
  if (runs.length === 0) return [];
  const { dModel } = executor.model.config;
  const stride = 1 + runs.length;
  const states = zeros(executor.precision, spots.length * stride * dModel);
  spots.forEach((_, s) => {
    [clean, ...runs.map((run) => run.states)].forEach((of, v) =>
      states.set(of.subarray(s * dModel, (s + 1) * dModel), (s * stride + v) * dModel),
    );
  });
  const rows = Array.from({ length: spots.length * stride }, (_, row) => row);
  const readings = await readStates(executor, states, {
    against: rows.map((row) => row - (row % stride)),
    tokens: rows.map((row) => [spots[Math.floor(row / stride)].next ?? []].flat()),
  });
  return runs.map((_, v) =>
    sumsOf(spots, (s) => {
      const [before, after] = [readings[s * stride], readings[s * stride + v + 1]];
      const predicted = spots[s].next !== undefined;
      return {
        // Sums of exponentials round: what is the same state is the same distribution.
        kl: isSame(states, s * stride, s * stride + v + 1, dModel) ? 0 : after.kl.from,
        clean: predicted ? -before.tokens[0].logProbability : 0,
        changed: predicted ? -after.tokens[0].logProbability : 0,
      };
    }),
  );
}

/** The other model has a read-out of its own, so that the logits of both are compared. */
async function compareModels(
  executor: Executor,
  other: Executor,
  group: readonly NeutralText[],
  spots: readonly Spot[],
  clean: Reals,
  options: NeutralOptions,
): Promise<TextSums[]> {
  const { dModel, dVocab } = executor.model.config;
  const [{ states }] = await statesUnder(other, group, spots, [{ changes: [] }], options);
  const figures: { kl: number; clean: number; changed: number }[] = [];
  for (let s = 0; s < spots.length; s += spotsAtOnce) {
    const part = (of: Reals) => of.subarray(s * dModel, (s + spotsAtOnce) * dModel);
    const before = await logitsOf(executor, part(clean));
    const after = await logitsOf(other, part(states));
    for (let r = 0; r < before.length / dVocab; r++) {
      const [p, q] = [before, after].map((logits) => logits.subarray(r * dVocab, (r + 1) * dVocab));
      const { next } = spots[s + r];
      const minusLog = (logits: Reals) => (next === undefined ? 0 : logSumExp(logits) - logits[next]);
      figures.push({ kl: klDivergence(p, q), clean: minusLog(p), changed: minusLog(q) });
    }
  }
  return sumsOf(spots, (s) => figures[s]);
}

/** Rows of logits of the whole vocabulary that are held twice. */
const spotsAtOnce = 64;

function sumsOf(
  spots: readonly Spot[],
  figures: (spot: number) => { readonly kl: number; readonly clean: number; readonly changed: number },
): TextSums[] {
  const sums: { tokens: number; predicted: number; kl: number; clean: number; changed: number }[] = [];
  spots.forEach(({ text, next }, s) => {
    const sum = (sums[text] ??= { tokens: 0, predicted: 0, kl: 0, clean: 0, changed: 0 });
    const { kl, clean, changed } = figures(s);
    sum.tokens++;
    sum.kl += kl;
    if (next === undefined) return;
    sum.predicted++;
    sum.clean += clean;
    sum.changed += changed;
  });
  return sums;
}

function effectOf(texts: readonly TextSums[], seed: number): Omit<NeutralEffect, "fired"> {
  const perToken = (value: (text: TextSums) => number, count: "tokens" | "predicted"): PerToken => {
    const ratio = (drawn: Iterable<number>): number | undefined => {
      let [sum, n] = [0, 0];
      for (const t of drawn) {
        sum += value(texts[t]);
        n += texts[t][count];
      }
      return n > 0 ? sum / n : undefined;
    };
    const mean = ratio(texts.keys());
    // Texts of two tokens alone predict nothing.
    if (mean === undefined) return { mean: NaN, interval: undefined };
    return { mean, interval: bootstrapInterval(texts.length, ratio, { seed }) };
  };
  return {
    kl: perToken(({ kl }) => kl, "tokens"),
    crossEntropy: {
      clean: perToken(({ clean }) => clean, "predicted"),
      changed: perToken(({ changed }) => changed, "predicted"),
      increase: perToken(({ clean, changed }) => changed - clean, "predicted"),
    },
    texts: texts.length,
    tokens: texts.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

/** Whether two rows are equal to the bit. */
function isSame(states: Reals, a: number, b: number, width: number): boolean {
  for (let i = 0; i < width; i++) if (states[a * width + i] !== states[b * width + i]) return false;
  return true;
}
