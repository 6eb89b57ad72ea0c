// Lays a sweep file out as cells: every combination of its axes, less what is excluded, beside what is included.
import type { SweepFile } from "./sweep-schema.ts";

/** Axes that have lists of their own in the file, and the setting that each is. */
const LISTS = { tasks: "task", models: "model", seeds: "seed" } as const;

export interface Cell {
  /** Where it stands in the grid: axis → value. Cells beside the grid have all their settings here. */
  readonly at: Readonly<Record<string, unknown>>;
  /** What the verb is asked with. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Names of the axes with more than one value, in the order of the file. */
export function axesOf(file: SweepFile): string[] {
  return [...axes(file)].filter(([, values]) => values.length > 1).map(([name]) => name);
}

export function cellsOf(file: SweepFile): Cell[] {
  let points: Readonly<Record<string, unknown>>[] = [{}];
  for (const [name, values] of axes(file)) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  const grid = points.filter((point) => !(file.exclude ?? []).some((match) => matches(match, point, file)));
  return [...grid, ...(file.include ?? [])].map((at) => ({ at, settings: settingsAt(at, file) }));
}

function axes({ tasks, models, seeds, grid = {} }: SweepFile): Map<string, readonly unknown[]> {
  const lists = { tasks, models, seeds: seedsOf(seeds) };
  const own = Object.entries(LISTS).flatMap(([list, setting]) => {
    const values: readonly unknown[] | undefined = lists[list as keyof typeof LISTS];
    return values ? [[setting, values] as const] : [];
  });
  return new Map([...own, ...Object.entries(grid)]);
}

function seedsOf(seeds: SweepFile["seeds"]): readonly number[] | undefined {
  if (seeds === undefined || !("count" in seeds)) return seeds;
  return Array.from({ length: seeds.count }, (_, i) => seeds.from + i);
}

function settingsAt(at: Readonly<Record<string, unknown>>, file: SweepFile): Record<string, unknown> {
  const settings: Record<string, unknown> = { ...file.settings, ...at };
  for (const { where, settings: own } of file.overrides ?? []) {
    if (matches(where, at, file)) Object.assign(settings, own);
  }
  return settings;
}

/** Whether a point has all the values of a match; a setting that is no axis is compared with what holds everywhere. */
function matches(
  match: Readonly<Record<string, unknown>>,
  at: Readonly<Record<string, unknown>>,
  { settings = {} }: SweepFile,
): boolean {
  return Object.entries(match).every(([name, value]) => {
    const own = Object.hasOwn(at, name) ? at[name] : settings[name];
    return JSON.stringify(own) === JSON.stringify(value);
  });
}
