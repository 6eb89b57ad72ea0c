// Circuits on other prompts than their own: each one's figures on every task, template and corruption, or why there are none.
import { kindOf } from "../activations/ablation-kinds.ts";
import { basename } from "node:path";
import type { TransferSettings } from "../choices/evaluate.ts";
import type { Execution } from "../choices/execution.ts";
import type { Across } from "../choices/lists.ts";
import type { TaskChoice } from "../choices/task-choice.ts";
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { ablationWords } from "../circuit/ablation-words.ts";
import type { Alternatives, TransferRow } from "../circuit/circuit-schema.ts";
import type { TransferCell } from "../contract/statistics.ts";
import { heldOutTemplates } from "../task/expand-templates.ts";
import type { ContrastTask } from "../task/task.ts";
import type { CircuitSource } from "./circuit-source.ts";
import { fewPrompts, unjudged } from "./circuit-record.ts";
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

/** A circuit that is measured. */
type Subject = Pick<TransferCell, "of" | "equal"> & { readonly source: CircuitSource };

/** Prompts that a circuit is measured on. */
interface Prompts {
  readonly task: ContrastTask;
  readonly template?: string;
  readonly corruption?: string;
}

/**
 * Circuit by circuit, task by task; every task file is read before anything is measured.
 *
 * @throws EngineError "usage" without circuits or tasks, or where tasks have nothing to measure across; as `loadContrast`;
 *   as `evaluateCircuit`, but where a model cannot do a task or does not know its words, which the cell says
 */
export async function transferTask(
  { circuits, tasks, across = [], alternatives = false, ...settings }: TransferRequest,
  { execution, signal, onProgress }: TransferHooks = {},
): Promise<TransferCell[]> {
  if (circuits.length === 0 || tasks.length === 0) {
    throw new EngineError("usage", say`Name at least one circuit file, and at least one task with --tasks.`);
  }
  const loaded: ContrastTask[] = [];
  for (const task of tasks) loaded.push(await readAside("contrast", task, signal));
  requireSome(loaded, across);
  const subjects = circuits.flatMap((source, of) => subjectsOf(source, of, alternatives));
  const prompts = loaded.flatMap((task) => promptsOf(task, across, settings.corruption));
  const cells: TransferCell[] = [];
  for (const subject of subjects) {
    for (const on of prompts) {
      const cell = await cellOf(subject, on, settings, { execution, signal });
      cells.push(cell);
      onProgress?.(cells.length, subjects.length * prompts.length, cell);
    }
  }
  return cells;
}

/** What stands in the file of one of the circuits named: equals of it are kept beside, not in its file. */
export function ownRows(cells: readonly TransferCell[], of: number): TransferRow[] {
  return cells.flatMap((cell) => (cell.of === of && cell.equal === undefined ? [cell.row] : []));
}

function requireSome(tasks: readonly ContrastTask[], across: readonly Across[]): void {
  const lacking = {
    templates: tasks.every((task) => heldOutTemplates(task).length === 0) && say`held-out templates (heldOutTemplates)`,
    corruptions: tasks.every((task) => corruptionsOf(task).length < 2) && say`second corruption (corruptions)`,
  };
  const what = across.map((one) => lacking[one]).find((one) => one !== false);
  if (what === undefined) return;
  const files = sayList(
    tasks.map(({ file }) => basename(file)),
    ", ",
  );
  throw new EngineError("usage", say`${files}: has no ${what}, so there is nothing to measure across.`);
}

function subjectsOf(source: CircuitSource, of: number, alternatives: boolean): Subject[] {
  const equals = alternatives && source.form === "own" ? (source.circuit.results?.alternatives?.circuits ?? []) : [];
  return [
    { source, of },
    ...equals.slice(1).map((equal) => {
      const own = source as Extract<CircuitSource, { form: "own" }>;
      return { source: { ...own, circuit: { ...own.circuit, kept: equal.kept } }, of, equal: foundHow(equal) };
    }),
  ];
}

const foundHow = ({ order, without: forbidden, seed }: Alternatives["circuits"][number]): string =>
  order === "without" ? `without ${forbidden}` : `${order}, seed ${seed}`;

/** The task's own prompts come first. */
function promptsOf(task: ContrastTask, across: readonly Across[], asked: string | undefined): Prompts[] {
  const templates = [undefined, ...(across.includes("templates") ? heldOutTemplates(task) : [])];
  const names = across.includes("corruptions") ? corruptionsOf(task) : [];
  const corruptions = names.length > 1 ? names : [asked];
  return corruptions.flatMap((corruption) => templates.map((template) => ({ task, template, corruption })));
}

/** The default first. */
function corruptionsOf(task: ContrastTask): readonly string[] {
  if (task.form !== "templates") return [];
  const { corruption, corruptions } = task;
  return [corruption, ...Object.keys(corruptions).filter((name) => name !== corruption)];
}

async function cellOf(
  { source, ...subject }: Subject,
  { task, template, corruption }: Prompts,
  choice: Omit<EvaluateChoice, "task">,
  hooks: Pick<TransferHooks, "execution" | "signal">,
): Promise<TransferCell> {
  const settings = { ...choice, task: task.file, corruption };
  const circuit = basename(source.file);
  const foundWith = source.form === "own" ? ablationWords(source.circuit.task.ablation) : undefined;
  const cell = { circuit, ...subject, foundWith };
  const on = { ...(template !== undefined && { template }), ...(corruption !== undefined && { corruption }) };
  try {
    const evaluation = await evaluateCircuit(source, { ...settings, random: 0, parts: false }, { ...hooks, template });
    const { results, criterion, notes } = evaluation;
    const { name, file, sha256, seed, ablation, corruption: taken, examples: measured } = evaluation.task;
    // Figures of the examples that were searched are no answer to what was asked.
    if (measured.heldOut > 0 && !results.heldOut) throw new EngineError("degenerate-task", unjudged(measured.heldOut));
    const row: TransferRow = {
      task: name,
      file,
      sha256,
      seed,
      ...on,
      ...(taken !== undefined && { corruption: taken }),
      ablation,
      criterion: criterion.name,
      threshold: criterion.threshold,
      split: results.heldOut ? "heldOut" : "discovery",
      figures: results.heldOut ?? results.discovery,
    };
    const { examples, prompts = examples } = row.figures!;
    const few = fewPrompts(examples!, prompts!, results.heldOut ? say`held-out examples` : say`discovery examples`);
    return { ...cell, row, notes: [...notes, ...few.map((sentence) => say`${file}: ${sentence}`)] };
  } catch (error) {
    if (!(error instanceof EngineError) || !UNABLE.has(error.code)) throw error;
    const row = { ...failureRow(task, evaluatedWith(source, settings), error.message), ...on };
    return { ...cell, row, notes: [] };
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
