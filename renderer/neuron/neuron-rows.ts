// All hidden neurons of a study as rows: which ones pass a filter, in which order.
import type { NeuronTable } from "../../engine/choices/neuron.ts";

/** What a row shows; "apart" is |AUROC − .5|. */
export const NEURON_COLUMNS = [
  "auroc",
  "apart",
  "pointBiserial",
  "meanOn",
  "meanOff",
  "mean",
  "meanAbsolute",
  "deviation",
  "min",
  "max",
] as const;
export type NeuronColumn = (typeof NEURON_COLUMNS)[number];

export interface NeuronRowsChoice {
  readonly by: NeuronColumn | "id";
  readonly descending: boolean;
  /** Undefined for all. */
  readonly layer?: number;
  /** Least |AUROC − .5|. */
  readonly least: number;
  /** Part of an id such as "m29.n7". */
  readonly find: string;
}

/** "layer·neuron" → "m29.n720" */
export const idAt = ({ dMlp }: NeuronTable, index: number): string => `m${Math.floor(index / dMlp)}.n${index % dMlp}`;

/** "m29.n720" → "layer·neuron"; −1 where there is no such neuron. */
export function indexOf({ dMlp, nLayers }: NeuronTable, id: string): number {
  const [, layer, neuron] = /^m(\d+)\.n(\d+)$/.exec(id)?.map(Number) ?? [];
  return layer === undefined || layer >= nLayers || neuron! >= dMlp ? -1 : layer * dMlp + neuron!;
}

export function valueAt(table: NeuronTable, column: NeuronColumn, index: number): number {
  return column === "apart" ? Math.abs(table.auroc[index]! - 0.5) : table[column][index]!;
}

/** Indices "layer·neuron" of the rows; what is no number comes last, equals by their place. */
export function neuronRows(table: NeuronTable, { by, descending, layer, least, find }: NeuronRowsChoice): Int32Array {
  const count = table.auroc.length;
  const text = find.trim();
  const chosen = new Int32Array(count);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (layer !== undefined && Math.floor(i / table.dMlp) !== layer) continue;
    // A neuron that never differs has no AUROC, and passes where nothing is asked.
    if (least > 0 && !(Math.abs(table.auroc[i]! - 0.5) >= least)) continue;
    if (text !== "" && !idAt(table, i).includes(text)) continue;
    chosen[kept++] = i;
  }
  const rows = chosen.slice(0, kept);
  const sign = descending ? -1 : 1;
  if (by === "id") return descending ? rows.reverse() : rows;
  const keys = Float64Array.from(rows, (i) => {
    const value = valueAt(table, by, i);
    return Number.isNaN(value) ? Infinity : sign * value;
  });
  const order = Int32Array.from(rows, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
  return order.map((i) => rows[i]!);
}
