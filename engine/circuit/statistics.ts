// Statistics that are made after the search, put into the record of the circuit that they are of.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Circuit, CircuitResults, Stability, TransferRow } from "./circuit-schema.ts";

/** A circuit with figures of its own, beside which statistics can stand. */
export type MeasuredCircuit = Circuit & { readonly results: CircuitResults };

export function isMeasured(circuit: Circuit): circuit is MeasuredCircuit {
  return circuit.results !== undefined;
}

/** @throws EngineError "usage" where a circuit was never measured, so that statistics would stand alone in its file */
export function requireMeasured(circuit: Circuit, file: string): MeasuredCircuit {
  if (isMeasured(circuit)) return circuit;
  const sentence = say`${file}: has no figures of its own (results), beside which these would stand; name a file that has them, such as one that prune wrote.`;
  throw new EngineError("usage", sentence, { place: { file } });
}

/** The circuit with the searches made again in the place of older ones. */
export function withStability(circuit: MeasuredCircuit, stability: Stability): MeasuredCircuit {
  return { ...circuit, results: { ...circuit.results, stability } };
}

/** The circuit with what was measured on other tasks; it replaces older figures of the same task file, seed, prompts and ablation. */
export function withTransfer(circuit: MeasuredCircuit, rows: readonly TransferRow[]): MeasuredCircuit {
  const measured = new Set(rows.map(keyOf));
  const others = (circuit.results.transfer ?? []).filter((row) => !measured.has(keyOf(row)));
  return { ...circuit, results: { ...circuit.results, transfer: [...others, ...rows] } };
}

function keyOf({ sha256, seed, template, corruption, ablation }: TransferRow): string {
  return JSON.stringify([sha256, seed, template, corruption, ablation.kind, ablation.reference]);
}
