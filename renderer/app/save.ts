// Saving what the workbench holds as files: the session, the circuit in each format, and its drawing.
import type { ScoreSign } from "../../engine/choices/lists.ts";
import { EXPORT_ENDINGS, type ExportFormatName } from "../../engine/circuit/exports/format-names.ts";
import type { Circuit } from "../../engine/circuit/circuit-schema.ts";
import { edgeCircuitCsv, edgeCurvesCsv } from "../edge/edge-csv.ts";
import { SESSION_ENDING } from "../state/session-file.ts";
import type { Workbench } from "../state/workbench.svelte.ts";
import type { Words } from "../words/words.svelte.ts";
import type { Plot } from "../export/sheet.ts";
import { type DrawingKind, pictureOf } from "./picture.ts";

export function saveSession(bench: Workbench): Promise<void> {
  return save(bench, SESSION_ENDING, bench.sessionText(), "application/json");
}

export async function saveCircuit(bench: Workbench, format: ExportFormatName): Promise<void> {
  const { circuit } = bench;
  if (!circuit) return;
  const type = format === "csv" ? "text/csv" : "application/json";
  await save(bench, EXPORT_ENDINGS[format], await written(bench, circuit, format), type);
}

/** What writes the formats is fetched when it is asked for. */
async function written(bench: Workbench, circuit: Circuit, format: ExportFormatName): Promise<string> {
  const { EXPORT_FORMATS } = await import("../../engine/circuit/exports/registry.ts");
  return EXPORT_FORMATS[format].write(bench.withRoles(circuit));
}

/** @param ending what the text is, for the file's name */
export function saveText(bench: Workbench, ending: string, text: string, type: string): Promise<void> {
  return bench.host.files.save(stemOf(bench.tasks.model, ending), new Blob([text], { type }));
}

/** What can be saved of circuits of edges; graphs and lists are of the chosen method's circuit. */
export type EdgeFile = { readonly what: "curves" | "list" } | { readonly what: "graph"; readonly sign: ScoreSign };

export async function saveEdges(bench: Workbench, file: EdgeFile): Promise<void> {
  const { measured, curve, circuit } = bench.edgeDesk;
  if (!measured || !curve) return;
  const stem = stemOf(measured.subject.task, measured.subject.model);
  const saveText = (ending: string, text: string, type: string) =>
    bench.host.files.save(`${stem}-${ending}`, new Blob([text], { type }));
  switch (file.what) {
    case "curves":
      return saveText("edge-curves.csv", edgeCurvesCsv(measured.circuits), "text/csv");
    case "list":
      return saveText(`${curve.method}-edges.csv`, edgeCircuitCsv(circuit?.edges ?? []), "text/csv");
    case "graph": {
      const { edgeGraphText } = await import("../edge/edge-graph.ts");
      const text = edgeGraphText(measured.circuits, curve, file.sign);
      return saveText(`${curve.method}${EXPORT_ENDINGS["eap-ig"]}`, text, "application/json");
    }
  }
}

/** The shown circuit as something to export: its drawing and, of a circuit of units, the table behind it. */
export function circuitPlot(bench: Workbench, words: Words, kind: DrawingKind): Plot {
  const { circuit } = bench;
  return {
    name: shownStem(bench),
    draw: (look) => pictureOf(bench, words, kind, look) ?? "",
    ...(circuit && { csv: () => written(bench, circuit, "csv") }),
  };
}

function save(bench: Workbench, ending: string, text: string, type: string): Promise<void> {
  return bench.host.files.save(`${shownStem(bench)}${ending}`, new Blob([text], { type }));
}

/** "ioi-sprig" for files of the shown run. */
function shownStem({ runs, tasks, circuit }: Workbench): string {
  const task = circuit?.task.name ?? tasks.task?.name ?? "session";
  const model = runs.shown?.request.model ?? tasks.model;
  return stemOf(task, model);
}

function stemOf(task: string, model: string): string {
  return `${task}-${model}`.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
}
