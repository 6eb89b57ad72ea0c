// The Jacobian of the object's state in the subject's, at many layers by one backward pass over gradient graphs.
import { append } from "../base/append.ts";
import { least } from "../base/greatest.ts";
import { capture } from "../activations/capture.ts";
import { rowBudget } from "../activations/chunk.ts";
import type { Executor, PrefixRows } from "../activations/executor.ts";
import { backward, type ForwardRun } from "../activations/gradients.ts";
import { Packing, type Reals, zeros } from "../activations/packing.ts";
import { EMBEDDING, packPrompts, stopIfAborted } from "./states.ts";
import type { SubjectPrompt } from "./prompts.ts";

export interface JacobianOptions {
  readonly signal?: AbortSignal;
  /** Called after each layer of each prompt, with the share that is done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * J = ∂z/∂s of each prompt at each of the layers, "objectDim subjectDim" (row-major): z the residual stream after the last
 * block at END, s the one at the subject's last token behind block `layer` (−1: the embedding). All dModel rows of J are
 * cotangents of one forward run; positions before the subject do not depend on s and enter as fixed keys and values.
 *
 * @returns by prompt, then in the order of `layers`
 * @throws EngineError "cancelled"
 */
export async function jacobians(
  executor: Executor,
  prompts: readonly SubjectPrompt[],
  layers: readonly number[],
  options: JacobianOptions = {},
): Promise<Reals[][]> {
  if (prompts.length === 0) return [];
  const { dModel, nLayers } = executor.model.config;
  const found = prompts.map(() => layers.map(() => zeros(executor.precision, dModel * dModel)));
  const runs: RunOfPrompt[] = [];
  for (const [p, prompt] of prompts.entries()) {
    const tail = await tailOf(executor, prompt, options.signal);
    append(runs, runsOf(executor, prompt, tail, p));
    const last = layers.indexOf(nLayers - 1);
    if (last >= 0 && prompt.subjectPosition === prompt.ids.length - 1) setIdentity(found[p][last], dModel);
  }
  const from = least(layers) + 1;
  const total = runs.length * (nLayers - from);
  let done = 0;
  await backward(
    executor,
    runs.map(({ run }) => run),
    {
      from,
      visit: (layer, r, { residPre }) => {
        stopIfAborted(options.signal);
        options.onProgress?.(++done, total);
        const at = layers.indexOf(layer - 1);
        if (at < 0) return;
        const { prompt, firstRow, run } = runs[r];
        const rows = run.packing.rows;
        for (let copy = 0; copy < run.copies!; copy++) {
          const gradient = residPre.subarray(copy * rows * dModel, (copy * rows + 1) * dModel);
          found[prompt][at].set(gradient, (firstRow + copy) * dModel);
        }
      },
    },
  );
  return found;
}

/** Layers at which a state can be read, from the embedding to the last block. */
export function allLayers(nLayers: number): number[] {
  return Array.from({ length: nLayers + 1 }, (_, i) => i + EMBEDDING);
}

/** A prompt from its subject on, and what attention needs of the tokens before. */
interface Tail {
  readonly residPre: readonly Reals[];
  readonly prefix: readonly PrefixRows[] | undefined;
}

async function tailOf(executor: Executor, prompt: SubjectPrompt, signal: AbortSignal | undefined): Promise<Tail> {
  const { dModel, nKeyValueHeads, dHead } = executor.model.config;
  const { packing, embedded } = packPrompts(executor, [prompt]);
  const { at } = await capture(executor, packing, embedded, {
    sites: ["residPre", "k", "v"],
    afterLayer: () => stopIfAborted(signal),
  });
  const first = prompt.subjectPosition;
  const head = (rows: Reals) => rows.slice(0, first * nKeyValueHeads * dHead);
  const prefix = at.k!.map((k, layer) => ({ k: head(k), v: head(at.v![layer]) }));
  return {
    residPre: at.residPre!.map((rows) => rows.slice(first * dModel)),
    prefix: first > 0 ? prefix : undefined,
  };
}

interface RunOfPrompt {
  readonly prompt: number;
  /** Row of J that the first copy's cotangent asks for. */
  readonly firstRow: number;
  readonly run: ForwardRun;
}

/** As many rows of J in one run as a pass should hold. */
function runsOf(executor: Executor, { ids, subjectPosition }: SubjectPrompt, tail: Tail, prompt: number) {
  const { config } = executor.model;
  const { dModel } = config;
  const packing = new Packing([{ length: ids.length, first: subjectPosition, prefixRow: 0 }]);
  const step = Math.max(1, Math.floor(rowBudget(config) / packing.rows));
  const runs: RunOfPrompt[] = [];
  for (let firstRow = 0; firstRow < dModel; firstRow += step) {
    const copies = Math.min(step, dModel - firstRow);
    const cotangent = zeros(executor.precision, copies * packing.rows * dModel);
    for (let copy = 0; copy < copies; copy++) {
      cotangent[((copy + 1) * packing.rows - 1) * dModel + firstRow + copy] = 1;
    }
    runs.push({ prompt, firstRow, run: { packing, cotangent, copies, ...tail } });
  }
  return runs;
}

function setIdentity(matrix: Reals, n: number): void {
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
}
