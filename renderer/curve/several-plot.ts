// Several circuits in one figure: a column for each unit with its share of the circuits as a bar, a row for each circuit.
import { scaleLinear } from "d3-scale";
import { greatest } from "../../engine/base/greatest.ts";
import type { Look } from "../export/sheet.ts";
import { framed, rungs } from "../graph/frame.ts";
import { LINE, TEXT, textWidth } from "../graph/lettering.ts";
import { element, text, title } from "../graph/svg.ts";

export interface SeveralPlot {
  readonly circuits: readonly { readonly name: string; readonly ids: ReadonlySet<string> }[];
  /** Most often first. */
  readonly units: readonly { readonly id: string; readonly share: number }[];
  readonly words: {
    readonly frequency: string;
    readonly caption: string;
    /** Of the one column that stands for all units of the core. */
    readonly core: (count: number) => string;
    /** Of units for which there is no room. */
    readonly rest: (count: number) => string;
  };
  readonly percent: (share: number) => string;
}

interface Column {
  readonly name: string;
  readonly share: number;
  readonly isIn: (ids: ReadonlySet<string>) => boolean;
}

/** Points. */
const COLUMN = 12;
const ROW = 12;
const BARS = 48;
const EDGE = 8;

/** All units where they fit, else the core as one column and as many others as there is room for. */
export function plottedColumns(plot: Pick<SeveralPlot, "units" | "words">, room: number): readonly Column[] {
  const single = ({ id, share }: SeveralPlot["units"][number]): Column => ({
    name: id,
    share,
    isIn: (ids) => ids.has(id),
  });
  if (plot.units.length <= room) return plot.units.map(single);
  const core = plot.units.filter(({ share }) => share === 1);
  const others = plot.units.filter(({ share }) => share < 1);
  const folded = core.length > 1;
  const first = folded ? [{ name: plot.words.core(core.length), share: 1, isIn: () => true }] : core.map(single);
  return [...first, ...others.slice(0, Math.max(0, room - first.length)).map(single)];
}

export function severalPlot(plot: SeveralPlot, look: Look): string {
  const { palette, width } = look;
  const { circuits, units, words, percent } = plot;
  const left =
    greatest(
      circuits.map(({ name }) => textWidth(name)),
      30,
    ) + EDGE;
  const columns = plottedColumns(plot, Math.max(1, Math.floor((width - left - EDGE) / COLUMN)));
  const shown = columns.some(({ name }) => !units.some(({ id }) => id === name))
    ? columns.length - 1 + units.filter(({ share }) => share === 1).length
    : columns.length;
  const names =
    greatest(
      columns.map(({ name }) => textWidth(name)),
      0,
    ) + 4;
  const bottom = LINE + BARS;
  const rows = bottom + names;
  const rest = units.length - shown;
  const y = scaleLinear([0, 1], [bottom, bottom - (BARS - 2)]);
  const xOf = (i: number) => left + i * COLUMN;
  return framed(
    look,
    { width, height: rows + circuits.length * ROW + 4, said: [words.caption, rest > 0 ? words.rest(rest) : undefined] },
    text({ x: left, y: TEXT, fill: palette.faint }, words.frequency),
    ...rungs(y, { ticks: [0, 0.5, 1], ends: [left, xOf(columns.length)], palette, number: percent }),
    ...columns.flatMap(({ name, share, isIn }, i) => {
      const x = xOf(i) + COLUMN / 2;
      return [
        element(
          "rect",
          {
            x: x - 4,
            y: y(share),
            width: 8,
            height: bottom - y(share),
            fill: share === 1 ? palette.kept : palette.faint,
          },
          title(`${name}: ${percent(share)}`),
        ),
        text(
          {
            x: x + 3,
            y: bottom + 4,
            transform: `rotate(-90 ${x + 3} ${bottom + 4})`,
            "text-anchor": "end",
            fill: palette.ink,
          },
          name,
        ),
        ...circuits.map((circuit, row) =>
          element(
            "circle",
            {
              cx: x,
              cy: rows + row * ROW + ROW / 2,
              r: 3.5,
              fill: isIn(circuit.ids) ? (share === 1 ? palette.kept : palette.ink) : "none",
              stroke: palette.line,
              "stroke-width": 0.8,
            },
            title(`${circuit.name}: ${name}`),
          ),
        ),
      ];
    }),
    ...circuits.map(({ name }, row) =>
      text({ x: left - 5, y: rows + row * ROW + ROW / 2 + 3, "text-anchor": "end", fill: palette.ink }, name),
    ),
  );
}

/** A row for each unit: its share of the circuits, and 1 or 0 for each of them. */
export function severalRows({ circuits, units }: Pick<SeveralPlot, "circuits" | "units">): (string | number)[][] {
  return [
    ["unit", "share", ...circuits.map(({ name }) => name)],
    ...units.map(({ id, share }) => [id, share, ...circuits.map(({ ids }) => Number(ids.has(id)))]),
  ];
}
