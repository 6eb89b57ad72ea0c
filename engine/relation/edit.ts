// Changing what the model says about a subject by moving the subject's state along the fitted relation.
import { capture } from "../activations/capture.ts";
import type { Executor } from "../activations/executor.ts";
import { type Reals, takeRows } from "../activations/packing.ts";
import { Random } from "../base/random.ts";
import { logitsOf, topTokens } from "../readout/logits.ts";
import { ranksBelow } from "./relation-faithfulness.ts";
import { difference, dot } from "./linear-map.ts";
import type { SubjectPrompt } from "./prompts.ts";
import { packPrompts, stateAt, type SubjectStates } from "./states.ts";
import type { Study } from "./study.ts";
import { type Decomposition, pseudoInverse } from "./svd.ts";

/** A subject that should get another one's object. */
export interface EditPair {
  readonly subject: SubjectStates;
  readonly target: SubjectStates;
}

/** Δs = W†_ρ (z' − z) at the subject's last token. @returns s + Δs */
export function editedState(
  decomposition: Decomposition,
  rank: number,
  { subject, target }: EditPair,
  layer: number,
): Float64Array {
  const change = pseudoInverse(decomposition, rank, difference(target.object, subject.object));
  return change.map((x, i) => x + stateAt(subject, layer)[i]);
}

/** z of each prompt when its subject's state at a layer is replaced, everything else computed from there; "prompt dModel". */
export async function objectStatesAfter(
  executor: Executor,
  prompts: readonly SubjectPrompt[],
  layer: number,
  states: readonly ArrayLike<number>[],
): Promise<Reals> {
  const { dModel } = executor.model.config;
  const { packing, embedded } = packPrompts(executor, prompts);
  const where = new Uint8Array(embedded.length);
  const value = embedded.slice();
  prompts.forEach(({ subjectPosition }, p) => {
    const start = (packing.rowStart[p] + subjectPosition) * dModel;
    where.fill(1, start, start + dModel);
    value.set(states[p], start);
  });
  // The embedding is what the first block reads.
  const site = layer < 0 ? "residPre" : "residPost";
  const { residual } = await capture(executor, packing, embedded, {
    sites: [],
    patchSites: [site],
    patch: (_, at) => (at === Math.max(layer, 0) ? { where, value } : undefined),
  });
  return takeRows(residual, dModel, packing.endRows);
}

/** Logits at END when the subject's state is replaced. */
export async function logitsAfter(
  executor: Executor,
  prompt: SubjectPrompt,
  layer: number,
  state: ArrayLike<number>,
): Promise<Reals> {
  return logitsOf(executor, await objectStatesAfter(executor, [prompt], layer, [state]));
}

export interface Causality {
  /** Share of edits after which the target's object is the model's top token. */
  readonly mean: number;
  /** Rank of W†, chosen on validation subjects. */
  readonly rank: number;
  readonly baselines: {
    /** The target subject's state put in its place. */
    readonly subject: number;
    /** The target's z put in its place. */
    readonly object: number;
    /** The embedding of the target's object, as long as the subject's state. */
    readonly embedding: number;
  };
  readonly pairs: number;
}

/** Edits of each subject towards so many others. */
const targetsEach = 3;

/** Success of edits on the test subjects. @param decomposition of W at the layer */
export async function causality(study: Study, decomposition: Decomposition, layer: number): Promise<Causality> {
  const { executor, split, settings } = study;
  const share = async (pairs: readonly EditPair[], stateOf: (pair: EditPair) => ArrayLike<number>) => {
    const prompts = pairs.map(({ subject }) => subject.prompt);
    const tops = await topTokens(executor, await objectStatesAfter(executor, prompts, layer, pairs.map(stateOf)));
    return pairs.filter(({ target }, p) => tops[p] === target.answer).length / pairs.length;
  };
  const byRank = (rank: number) => (pair: EditPair) => editedState(decomposition, rank, pair, layer);
  const random = Random.seeded(settings.seed, "relation edits");
  const tried = editPairs(study, split.seeds[0].validation, random);
  const pairs = editPairs(study, split.test, random);
  let best = { rank: 1, success: -1 };
  const full = Math.max(1, decomposition.singular.length);
  for (const rank of [...ranksBelow(full), full]) {
    const success = await share(tried, byRank(rank));
    if (success > best.success) best = { rank, success };
  }
  return {
    mean: await share(pairs, byRank(best.rank)),
    rank: best.rank,
    baselines: {
      subject: await share(pairs, ({ target }) => stateAt(target, layer)),
      object: await share(pairs, ({ target }) => target.object),
      embedding: await share(pairs, (pair) => embeddingOfObject(executor, pair, layer)),
    },
    pairs: pairs.length,
  };
}

function editPairs({ known }: Study, subjects: readonly number[], random: Random): EditPair[] {
  return subjects.flatMap((i) => {
    const others = subjects.filter((j) => known[j].answer !== known[i].answer);
    return random.sample(others, targetsEach).map((j) => ({ subject: known[i], target: known[j] }));
  });
}

function embeddingOfObject(executor: Executor, { subject, target }: EditPair, layer: number): Float64Array {
  const state = stateAt(subject, layer);
  const embedding = executor.model.embedRows([target.answer]);
  const scale = Math.sqrt(dot(state, state) / dot(embedding, embedding));
  return Float64Array.from(embedding, (x) => scale * x);
}
