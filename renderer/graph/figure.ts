// The graph as an SVG file for papers and talks: nodes, connections, a legend and a caption, in the page's colours.
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import type { UnitSizes } from "../../engine/circuit/unit.ts";
import type { Palette } from "../look/palette.ts";
import { BOX, isFaint, linesOf } from "./box.ts";
import type { DrawnNode } from "./drawn.ts";
import { edgeLooks, strongestOf } from "./edge-look.ts";
import { arrowHead, type Box, edgeLine } from "./edge-line.ts";
import { placeOf, type Point } from "./layout.ts";
import { element, text, title } from "./svg.ts";

export interface FigureWords {
  /** Lines under the drawing: what was asked, what came out. */
  readonly caption: readonly string[];
  readonly kept: string;
  readonly removed: string;
  readonly both: string;
  readonly onlyA: string;
  readonly onlyB: string;
  /** Of connections with negative and positive weight. */
  readonly helps: string;
  readonly hinders: string;
}

export interface Figure {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly CircuitEdge[];
  readonly sizes: UnitSizes;
  readonly palette: Palette;
  readonly words: FigureWords;
}

const margin = 24;
const lineHeight = 17;
const leastWidth = 560;

/** Every node and connection is an element with its id, so that other programs can restyle the drawing. */
export function circuitFigure({ nodes, edges, sizes, palette, words }: Figure): string {
  const boxes = new Map(nodes.map((node) => [node.id, boxOf(node, sizes)]));
  const frame = frameOf([...boxes.values()]);
  const looks = edgeLooks(palette, strongestOf(edges));
  const shown = edges.filter(({ source, target }) => boxes.has(source) && boxes.has(target));
  const width = Math.max(leastWidth, frame.width) + 2 * margin;
  const notes = [...legend(nodes, shown, palette, words), ...words.caption.map((line) => ({ line, sample: "" }))];
  const height = frame.height + (notes.length + 1) * lineHeight + 2 * margin;
  const left = frame.x - (width - frame.width) / 2;
  const top = frame.y - margin;
  const below = frame.y + frame.height + lineHeight;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: [left, top, width, height].map(Math.round).join(" "),
      width,
      height,
      "font-family": "system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif",
      "font-size": 11,
    },
    title(words.caption[0] ?? ""),
    element("rect", { x: left, y: top, width, height, fill: palette.paper }),
    element("g", { id: "connections", fill: "none" }, ...connections(shown, boxes, looks)),
    element("g", { id: "nodes" }, ...nodes.map((node) => drawNode(node, boxes.get(node.id)!, palette))),
    element(
      "g",
      { id: "legend" },
      ...notes.map(({ line, sample }, i) =>
        element(
          "g",
          { transform: `translate(${left + margin} ${below + i * lineHeight})` },
          sample,
          text({ x: sample === "" ? 0 : 44, y: 4, fill: sample === "" ? palette.faint : palette.ink }, line),
        ),
      ),
    ),
  )}\n`;
}

function boxOf(node: DrawnNode, sizes: UnitSizes): Box {
  return { ...placeOf(node.id, sizes), ...BOX };
}

function frameOf(boxes: readonly Box[]): Box {
  const least = (of: (box: Box) => number) => boxes.reduce((low, box) => Math.min(low, of(box)), Infinity);
  if (boxes.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [least((box) => box.x - box.width / 2), least((box) => box.y - box.height / 2)];
  const [right, bottom] = [-least((box) => -box.x - box.width / 2), -least((box) => -box.y - box.height / 2)];
  return { x, y, width: right - x, height: bottom - y };
}

function connections(
  edges: readonly CircuitEdge[],
  boxes: ReadonlyMap<string, Box>,
  looks: ReturnType<typeof edgeLooks>,
): string[] {
  const pairs = new Map<string, CircuitEdge[]>();
  for (const edge of edges) {
    const pair = `${edge.source}>${edge.target}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), edge]);
  }
  // The weakest first, so that the strong ones lie on top.
  return [...edges].reverse().map((edge) => {
    const { source, target, input, weight } = edge;
    const pair = pairs.get(`${source}>${target}`)!;
    const line = edgeLine(boxes.get(source)!, boxes.get(target)!, pair.indexOf(edge), pair.length);
    const { colour, width, dashed } = looks(weight);
    const { from, control, to } = line;
    const path = `M${at(from)} Q${at(control)} ${at(to)}`;
    const id = `${source}-${target}${input ? `-${input}` : ""}`;
    return element(
      "g",
      { id, opacity: 0.85 },
      title(`${source} → ${target}${input ? ` (${input})` : ""}: ${weight.toPrecision(3)}`),
      element("path", {
        d: path,
        stroke: colour,
        "stroke-width": width,
        "stroke-dasharray": dashed ? "6 3" : undefined,
      }),
      element("polygon", { points: arrowHead(line, 7).map(at).join(" "), fill: colour }),
    );
  });
}

const at = ({ x, y }: Point): string => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;

function drawNode(node: DrawnNode, { x, y, width, height }: Box, palette: Palette): string {
  const faint = isFaint(node);
  const lines = linesOf(node);
  return element(
    "g",
    { id: node.id, transform: `translate(${x} ${y})` },
    element("rect", {
      x: -width / 2,
      y: -height / 2,
      width,
      height,
      rx: 6,
      fill: faint ? "none" : node.state === "kept" ? palette.paper : palette.panel,
      stroke: strokeOf(node, palette),
      "stroke-width": node.pinned ? 4 : node.state === "kept" || node.side ? 2.5 : faint ? 1 : 1.5,
      "stroke-dasharray": node.state === "removed" ? "4 3" : undefined,
    }),
    ...lines.map((line, i) =>
      text(
        {
          y: 4 + (i - (lines.length - 1) / 2) * 13,
          "text-anchor": "middle",
          fill: faint ? palette.faint : palette.ink,
          // A long role is squeezed into its box rather than running over its neighbours.
          ...(line.length > 13 && { textLength: width - 6, lengthAdjust: "spacingAndGlyphs" }),
        },
        line,
      ),
    ),
  );
}

function strokeOf({ state, side }: DrawnNode, palette: Palette): string {
  if (side) return palette[side];
  const strokes = { always: palette.line, kept: palette.kept, removed: palette.removed, "removed-now": palette.danger };
  return strokes[state];
}

/** Only what the drawing holds. */
function legend(nodes: readonly DrawnNode[], edges: readonly CircuitEdge[], palette: Palette, words: FigureWords) {
  const box = (stroke: string, dashed = false) =>
    element("rect", {
      x: 0,
      y: -6,
      width: 32,
      height: 12,
      rx: 3,
      fill: palette.paper,
      stroke,
      "stroke-width": 2,
      "stroke-dasharray": dashed ? "4 3" : undefined,
    });
  const stroke = (colour: string, dashed: boolean) =>
    element("path", {
      d: "M0,0 H32",
      stroke: colour,
      "stroke-width": 3,
      "stroke-dasharray": dashed ? "6 3" : undefined,
    });
  const has = (side: DrawnNode["side"]) => nodes.some((node) => node.side === side);
  const entries = [
    { when: nodes.some(({ state, side }) => state === "kept" && !side), line: words.kept, sample: box(palette.kept) },
    { when: nodes.some(isFaint), line: words.removed, sample: box(palette.removed, true) },
    { when: has("both"), line: `● ${words.both}`, sample: box(palette.both) },
    { when: has("onlyA"), line: `◀ ${words.onlyA}`, sample: box(palette.onlyA) },
    { when: has("onlyB"), line: `▶ ${words.onlyB}`, sample: box(palette.onlyB) },
    { when: edges.some(({ weight }) => weight < 0), line: words.helps, sample: stroke(palette.negative[0], false) },
    { when: edges.some(({ weight }) => weight > 0), line: words.hinders, sample: stroke(palette.positive[1], true) },
  ];
  return entries.filter(({ when }) => when);
}
