// How the edges of the figure run: upwards, straight through the free places of a row, turning only in the gaps between rows.
//
// No curve leaves its gap and no straight part enters a box, so an edge crosses no box that is not its end.
import type { Box, FigureLayout } from "./figure-layout.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points from the upper border of the source to the lower border of the target; between two of them a curve or a straight line. */
export type Route = readonly Point[];

interface Routed {
  readonly source: string;
  readonly target: string;
  readonly input?: "q" | "k" | "v" | undefined;
}

/** Space that an edge keeps from a box it passes, points. */
const CLEARANCE = 3;
/** Distance between neighbouring bundles of one passage. */
const STRAND = 2.4;
const PORTS = { q: 0.22, k: 0.5, v: 0.78 } as const;

interface Passage {
  readonly from: number;
  readonly to: number;
}

/** One route for each edge; edges of one pair of bands share their passages, so that they run as a bundle. */
export function routesOf(layout: FigureLayout, edges: readonly Routed[]): Route[] {
  const passages = layout.rows.map((_, row) => passagesOf(layout, row));
  const bundles = new Map<string, number>();
  const exits = exitsOf(layout, edges);
  return edges.map((edge, i) => {
    const [source, target] = [layout.boxes.get(edge.source)!, layout.boxes.get(edge.target)!];
    const pair = `${source.band} ${target.band}`;
    if (!bundles.has(pair)) bundles.set(pair, bundles.size);
    return route(layout, passages, source, target, exits[i], entryOf(target, source, edge.input), bundles.get(pair)!);
  });
}

/** Between the boxes of a row, and beside them. */
function passagesOf(layout: FigureLayout, row: number): Passage[] {
  const own = [...layout.boxes.values()].filter((box) => box.row === row).sort((a, b) => a.x - b.x);
  const edges = [0, ...own.flatMap(({ x, width }) => [x - CLEARANCE, x + width + CLEARANCE]), layout.width];
  return Array.from({ length: own.length + 1 }, (_, i) => ({ from: edges[2 * i], to: edges[2 * i + 1] })).filter(
    ({ from, to }) => to > from,
  );
}

/** Edges leave the upper border side by side, in the order of where they go. */
function exitsOf(layout: FigureLayout, edges: readonly Routed[]): number[] {
  const middle = ({ x, width }: Box) => x + width / 2;
  const exits: number[] = [];
  for (const [id, box] of layout.boxes) {
    const own = edges.flatMap((edge, i) => (edge.source === id ? [i] : []));
    const targets = [...new Set(own.map((i) => edges[i].target))].sort(
      (a, b) => middle(layout.boxes.get(a)!) - middle(layout.boxes.get(b)!),
    );
    for (const i of own) {
      const place = (targets.indexOf(edges[i].target) + 1) / (targets.length + 1);
      exits[i] = box.x + 4 + (box.width - 8) * place;
    }
  }
  return exits;
}

/** Heads have a place for each of their inputs; other boxes are entered below where the edge comes from. */
function entryOf(target: Box, source: Box, input: Routed["input"]): number {
  if (input) return target.x + target.width * PORTS[input];
  const middle = source.x + source.width / 2;
  return Math.max(target.x + 5, Math.min(middle, target.x + target.width - 5));
}

function route(
  layout: FigureLayout,
  passages: readonly (readonly Passage[])[],
  source: Box,
  target: Box,
  exit: number,
  entry: number,
  bundle: number,
): Route {
  const between = passages.slice(source.row + 1, target.row);
  const across = leastTurning(between, exit, entry);
  const points: Point[] = [{ x: exit, y: source.y }];
  across.forEach((passage, i) => {
    const { top, bottom } = layout.rows[source.row + 1 + i];
    const x = strand(passage, points.at(-1)!.x, entry, bundle);
    points.push({ x, y: bottom }, { x, y: top });
  });
  return [...points, { x: entry, y: target.y + target.height }];
}

/** Where a bundle runs inside a passage: as near as may be to both ends, each bundle on its own line. */
function strand({ from, to }: Passage, before: number, after: number, bundle: number): number {
  const lines = Math.max(1, Math.floor((to - from) / STRAND));
  const wanted = Math.max(from, Math.min((before + after) / 2, to));
  const nearest = Math.floor((wanted - from) / STRAND / 6) * 6;
  const line = Math.min(lines - 1, nearest + (bundle % Math.min(6, lines)));
  return lines === 1 ? (from + to) / 2 : from + (line + 0.5) * STRAND;
}

/** One passage of each row, so that the whole way to the side is shortest: dynamic programming over the rows. */
function leastTurning(rows: readonly (readonly Passage[])[], exit: number, entry: number): Passage[] {
  type Way = { readonly x: number; readonly cost: number; readonly taken: readonly Passage[] };
  const toward = (x: number, { from, to }: Passage) => Math.max(from, Math.min(x, to));
  let ways: Way[] = [{ x: exit, cost: 0, taken: [] }];
  rows.forEach((passages, r) => {
    const share = (r + 1) / (rows.length + 1);
    const straight = exit + (entry - exit) * share;
    ways = passages.map((passage) => {
      const nexts = ways.map(({ x, cost, taken }) => {
        const at = toward(rows.length > 1 && passage.from <= x && x <= passage.to ? x : straight, passage);
        return { x: at, cost: cost + Math.abs(at - x) + (at === x ? 0 : 2), taken: [...taken, passage] };
      });
      return nexts.reduce((best, next) => (next.cost < best.cost ? next : best));
    });
  });
  const ends = ways.map((way) => ({ ...way, cost: way.cost + Math.abs(entry - way.x) }));
  return [...ends.reduce((best, way) => (way.cost < best.cost ? way : best)).taken];
}

/** Points on the drawn line, close together: for tests, and for whoever must know where it runs. */
export function sampled(route: Route, steps = 16): Point[] {
  return route.slice(1).flatMap((to, i) => {
    const from = route[i];
    return Array.from({ length: steps + 1 }, (_, s) => curveAt(from, to, s / steps));
  });
}

/** The cubic curve with upright ends, as `pathOf` draws it. */
function curveAt(from: Point, to: Point, t: number): Point {
  const ease = t * t * (3 - 2 * t);
  const [a, b, c] = [3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3];
  const middle = (from.y + to.y) / 2;
  return { x: from.x + (to.x - from.x) * ease, y: (1 - t) ** 3 * from.y + (a + b) * middle + c * to.y };
}

/** SVG path data. */
export function pathOf(route: Route): string {
  const n = (value: number) => Math.round(value * 10) / 10;
  const parts = route.slice(1).map((to, i) => {
    const from = route[i];
    if (Math.abs(from.x - to.x) < 0.05) return `V${n(to.y)}`;
    const middle = n((from.y + to.y) / 2);
    return `C${n(from.x)},${middle} ${n(to.x)},${middle} ${n(to.x)},${n(to.y)}`;
  });
  return `M${n(route[0].x)},${n(route[0].y)} ${parts.join(" ")}`;
}
