// A Patchscope as tables: the grid, curve and list that the command line prints and the window saves.
import type { PatchscopeResult } from "./patchscope.ts";
import type { Table } from "./result-table.ts";

export function patchscopeTables({
  words,
  cells,
  unpatched,
  zero,
  share,
  ladder,
  source,
  target,
  selfPatch,
}: PatchscopeResult): Table[] {
  return [
    {
      title: `"${source.tokens[source.position]}" of "${source.text}" put at "${target.tokens[target.position]}" of "${target.text}"`,
      columns: ["from", "into", "top", "p", ...words.map(({ word }) => `rank of ${word}`), "moved", "null share"],
      rows: [
        ["", "unpatched", unpatched.top, unpatched.probability, ...unpatched.ranks],
        ...zero.map((row) => ["zero", row.into, row.top, undefined, ...row.ranks]),
        ...cells.map((cell) => [
          cell.from,
          cell.into,
          cell.top,
          cell.probability,
          ...cell.ranks,
          cell.moved,
          cell.nullShare,
        ]),
      ],
    },
    ...(ladder.length === 0
      ? []
      : [
          {
            title: "texts",
            columns: ["from", "into", "text", "moved"],
            rows: ladder.map(({ from, into, text, moved }) => [from, into, text, moved]),
          },
        ]),
    {
      title: `share of cells in which ${words[0].word} comes first, beside ${share.null.draws.length} other sources`,
      columns: ["share", "null mean", "null 95 %", "rank", "own states put back"],
      rows: [[share.value, share.null.mean, share.null.quantiles["0.95"], share.rank, selfPatch]],
    },
  ];
}
