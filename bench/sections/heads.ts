// The section on circuits of heads in the embedded model.
import { measureHeadCircuits } from "../head-circuits.ts";
import { headTable, type HeadRow } from "../head-table.ts";
import type { BenchOptions } from "../options.ts";
import { timeAndSize } from "../plots/time-and-size.ts";
import type { Picture, Section } from "../section.ts";

export async function headsSection(options: BenchOptions): Promise<Section> {
  const rows = await measureHeadCircuits(options);
  return {
    title: "Circuits of heads in the embedded model",
    text: `32 heads, 32 discovery and 64 held-out prompts. TransformerLens's search makes the same decisions as ours in one order, by hooks
and whole passes, which is how its users write it; both are timed without opening the model or judging the circuit, ours with compiling
its graphs. The whole runs hold opening and judging too. A measurement is a circuit that was run, single effects among them. Both sides'
first rows are the first thing that their process runs, and hold its warm-up; the whole runs come after that.`,
    tables: [headTable("circuits of heads, embedded model", rows)],
    pictures: [headsPicture("heads-embedded", rows)],
  };
}

/** What was scaled makes the decisions of our search, so it stands at the size of our circuit. */
export function headsPicture(name: string, rows: readonly HeadRow[]): Picture {
  const ours = rows[0].circuit!.kept.length;
  const points = rows.map(({ by, method, seconds, circuit, scaledFrom }) => ({
    method: scaledFrom === undefined ? method : `${method}, scaled`,
    by,
    size: circuit?.kept.length ?? ours,
    seconds,
  }));
  return timeAndSize(name, "heads", "linear", points);
}
