// A relation transplant as tables: the grid, curve and list that the command line prints and the window saves.
import type { TransplantResult } from "./patchscope.ts";
import type { Table } from "./result-table.ts";

export function transplantTables({ target, layers, subjects, last }: TransplantResult): Table[] {
  return [
    {
      title: `${subjects.length} subjects put into "${target.text}"; last layer by the first half: ${last ?? "none"}`,
      columns: [
        "from",
        "into",
        "first half",
        "other half",
        "all",
        "from 95 %",
        "to 95 %",
        "another's",
        "the prompt's own",
      ],
      rows: layers.map(({ from, into, discovery, heldOut, own, host }) => [
        from,
        into,
        discovery,
        heldOut,
        own.value,
        own.interval?.[0],
        own.interval?.[1],
        own.null.mean,
        host,
      ]),
    },
  ];
}
