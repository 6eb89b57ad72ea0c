// The comparison with peers as tables.
import type { PeerFigures } from "./peers.ts";

/** Head and rows, cells as text. */
export type Table = readonly [head: string[], rows: string[][]];

export function headTable({ heads }: PeerFigures): Table {
  const peer = heads.at(-1)!;
  return [
    ["circuits of heads, IOI on the embedded model, 32 prompts", "seconds", "ratio", "heads", "f held out"],
    heads.map(({ method, seconds, kept, heldOut }) => [
      method,
      seconds.toFixed(2),
      `${(peer.seconds / seconds).toFixed(1)} x`,
      String(kept.length),
      heldOut?.toFixed(3) ?? "",
    ]),
  ];
}

export function edgeTable({ edges }: PeerFigures): Table {
  return [
    [
      "orders of 1,519 edges, judged by the same exact runs",
      "by",
      "seconds",
      "edges at f 0.9 to 1.1",
      "f held out",
      "CPR",
      "CMD",
      "largest difference",
    ],
    edges.map(({ method, by, seconds, edges, heldOut, cpr, cmd, difference }) => [
      method,
      by,
      seconds.toFixed(2),
      edges === undefined ? "never" : String(edges),
      heldOut?.toFixed(3) ?? "",
      cpr.toFixed(3),
      cmd.toFixed(3),
      by === "secateur" && difference !== undefined ? difference.toExponential(1) : "",
    ]),
  ];
}

export function prunedTable({ pruned }: PeerFigures): Table {
  return [
    ["edges pruned one by one from integrated gradients", "seconds", "edges", "f", "f held out"],
    pruned
      ? [
          [
            "secateur",
            pruned.seconds.toFixed(1),
            String(pruned.edges),
            pruned.faithfulness.toFixed(3),
            pruned.heldOut?.toFixed(3) ?? "",
          ],
        ]
      : [],
  ];
}

export function markdown([head, rows]: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
