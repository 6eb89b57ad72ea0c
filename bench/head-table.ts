// Circuits of heads by several methods as one table, and as points of time against size.
import type { JudgedHeads } from "./head-judge.ts";
import { figure, percent, seconds, type Table } from "./table.ts";

/** A method on a task; without a circuit where only its time was taken. */
export interface HeadRow {
  readonly by: "secateur" | "TransformerLens";
  readonly method: string;
  readonly seconds: number;
  /** What the time was scaled from, where the method did not run to its end. */
  readonly scaledFrom?: number;
  /** Circuits measured on the way. */
  readonly measurements: number;
  readonly circuit: { readonly kept: readonly string[]; readonly judged: JudgedHeads } | undefined;
}

/** Ratios are against the peer's time, where there is one. */
export function headTable(title: string, rows: readonly HeadRow[]): Table {
  const peer = rows.find(({ by }) => by !== "secateur");
  return {
    head: [title, "seconds", "ratio", "measurements", "heads", "f", "f held out", "accuracy held out, of the model's"],
    rows: rows.map((row) => [
      row.scaledFrom === undefined ? name(row) : `${name(row)} (scaled from ${row.scaledFrom} measurements)`,
      seconds(row.seconds),
      peer ? `${(peer.seconds / row.seconds).toFixed(1)} x` : "",
      String(row.measurements),
      ...circuitCells(row.circuit),
    ]),
  };
}

function circuitCells(circuit: HeadRow["circuit"]): string[] {
  if (!circuit) return ["", "", "", ""];
  const { discovery, heldOut } = circuit.judged;
  return [
    String(circuit.kept.length),
    figure(discovery.faithfulness),
    figure(heldOut.faithfulness),
    percent(heldOut.accuracy.circuit / heldOut.accuracy.full),
  ];
}

const name = ({ by, method }: HeadRow) => `${by}, ${method}`;
