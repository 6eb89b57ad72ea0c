// Statistics of a circuit as text to read: the searches again on other examples, and the circuit on other tasks.
import { say } from "../engine/base/sentence.ts";
import { greatest, least } from "../engine/base/greatest.ts";
import { fewSentence } from "../engine/base/interval.ts";
import { ablationWords } from "../engine/circuit/ablation-words.ts";
import type { Circuit, Stability, StabilityRow, TransferRow } from "../engine/circuit/circuit-schema.ts";
import { columns } from "./circuit-table.ts";
import { intervalText } from "./interval-text.ts";

export function stabilityTable({ rows, seeds, enough }: Stability): string {
  const withCircuit = rows.some(({ jaccardWithCircuit }) => jaccardWithCircuit);
  const head = [
    "examples",
    "kept",
    "Jaccard, least, 95 %",
    ...(withCircuit ? ["with this circuit"] : []),
    "f held out",
    "holds there",
    "f of all's, of any's",
    "always kept",
  ];
  const lines = rows.map((row) => [
    String(row.discovery),
    `${least(row.kept)} to ${greatest(row.kept)}`,
    alike(row.jaccard),
    ...(withCircuit ? [alike(row.jaccardWithCircuit)] : []),
    (row.heldOut.reduce((sum, f) => sum + f, 0) / row.heldOut.length).toFixed(3),
    share(row.holds),
    [row.intersection, row.union].map((shared) => shared?.faithfulness.toFixed(3) ?? "").join(", "),
    alwaysKept(row),
  ]);
  const few = fewSentence(seeds.length, say`searches of each size`);
  return `${columns([head, ...lines])}\n\n${few ? `note: ${few}\n` : ""}${enoughOf(enough, seeds.length)}`;
}

function alike(found: StabilityRow["jaccard"]): string {
  if (!found) return "";
  const interval = found.interval ? `, ${intervalText(found.interval, 2)}` : "";
  return `${found.mean.toFixed(2)}, ${found.least.toFixed(2)}${interval}`;
}

const listedUnits = 12;

function alwaysKept({ units }: StabilityRow): string {
  const always = units.filter(({ share }) => share === 1).map(({ id }) => id);
  const rest = always.length - listedUnits;
  return `${always.slice(0, listedUnits).join(" ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function enoughOf(enough: number | undefined, runs: number): string {
  return enough === undefined
    ? "At no size that was tried does the criterion hold on held-out examples for every search and every larger size."
    : `From ${enough} discovery examples on the criterion holds on held-out examples for all ${runs} searches.`;
}

export interface NamedTransfer {
  /** File of the circuit; undefined where all are of one. */
  readonly circuit?: string;
  /** Which of the equals in that file. */
  readonly equal?: string;
  /** The ablation that the circuit was found with, in words, where its file says so. */
  readonly foundWith: string | undefined;
  readonly row: TransferRow;
}

export function transferTable(cells: readonly NamedTransfer[]): string {
  const named = cells.some(({ circuit }) => circuit !== undefined);
  const prompts = cells.some(({ row }) => row.template !== undefined || row.corruption !== undefined);
  const head = [
    "task",
    ...(prompts ? ["template", "corruption"] : []),
    "f",
    "95 %",
    "accuracy",
    "model's",
    "holds",
    "ablation",
  ];
  const rows = cells.map((cell) => [
    ...(named ? [circuitName(cell)] : []),
    ...transferCells(cell, prompts ? [cell.row.template ?? "own", cell.row.corruption ?? "own"] : []),
  ]);
  const failures = cells.flatMap(({ row: { task, template, failure } }) =>
    failure === undefined ? [] : [`${task}${template === undefined ? "" : `, template ${template}`}: ${failure}`],
  );
  return [columns([[...(named ? ["circuit"] : []), ...head], ...rows]), ...failures].join("\n");
}

function circuitName({ circuit = "", equal }: NamedTransfer): string {
  return equal === undefined ? circuit : `${circuit}, ${equal}`;
}

function transferCells({ row, foundWith }: NamedTransfer, prompts: readonly string[]): string[] {
  const { task, figures, ablation } = row;
  const measuredWith = ablationWords(ablation);
  const words =
    foundWith === undefined || foundWith === measuredWith ? measuredWith : `${measuredWith}, found with ${foundWith}`;
  if (!figures) return [task, ...prompts, "none", "", "", "", "", words];
  const { faithfulness, interval, accuracy, criterionHolds } = figures;
  return [
    task,
    ...prompts,
    faithfulness.toFixed(3),
    intervalText(interval, 3),
    share(accuracy?.circuit),
    share(accuracy?.full),
    criterionHolds ? "yes" : "NO",
    words,
  ];
}

/** What a circuit file holds of both. */
export function statisticsRows({ results, task }: Circuit): string {
  const { stability, transfer } = results ?? {};
  const foundWith = ablationWords(task.ablation);
  const parts = [];
  if (stability) parts.push(`${searchedWords(stability)}\n${stabilityTable(stability)}`);
  if (transfer) parts.push(`on other tasks\n${transferTable(transfer.map((row) => ({ foundWith, row })))}`);
  return parts.join("\n\n");
}

function searchedWords({ seeds, searched, heldOut }: Stability): string {
  const { criterion, threshold, ablation } = searched;
  return (
    `searched again ${seeds.length} times for each number of examples: criterion ${criterion} at ${threshold}, ` +
    `${ablation} ablation, ${heldOut} held-out examples`
  );
}

const share = (value: number | undefined) => (value === undefined ? "" : `${Math.round(100 * value)} %`);
