// What the model makes of each subject: its state at every layer, the object's state, and the model's own answer.
import { append } from "../base/append.ts";
import { capture } from "../activations/capture.ts";
import { rowBudget } from "../activations/chunk.ts";
import type { Executor } from "../activations/executor.ts";
import { Packing, type Reals, takeRows } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { topTokens } from "../readout/logits.ts";
import type { SubjectPrompt } from "./prompts.ts";

/**
 * Layers of a subject's state, as in Hernandez et al.: l is the output of block l, −1 the embedding (position included).
 */
export const EMBEDDING = -1;

export interface SubjectStates {
  readonly prompt: SubjectPrompt;
  /** s: the residual stream at the subject's last token, by layer + 1, "dModel" each. */
  readonly subject: readonly Reals[];
  /** z: the residual stream after the last block at END, before the final norm, "dModel". */
  readonly object: Reals;
  /** The model's top token at END. */
  readonly answer: number;
}

/** s at a layer, −1 for the embedding. */
export const stateAt = ({ subject }: SubjectStates, layer: number): Reals => subject[layer + 1];

/** @throws EngineError "cancelled" */
export async function subjectStates(
  executor: Executor,
  prompts: readonly SubjectPrompt[],
  signal?: AbortSignal,
): Promise<SubjectStates[]> {
  const found: SubjectStates[] = [];
  for (const group of promptGroups(prompts, rowBudget(executor.model.config))) {
    append(found, await groupStates(executor, group, signal));
  }
  return found;
}

async function groupStates(
  executor: Executor,
  prompts: readonly SubjectPrompt[],
  signal: AbortSignal | undefined,
): Promise<SubjectStates[]> {
  const { dModel } = executor.model.config;
  const { packing, embedded } = packPrompts(executor, prompts);
  const { residual, at } = await capture(executor, packing, embedded, {
    sites: ["residPre"],
    afterLayer: () => stopIfAborted(signal),
  });
  const ends = takeRows(residual, dModel, packing.endRows);
  const answers = await topTokens(executor, ends);
  const layers = [...at.residPre!, residual];
  return prompts.map((prompt, p) => {
    const row = packing.rowStart[p] + prompt.subjectPosition;
    return {
      prompt,
      subject: layers.map((rows) => takeRows(rows, dModel, [row])),
      object: takeRows(ends, dModel, [p]),
      answer: answers[p],
    };
  });
}

/** Whole prompts, one after the other, embedded. */
export function packPrompts(executor: Executor, prompts: readonly SubjectPrompt[]) {
  const packing = Packing.ofLengths(prompts.map(({ ids }) => ids.length));
  const embedded = executor.embed(
    prompts.flatMap(({ ids }) => [...ids]),
    packing.positions,
  );
  return { packing, embedded };
}

/** Prompts in order, cut so that each group's tokens stay near the budget. */
function promptGroups(prompts: readonly SubjectPrompt[], budget: number): SubjectPrompt[][] {
  const groups: SubjectPrompt[][] = [];
  let rows = Infinity;
  for (const prompt of prompts) {
    if (rows + prompt.ids.length > budget) {
      groups.push([]);
      rows = 0;
    }
    groups.at(-1)!.push(prompt);
    rows += prompt.ids.length;
  }
  return groups;
}

export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
}
