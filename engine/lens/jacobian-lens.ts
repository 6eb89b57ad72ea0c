// Fits a Jacobian lens: the mean derivative of the last state in the state before each layer, over prompts and positions.
//
// As anthropics/jacobian-lens defines it: for each dimension of the stream behind the last layer the gradient of its sum over all
// valid positions, averaged over the valid positions of the source. Early positions, where attention sinks stand, and the last
// one, which predicts nothing, are not valid.
import { capture } from "../activations/capture.ts";
import { rowBudget } from "../activations/chunk.ts";
import type { Executor } from "../activations/executor.ts";
import { backward, type ForwardRun } from "../activations/gradients.ts";
import { Packing, zeros } from "../activations/packing.ts";
import type { AffineMap } from "./affine-lens.ts";

export interface JacobianLensSettings {
  /** Leading positions of each text that are left out. */
  readonly skip: number;
}

export interface FittingHooks {
  readonly between?: () => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * J_l = mean over texts and valid positions p of Σ_{p' ≥ p} ∂last[p'] / ∂state_l[p].
 *
 * @param texts each longer than `skip` + 1 tokens
 * @returns by layer, "in out": a state as a row times it
 */
export async function fitJacobianLens(
  executor: Executor,
  texts: readonly { readonly ids: readonly number[] }[],
  { skip }: JacobianLensSettings,
  { between, onProgress }: FittingHooks = {},
): Promise<AffineMap[]> {
  const { nLayers, dModel } = executor.model.config;
  const sums = Array.from({ length: nLayers }, () => new Float64Array(dModel * dModel));
  for (const [index, { ids }] of texts.entries()) {
    const positions = Array.from({ length: ids.length - 1 - skip }, (_, i) => skip + i);
    for (const { run, firstRow } of await runsOf(executor, ids, positions)) {
      await backward(executor, [run], {
        visit: (layer, _, { residPre }) => {
          between?.();
          addRows(sums[layer], residPre, { rows: ids.length, copies: run.copies!, firstRow, positions, dModel });
        },
      });
    }
    onProgress?.(index + 1, texts.length);
  }
  return sums.map((sum) => ({
    weight: Float32Array.from(sum, (value) => value / texts.length),
    bias: new Float32Array(dModel),
  }));
}

interface RowsOfJacobian {
  readonly run: ForwardRun;
  /** Dimension of the last state that the first copy's cotangent asks for. */
  readonly firstRow: number;
}

/** As many rows of the Jacobian in one run as a pass should hold. */
async function runsOf(
  executor: Executor,
  ids: readonly number[],
  positions: readonly number[],
): Promise<RowsOfJacobian[]> {
  const { config } = executor.model;
  const { dModel } = config;
  const packing = Packing.ofLengths([ids.length]);
  const { at } = await capture(executor, packing, executor.embed(ids, packing.positions), { sites: ["residPre"] });
  const step = Math.max(1, Math.floor(rowBudget(config) / packing.rows));
  const runs: RowsOfJacobian[] = [];
  for (let firstRow = 0; firstRow < dModel; firstRow += step) {
    const copies = Math.min(step, dModel - firstRow);
    const cotangent = zeros(executor.precision, copies * packing.rows * dModel);
    for (let copy = 0; copy < copies; copy++) {
      for (const position of positions) cotangent[(copy * packing.rows + position) * dModel + firstRow + copy] = 1;
    }
    runs.push({ firstRow, run: { packing, residPre: at.residPre!, cotangent, copies } });
  }
  return runs;
}

function addRows(
  sum: Float64Array,
  gradient: ArrayLike<number>,
  {
    rows,
    copies,
    firstRow,
    positions,
    dModel,
  }: { rows: number; copies: number; firstRow: number; positions: readonly number[]; dModel: number },
): void {
  for (let copy = 0; copy < copies; copy++) {
    for (const position of positions) {
      const start = (copy * rows + position) * dModel;
      for (let i = 0; i < dModel; i++) {
        sum[i * dModel + firstRow + copy] += gradient[start + i] / positions.length;
      }
    }
  }
}
