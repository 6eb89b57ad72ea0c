// Circuits on other tasks than their own: each one's figures on every task, or why there are none.
import { kindOf } from "../activations/ablation-kinds.ts";
import { basename } from "node:path";
import type { TransferSettings } from "../choices/evaluate.ts";
import type { Execution } from "../choices/execution.ts";
import type { TaskChoice } from "../choices/task-choice.ts";
import { EngineError } from "../base/errors.ts";
import { fewSentence } from "../base/interval.ts";
import { ablationWords } from "../circuit/ablation-words.ts";
import type { TransferRow } from "../circuit/circuit-schema.ts";
import type { TransferCell } from "../contract/statistics.ts";
import type { ContrastTask } from "../task/task.ts";
import type { CircuitSource } from "./circuit-source.ts";
import { evaluateCircuit, type EvaluateChoice, evaluatedWith } from "./evaluate-circuit.ts";
import { ablationOf } from "./prepare.ts";
import { readAside } from "./read-aside.ts";

/** What is measured, the circuits as they were read. */
export interface TransferRequest extends Omit<TransferSettings, "circuits"> {
  readonly circuits: readonly CircuitSource[];
}

export interface TransferHooks {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, cell: TransferCell) => void;
}

/**
 * Circuit by circuit, task by task; every task file is read before anything is measured.
 *
 * @throws EngineError "usage" without circuits or tasks; as `loadContrast`; as `evaluateCircuit`, but where a model cannot
 *   do a task or does not know its words, which the cell says
 */
export async function transferTask(
  { circuits, tasks, ...settings }: TransferRequest,
  { execution, signal, onProgress }: TransferHooks = {},
): Promise<TransferCell[]> {
  if (circuits.length === 0 || tasks.length === 0) {
    throw new EngineError("usage", "Name at least one circuit file, and at least one task with --tasks.");
  }
  const loaded: ContrastTask[] = [];
  for (const task of tasks) loaded.push(await readAside("contrast", task, signal));
  const cells: TransferCell[] = [];
  for (const source of circuits) {
    for (const task of loaded) {
      const cell = await cellOf(source, task, { ...settings, task: task.file }, { execution, signal });
      cells.push(cell);
      onProgress?.(cells.length, circuits.length * tasks.length, cell);
    }
  }
  return cells;
}

async function cellOf(
  source: CircuitSource,
  task: ContrastTask,
  settings: EvaluateChoice,
  hooks: Pick<TransferHooks, "execution" | "signal">,
): Promise<TransferCell> {
  const circuit = basename(source.file);
  const foundWith = source.form === "own" ? ablationWords(source.circuit.task.ablation) : undefined;
  try {
    const evaluation = await evaluateCircuit(source, { ...settings, random: 0, parts: false }, hooks);
    const { results, criterion, notes } = evaluation;
    const { name, file, sha256, seed, ablation } = evaluation.task;
    const row: TransferRow = {
      task: name,
      file,
      sha256,
      seed,
      ablation,
      criterion: criterion.name,
      threshold: criterion.threshold,
      split: results.heldOut ? "heldOut" : "discovery",
      figures: results.heldOut ?? results.discovery,
    };
    const few = fewSentence(row.figures!.examples!, `${results.heldOut ? "held-out" : "discovery"} examples`);
    return { circuit, foundWith, row, notes: [...notes, ...(few ? [`${file}: ${few}`] : [])] };
  } catch (error) {
    if (!(error instanceof EngineError) || !UNABLE.has(error.code)) throw error;
    return { circuit, foundWith, row: failureRow(task, evaluatedWith(source, settings), error.message), notes: [] };
  }
}

/** Errors that say something of this model on this task, and nothing of the next one. */
const UNABLE: ReadonlySet<EngineError["code"]> = new Set(["degenerate-task", "invalid-task"]);

function failureRow(task: ContrastTask, asked: TaskChoice, failure: string): TransferRow {
  const ablation = ablationOf(asked, task);
  const examples = asked.examples?.discovery ?? task.split.discovery;
  return {
    task: task.name,
    file: basename(task.file),
    sha256: task.sha256,
    seed: asked.seed ?? task.seed,
    ablation: { kind: ablation.kind, reference: kindOf(ablation).origin(ablation, examples) },
    criterion: asked.criterion ?? task.criterion,
    threshold: asked.threshold ?? task.threshold,
    // As everywhere in a circuit file, without the folder.
    failure: failure.replaceAll(task.file, basename(task.file)),
  };
}
