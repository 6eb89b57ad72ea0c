// Saving what the workbench holds as files: the session, and the circuit in each format.
import { EXPORT_FORMATS, type ExportFormatName } from "../../engine/circuit/exports/registry.ts";
import { SESSION_ENDING } from "../state/session-file.ts";
import type { Workbench } from "../state/workbench.svelte.ts";

export function saveSession(bench: Workbench): Promise<void> {
  return save(bench, SESSION_ENDING, bench.sessionText(), "application/json");
}

export async function saveCircuit(bench: Workbench, format: ExportFormatName): Promise<void> {
  const { circuit } = bench;
  if (!circuit) return;
  const { ending, write } = EXPORT_FORMATS[format];
  await save(bench, ending, write(bench.withRoles(circuit)), ending === ".csv" ? "text/csv" : "application/json");
}

function save(bench: Workbench, ending: string, text: string, type: string): Promise<void> {
  return bench.host.files.save(`${stemOf(bench)}${ending}`, new Blob([text], { type }));
}

/** "ioi-sprig" for files of the shown run. */
function stemOf({ runs, tasks, circuit }: Workbench): string {
  const task = circuit?.task.name ?? tasks.task?.name ?? "session";
  const model = runs.shown?.request.model ?? tasks.model;
  return `${task}-${model}`.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
}
