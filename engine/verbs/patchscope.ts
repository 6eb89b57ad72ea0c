// The verb "patchscope": what a state says in another prompt.
import { patchscopeSettings } from "../choices/patchscope.ts";
import { patchscopeTask } from "../session/patchscope-task.ts";
import type { Verb } from "./verb.ts";

export const patchscope: Verb<"patchscope"> = {
  name: "patchscope",
  settings: patchscopeSettings,
  version: 1,
  says: "Puts states of a text into another prompt, layer by layer, and reads what it then says.",
  examples: [
    '--text "The capital of Poland" --template capital --words Warsaw',
    '--model smollm2 --text "He lives in Paris" --from 0,5,10,15,20 --into 1,4,7 --ladder',
  ],
  about: ({ model }) => ({ model, n: 1 }),
  stages: () => [{ name: "patching", share: 1 }],
  run: (settings, { execution, signal, report }) => patchscopeTask(settings, { execution, signal, onProgress: report }),
  headline: ({ words: [{ word }], share }) => ({
    code: "patchscope",
    values: { word, share: share.value, null: share.null.mean },
  }),
  tables: ({ words, cells, unpatched, zero, share, ladder, source, target, selfPatch }) => [
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
  ],
};
