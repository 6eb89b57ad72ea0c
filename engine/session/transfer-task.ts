// Circuits on other tasks than their own: each one's figures on every task.
import { basename } from "node:path";
import type { Figures } from "../circuit/circuit-schema.ts";
import { EngineError } from "../base/errors.ts";
import { type EvaluateSettings, evaluateCircuit } from "./evaluate-circuit.ts";

export interface TransferSettings extends Pick<EvaluateSettings, "model" | "seed" | "examples" | "ablation"> {
  readonly circuits: readonly string[];
  readonly tasks: readonly string[];
}

/** One circuit on one task. */
export interface TransferCell {
  readonly circuit: string;
  readonly task: string;
  /** Of the ablation that the circuit was found with, where its file says so, and the one it was measured with here. */
  readonly foundWith: string | undefined;
  readonly measuredWith: string;
  /** On the task's held-out examples, or its discovery examples where it has no others. */
  readonly figures: Figures;
  readonly notes: readonly string[];
}

export interface TransferHooks {
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Circuit by circuit, task by task. @throws EngineError "usage" without circuits or tasks; as `evaluateCircuit` */
export async function transferTask(
  { circuits, tasks, ...settings }: TransferSettings,
  { threads, signal, onProgress }: TransferHooks = {},
): Promise<TransferCell[]> {
  if (circuits.length === 0 || tasks.length === 0) {
    throw new EngineError("usage", "Name at least one circuit file, and at least one task with --tasks.");
  }
  const cells: TransferCell[] = [];
  for (const circuit of circuits) {
    for (const task of tasks) {
      const {
        results,
        foundWith,
        task: measured,
        notes,
      } = await evaluateCircuit({ ...settings, circuit, task, random: 0 }, { threads, signal });
      cells.push({
        circuit: basename(circuit),
        task: measured.name,
        foundWith,
        measuredWith: `${measured.ablation.kind} (${measured.ablation.reference})`,
        figures: results.heldOut ?? results.discovery,
        notes,
      });
      onProgress?.(cells.length, circuits.length * tasks.length);
    }
  }
  return cells;
}
