// The formats that a circuit can be exported to: their names and the endings of their files; registry.ts writes them.

export const EXPORT_ENDINGS = {
  own: ".circuit.json",
  "eap-ig": ".eap-ig.json",
  neuronpedia: ".graph.json",
  csv: ".csv",
} as const;
export type ExportFormatName = keyof typeof EXPORT_ENDINGS;
export const EXPORT_FORMAT_NAMES = Object.keys(EXPORT_ENDINGS) as readonly ExportFormatName[];
