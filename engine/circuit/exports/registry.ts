// The formats that a circuit can be exported to.
import { formatCircuit } from "../circuit-file.ts";
import type { Circuit } from "../circuit-schema.ts";
import { circuitToCsv } from "./csv.ts";
import { circuitToEapIg, formatEapIg } from "./eap-ig.ts";
import type { ExportFormatName } from "./format-names.ts";
import { circuitToNeuronpedia, type ShownPrompt } from "./neuronpedia.ts";

export interface ExportOptions {
  /** Shown in Neuronpedia's viewer; the task's name stands in where there is none. */
  readonly prompt?: ShownPrompt;
}

export interface ExportFormat {
  readonly description: string;
  write(circuit: Circuit, options?: ExportOptions): string;
}

export const EXPORT_FORMATS: Readonly<Record<ExportFormatName, ExportFormat>> = {
  own: {
    description: "Secateur's own circuit file",
    write: (circuit) => formatCircuit(circuit),
  },
  "eap-ig": {
    description: "graph of EAP-IG and the MIB circuit track",
    write: (circuit) => formatEapIg(circuitToEapIg(circuit)),
  },
  neuronpedia: {
    description: "Neuronpedia's graph schema, version 1",
    write: (circuit, options) => circuitToNeuronpedia(circuit, options?.prompt),
  },
  csv: {
    description: "table of the searched units with effects and roles",
    write: (circuit) => circuitToCsv(circuit),
  },
};
