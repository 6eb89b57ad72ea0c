// Circuits on prompts other than their own as tables: a line for each, and prompts by circuits.
import type { Table } from "../choices/result-table.ts";
import type { TransferCell } from "./statistics.ts";

export function transferCellsTable(cells: readonly TransferCell[]): Table {
  return {
    title: "circuits on tasks",
    columns: [
      "circuit",
      "equal",
      "task",
      "template",
      "corruption",
      "ablation",
      "split",
      "examples",
      "f",
      "low",
      "high",
      "accuracy",
      "model's accuracy",
      "criterion",
      "why not",
    ],
    rows: cells.map(({ circuit, equal, row }) => {
      const { task, template, corruption, ablation, split, figures, failure } = row;
      return [
        circuit,
        equal,
        task,
        template ?? "own",
        corruption ?? "own",
        ablation.kind,
        split,
        figures?.examples,
        figures?.faithfulness,
        figures?.interval?.[0],
        figures?.interval?.[1],
        figures?.accuracy?.circuit,
        figures?.accuracy?.full,
        figures && (figures.criterionHolds ? "yes" : "no"),
        failure,
      ];
    }),
  };
}

/** Prompts by circuits, each field "f [95 %]", with "no" behind it where the criterion does not hold; none for one circuit alone. */
export function crossTables(cells: readonly TransferCell[]): readonly Table[] {
  const nameOf = ({ circuit, of, equal }: TransferCell) =>
    equal === undefined ? `${of + 1}: ${circuit}` : `${of + 1}: ${circuit}, ${equal}`;
  const circuits = [...new Set(cells.map(nameOf))];
  if (circuits.length < 2) return [];
  const promptsOf = ({ row }: TransferCell) => [row.task, row.template ?? "own", row.corruption ?? "own"];
  const keyOf = (cell: TransferCell) => JSON.stringify([...promptsOf(cell), cell.row.sha256]);
  const byPrompts = new Map<string, TransferCell[]>();
  for (const cell of cells) byPrompts.set(keyOf(cell), [...(byPrompts.get(keyOf(cell)) ?? []), cell]);
  return [
    {
      title: "prompts by circuits",
      columns: ["task", "template", "corruption", ...circuits],
      rows: [...byPrompts.values()].map((row) => [
        ...promptsOf(row[0]),
        ...circuits.map((name) => fieldOf(row.find((cell) => nameOf(cell) === name))),
      ]),
    },
  ];
}

function fieldOf(cell: TransferCell | undefined): string {
  const figures = cell?.row.figures;
  if (!figures) return "none";
  const { faithfulness, interval, criterionHolds } = figures;
  const spread = interval ? ` [${interval.map((end) => end.toFixed(3)).join(", ")}]` : "";
  return `${faithfulness.toFixed(3)}${spread}${criterionHolds ? "" : " no"}`;
}
