// Where the boxes of the figure stand: rows are layers that keep something, columns are bands by role, input at the bottom.
//
// A row holds either heads or MLPs, so that no two boxes of a row are connected and every edge goes from a row to a higher one.
import { greatest } from "../../engine/base/greatest.ts";
import { parseNode } from "../../engine/circuit/node.ts";
import type { DrawnNode } from "./drawn.ts";

export interface Box {
  readonly id: string;
  /** Left upper corner, points; y grows downwards. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** From 0 at the bottom. */
  readonly row: number;
  /** Index into the bands; −1 for both ends of the model, which belong to none. */
  readonly band: number;
}

export interface Band {
  /** Role as the drawing says it; undefined for units without one. */
  readonly role: string | undefined;
  readonly of: BandKind;
  readonly x: number;
  readonly width: number;
}

/** Heads; MLPs with their neurons; features and errors of dictionaries. */
const BAND_KINDS = ["heads", "mlps", "features"] as const;
export type BandKind = (typeof BAND_KINDS)[number];

/** A line across between two rows whose layers do not follow one another. */
interface Break {
  readonly y: number;
  /** Layers that keep nothing. */
  readonly from: number;
  readonly to: number;
}

export interface FigureLayout {
  readonly boxes: ReadonlyMap<string, Box>;
  /** Rows from the bottom upwards: upper and lower border of their boxes. */
  readonly rows: readonly { readonly top: number; readonly bottom: number; readonly layer: number | undefined }[];
  readonly bands: readonly Band[];
  readonly breaks: readonly Break[];
  /** Of every box. */
  readonly tall: BoxHeight;
  readonly width: number;
  readonly height: number;
}

/** An edge as far as the order of the boxes depends on it. */
interface Link {
  readonly source: string;
  readonly target: string;
  readonly weight: number;
}

/** Points; the heights where there is room, with little, and the least that holds a name with a thin bar beneath. */
const BOX = { width: 33, heights: [25, 18, 14] } as const;
export type BoxHeight = (typeof BOX.heights)[number];
/** What an edge needs to turn in between rows of boxes of these heights. */
const LEAST_GAPS: Readonly<Record<BoxHeight, number>> = { 25: 9, 18: 9, 14: 7 };
/** Between two columns: room for the edges that go past. */
const LANE = 8;
const LEFT = 26;
const HEADING = 26;
const SWEEPS = 6;

/**
 * @param width of the whole drawing, points; bands too wide for it are folded into several rows of a layer
 * @param heightLimit points; boxes and gaps shrink until the rows fit, but not below what a name and a turning edge need
 */
export function figureLayout(
  nodes: readonly DrawnNode[],
  links: readonly Link[],
  width: number,
  heightLimit: number,
): FigureLayout {
  const bands = bandsOf(nodes);
  const columns = Math.max(1, Math.floor((width - LEFT - LANE) / (BOX.width + LANE)));
  const merged = bands.length > columns ? [bands.flat()] : bands;
  const capacities = fitted(merged.map(widestRow), columns);
  const rows = rowsOf(merged, capacities);
  order(rows, links);
  return placed(merged, capacities, rows, width, heightLimit);
}

/** Heads by role, the largest effect of a band's first; then heads without a role, then MLPs and neurons, then dictionaries. */
function bandsOf(nodes: readonly DrawnNode[]): DrawnNode[][] {
  const units = nodes.filter(({ id }) => id !== "input" && id !== "logits");
  const byName = new Map<string, DrawnNode[]>();
  for (const node of units) {
    const name = bandName(node);
    byName.set(name, [...(byName.get(name) ?? []), node]);
  }
  const middle = (band: readonly DrawnNode[]) => band.reduce((sum, { id }) => sum + layerOf(id), 0) / band.length;
  const rank = (name: string, [{ id }]: readonly DrawnNode[]) => (name === "" ? 0.5 : BAND_KINDS.indexOf(bandKind(id)));
  return [...byName]
    .sort(([a, own], [b, other]) => rank(a, own) - rank(b, other) || middle(own) - middle(other) || a.localeCompare(b))
    .map(([, band]) => band);
}

/** No role is named so. */
const bandName = ({ id, role }: DrawnNode): string =>
  bandKind(id) === "heads" ? (role ?? "") : `\u0000${bandKind(id)}`;

function bandKind(id: string): BandKind {
  const kind = parseNode(id)?.kind;
  if (kind === "head") return "heads";
  return kind === "feature" || kind === "error" ? "features" : "mlps";
}

function layerOf(id: string): number {
  const node = parseNode(id);
  return node && "layer" in node ? node.layer : -1;
}

/** Heads of a layer stand below its MLP, which may read what they write, and the dictionary laid behind it above both. */
const rowKey = (id: string) => BAND_KINDS.length * layerOf(id) + BAND_KINDS.indexOf(bandKind(id));

function widestRow(band: readonly DrawnNode[]): number {
  const counts = new Map<number, number>();
  for (const { id } of band) counts.set(rowKey(id), (counts.get(rowKey(id)) ?? 0) + 1);
  return greatest(counts.values());
}

/** Columns of each band: as many as its widest row, the widest given up first until all fit. */
function fitted(wanted: readonly number[], columns: number): number[] {
  const given = [...wanted];
  while (given.reduce((sum, n) => sum + n, 0) > columns) {
    const widest = given.indexOf(greatest(given));
    given[widest]--;
  }
  return given;
}

/** Rows from the bottom; in each, of each band the ids from the left. */
type Rows = { layer: number | undefined; cells: string[][] }[];

function rowsOf(bands: readonly DrawnNode[][], capacities: readonly number[]): Rows {
  const keys = [...new Set(bands.flat().map(({ id }) => rowKey(id)))].sort((a, b) => a - b);
  return keys.flatMap((key) => {
    const cells = bands.map((band) => band.map(({ id }) => id).filter((id) => rowKey(id) === key));
    const folds = greatest(cells.map((ids, b) => Math.ceil(ids.length / capacities[b])));
    return Array.from({ length: folds }, (_, fold) => ({
      layer: Math.floor(key / BAND_KINDS.length),
      cells: cells.map((ids, b) => ids.slice(fold * capacities[b], (fold + 1) * capacities[b])),
    }));
  });
}

/** Inside its band each row is put in the order of the barycentres of what it is connected with, up and down in turn. */
function order(rows: Rows, links: readonly Link[]): void {
  const near = new Map<string, { id: string; weight: number }[]>();
  const note = (id: string, other: string, weight: number) =>
    near.set(id, [...(near.get(id) ?? []), { id: other, weight: Math.abs(weight) }]);
  for (const { source, target, weight } of links) {
    note(source, target, weight);
    note(target, source, weight);
  }
  const place = new Map<string, number>();
  const count = () => {
    for (const { cells } of rows) {
      let at = 0;
      for (const ids of cells) for (const id of ids) place.set(id, at++);
    }
  };
  const barycentre = (id: string): number => {
    const known = (near.get(id) ?? []).filter((other) => place.has(other.id));
    const total = known.reduce((sum, { weight }) => sum + weight, 0);
    return total === 0
      ? place.get(id)!
      : known.reduce((sum, other) => sum + other.weight * place.get(other.id)!, 0) / total;
  };
  count();
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const row of sweep % 2 === 0 ? rows : [...rows].reverse()) {
      const at = new Map(row.cells.flat().map((id) => [id, barycentre(id)]));
      for (const ids of row.cells) ids.sort((a, b) => at.get(a)! - at.get(b)! || a.localeCompare(b));
      count();
    }
  }
}

function placed(
  bands: readonly DrawnNode[][],
  capacities: readonly number[],
  rows: Rows,
  width: number,
  heightLimit: number,
): FigureLayout {
  const total = capacities.reduce((sum, n) => sum + n, 0);
  const room = width - LEFT - LANE;
  const pitch = Math.min(room / Math.max(total, 1), BOX.width + 3 * LANE);
  const start = LEFT + (room - pitch * total) / 2;
  const [all, gaps] = [rows.length + 2, rows.length + 1];
  const least = (tall: BoxHeight) => HEADING + all * tall + gaps * LEAST_GAPS[tall];
  const tall = BOX.heights.find((height) => least(height) <= heightLimit) ?? BOX.heights[2];
  const gap = Math.max(LEAST_GAPS[tall], Math.min(30, (heightLimit - HEADING - all * tall) / gaps));
  const height = HEADING + all * tall + gaps * gap;
  const boxes = new Map<string, Box>();
  const bottomOf = (row: number) => height - row * (tall + gap);
  const lines = [undefined, ...rows.map(({ layer }) => layer), undefined].map((layer, row) => ({
    layer,
    bottom: bottomOf(row),
    top: bottomOf(row) - tall,
  }));
  const starts = capacities.map((_, b) => start + pitch * capacities.slice(0, b).reduce((sum, n) => sum + n, 0));
  rows.forEach(({ cells }, r) => {
    cells.forEach((ids, b) => {
      const indent = ((capacities[b] - ids.length) * pitch) / 2;
      ids.forEach((id, i) => {
        const x = starts[b] + indent + i * pitch + (pitch - BOX.width) / 2;
        boxes.set(id, { id, x, y: lines[r + 1].top, width: BOX.width, height: tall, row: r + 1, band: b });
      });
    });
  });
  const end = (id: string, row: number): Box => {
    const wide = Math.min(room, Math.max(90, pitch * total * 0.6));
    return { id, x: LEFT + (room - wide) / 2, y: lines[row].top, width: wide, height: tall, row, band: -1 };
  };
  boxes.set("input", end("input", 0));
  boxes.set("logits", end("logits", rows.length + 1));
  return {
    boxes,
    rows: lines,
    bands: bands.map((band, b) => ({
      role: bands.length === 1 && new Set(band.map(bandName)).size > 1 ? undefined : band[0].role,
      of: bandKind(band[0].id),
      x: starts[b],
      width: capacities[b] * pitch,
    })),
    breaks: breaksOf(lines, gap),
    tall,
    width,
    height,
  };
}

function breaksOf(lines: FigureLayout["rows"], gap: number): Break[] {
  return lines.flatMap(({ layer, bottom }, row) => {
    const below = row === 1 ? -1 : lines[row - 1]?.layer;
    if (layer === undefined || below === undefined || layer - below < 2) return [];
    return [{ y: bottom + gap / 2, from: below + 1, to: layer - 1 }];
  });
}
