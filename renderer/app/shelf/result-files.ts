// What a card gives away: its command on the clipboard, its result as a file.
import type { ResultSummary, StoredResult } from "../../../engine/contract/jobs.ts";
import { toWireError } from "../../client/wire-failure.ts";
import { comparedCsv, type ComparedField, type ComparedResult } from "../../state/compared-results.ts";
import { tablesCsv } from "../read/saved-tables.ts";
import type { Workbench } from "../../state/workbench.svelte.ts";

/** The command line that makes the result again. @returns whether it lies on the clipboard */
export async function copyCommand(bench: Workbench, { id }: ResultSummary): Promise<boolean> {
  const stored = await resultOf(bench, id);
  if (stored) await navigator.clipboard.writeText(stored.command);
  return stored !== undefined;
}

/** The whole result as ordinary JSON, with what made it; numbers that JSON has no word for are null. */
export async function exportResult(bench: Workbench, { id }: ResultSummary): Promise<void> {
  const stored = await resultOf(bench, id);
  if (!stored) return;
  const { summary, settings, command, result } = stored;
  const text = JSON.stringify({ ...summary, command, settings, result }, plainNumbers, 2);
  await bench.host.files.save(`${fileStem(id)}.json`, new Blob([text], { type: "application/json" }));
}

/** The tables of a result, as the command line prints them, one below the other. */
export async function exportTables(bench: Workbench, { id }: ResultSummary): Promise<void> {
  bench.tray.error = undefined;
  try {
    const text = tablesCsv(await bench.link.api.tables(id));
    await bench.host.files.save(`${fileStem(id)}.csv`, new Blob([text], { type: "text/csv" }));
  } catch (thrown) {
    bench.tray.error = toWireError(thrown);
  }
}

export async function exportComparison(
  bench: Workbench,
  results: readonly ComparedResult[],
  fields: readonly ComparedField[],
): Promise<void> {
  const name = results.map(({ summary: { id } }) => fileStem(id)).join("-against-");
  await bench.host.files.save(
    `${name.slice(0, 120)}.csv`,
    new Blob([comparedCsv(results, fields)], { type: "text/csv" }),
  );
}

async function resultOf(bench: Workbench, id: string): Promise<StoredResult | undefined> {
  bench.tray.error = undefined;
  try {
    return await bench.link.api.result(id);
  } catch (thrown) {
    bench.tray.error = toWireError(thrown);
    return undefined;
  }
}

const plainNumbers = (_: string, value: unknown): unknown =>
  ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? Array.from(value as unknown as ArrayLike<number>)
    : typeof value === "bigint"
      ? Number(value)
      : value;

const fileStem = (id: string) => id.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
