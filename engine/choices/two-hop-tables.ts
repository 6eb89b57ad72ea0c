// Questions in two hops as tables: the grid, curve and list that the command line prints and the window saves.
import type { TwoHopResult } from "./two-hop.ts";
import type { Table } from "./result-table.ts";

export function twoHopTables({ answers, decodings, backPatching, decoder, within }: TwoHopResult): Table[] {
  return [
    {
      title: "questions: ranks of the answer, and of single hops",
      columns: ["question", "e2", "e3", "says", "class", "rank", "hop 1", "hop 2", "without hop 1"],
      rows: answers.map((a) => [a.prompt, a.e2, a.e3, a.top, a.class, a.rank, a.hop1, a.hop2, a.shortcut]),
    },
    {
      title: `first decoded at rank ${within} or better, ${decoder} lens: point of the stream`,
      columns: ["class", "entity", "n", "share decoded", "from 95 %", "to 95 %", "median point"],
      rows: decodings.map(({ class: name, what, first, share, interval, median }) => [
        name,
        what,
        first.length,
        share,
        interval?.[0],
        interval?.[1],
        median,
      ]),
    },
    {
      title: "back-patching of wrong questions whose hops are both known (layers are block outputs)",
      columns: [
        "at",
        "wrong",
        "oracle",
        "other states: oracle share",
        "its 95th percentile",
        "share of pairs",
        "chosen pair",
        "first half",
        "other half",
        "other half, other states",
        "right kept",
      ],
      rows: backPatching.map(({ position, wrong, oracle, oracleShare, meanShare, chosen }) => [
        position,
        wrong,
        oracle,
        oracleShare?.null.mean,
        oracleShare?.null.quantiles["0.95"],
        meanShare,
        chosen && `${chosen.from} > ${chosen.into}`,
        chosen && `${chosen.discovery.mended} of ${chosen.discovery.of}`,
        chosen && `${chosen.heldOut.mended} of ${chosen.heldOut.of}`,
        chosen?.figure?.null.mean,
        chosen && `${chosen.kept} of ${chosen.right}`,
      ]),
    },
  ];
}
