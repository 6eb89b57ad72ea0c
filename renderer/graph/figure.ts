// The circuit as a figure for papers: kept units in bands by role, effects as bars, routed connections, a key and a caption.
//
// All lengths are points, so that the text has its size on paper when the drawing is printed at its width.
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { parseNode } from "../../engine/circuit/node.ts";
import type { Palette } from "../look/palette.ts";
import type { DrawnNode } from "./drawn.ts";
import { edgeLooks, strongestOf } from "./edge-look.ts";
import { type Box, type BoxHeight, figureLayout, type FigureLayout } from "./figure-layout.ts";
import { sheet } from "./frame.ts";
import { brokenLines, LINE, textWidth } from "./lettering.ts";
import { pathOf, type Route, routesOf } from "./routes.ts";
import { edgeName } from "../edge/edge-name.ts";
import { element, text, title } from "./svg.ts";

export interface FigureWords {
  /** Under the drawing: what was asked, what came out; broken into lines as they fit. */
  readonly caption: readonly string[];
  readonly both: string;
  readonly onlyA: string;
  readonly onlyB: string;
  /** Of connections with negative and positive weight. */
  readonly helps: string;
  readonly hinders: string;
  /** Heading of heads without a role, and of MLPs and neurons. */
  readonly noRole: string;
  readonly mlps: string;
  /** Heading of features and errors of dictionaries. */
  readonly features: string;
  readonly input: string;
  readonly logits: string;
  /** What the bar in a box is. */
  readonly effect: string;
  /** What the three places under a head are. */
  readonly ports: string;
  /** What the thickest line weighs. */
  readonly strongest: string;
}

export interface NodeEffect {
  /** m(ablated) − m(present), metric units. */
  readonly effect: number;
  readonly interval: readonly [number, number] | undefined;
}

export interface Figure {
  /** Only what is drawn: kept nodes, or those of two compared circuits. */
  readonly nodes: readonly DrawnNode[];
  readonly effects: ReadonlyMap<string, NodeEffect>;
  readonly edges: readonly CircuitEdge[];
  readonly palette: Palette;
  readonly words: FigureWords;
  /** Points. */
  readonly width: number;
  /** On the page: what the boxes should fit into, points; key and caption then stand outside. */
  readonly room?: number | undefined;
  readonly selected?: string | undefined;
  /** Colour behind the drawing; none where it is to be transparent. */
  readonly background: string | undefined;
}

const MARGIN = 8;
/** Height for its width of the drawing itself, where it has room, and of the whole with key and caption. */
const TALLEST = { drawing: 1.1, whole: 4 / 3 };

/** Of a figure on the page, points: boxes and gaps no larger than a name and a turning edge need. */
export const leastFigureHeight = (nodes: readonly DrawnNode[], width: number): number =>
  figureLayout(nodes, [], width - 2 * MARGIN, 0).height + 2 * MARGIN;

export function circuitFigure(figure: Figure): string {
  const { nodes, edges, palette, words, width, background, room } = figure;
  const inner = width - 2 * MARGIN;
  const known = new Set([...nodes.map(({ id }) => id), "input", "logits"]);
  const shown = edges.filter(({ source, target }) => known.has(source) && known.has(target));
  const notes = room === undefined ? keyOf(figure, shown) : [];
  const caption = room === undefined ? words.caption.flatMap((paragraph) => brokenLines(paragraph, inner)) : [];
  const keyHeight = LINE * Math.ceil(notes.length / keyColumns(inner));
  const beneath = room === undefined ? LINE * 0.8 + keyHeight + LINE * (0.6 + caption.length) : 0;
  const limit = Math.min(inner * TALLEST.drawing, width * TALLEST.whole - beneath - 2 * MARGIN);
  const layout = figureLayout(nodes, shown, inner, room === undefined ? limit : room - 2 * MARGIN);
  const below = layout.height + LINE * 0.8;
  const height = layout.height + beneath + 2 * MARGIN;
  return sheet(
    { background },
    { width, height },
    title(words.caption[0] ?? ""),
    element(
      "g",
      { transform: `translate(${MARGIN} ${MARGIN})` },
      headings(layout, palette, words),
      breaks(layout, palette),
      element("g", { id: "connections", fill: "none" }, ...connections(layout, shown, palette)),
      element("g", { id: "nodes" }, ...boxes(layout, figure)),
      key(notes, below, inner, palette),
      element(
        "g",
        { id: "caption" },
        ...caption.map((line, i) => text({ y: below + keyHeight + LINE * (i + 0.8), fill: palette.ink }, line)),
      ),
    ),
  );
}

function headings({ bands, height }: FigureLayout, palette: Palette, words: FigureWords): string {
  const drawn = bands.map(({ role, of, x, width }, b) => {
    const lines = brokenLines(of === "heads" ? (role ?? words.noRole) : words[of], width - 2).slice(0, 3);
    const pitch = lines.length > 2 ? 8.5 : 9;
    return element(
      "g",
      {},
      b === 0
        ? ""
        : element("path", {
            d: `M${x},4 V${height}`,
            stroke: palette.line,
            "stroke-width": 0.6,
            "stroke-dasharray": "1 3",
          }),
      ...lines.map((line, i) =>
        text(
          { x: x + width / 2, y: 7 + i * pitch, "text-anchor": "middle", "font-weight": "bold", fill: palette.ink },
          line,
        ),
      ),
    );
  });
  return element("g", { id: "roles" }, ...drawn);
}

/** Layers that keep nothing are left out; a wavy mark says how many. */
function breaks({ breaks: gaps, rows }: FigureLayout, palette: Palette): string {
  const marks = gaps.map(({ y }) =>
    element("path", {
      d: `M2,${y - 2} l6,4 M2,${y + 1} l6,4`,
      stroke: palette.faint,
      "stroke-width": 0.8,
      fill: "none",
    }),
  );
  let named: number | undefined;
  const layers = rows.flatMap(({ layer, top, bottom }) => {
    if (layer === undefined || layer === named) return [];
    named = layer;
    return [text({ x: 0, y: (top + bottom) / 2 + 3, fill: palette.faint }, `L${layer}`)];
  });
  return element("g", { id: "layers" }, ...marks, ...layers);
}

function connections(layout: FigureLayout, edges: readonly CircuitEdge[], palette: Palette): string[] {
  const looks = edgeLooks(palette, strongestOf(edges));
  const routes = routesOf(layout, edges);
  // The weakest first, so that the strong ones lie on top.
  const order = edges.map((_, i) => i).sort((a, b) => Math.abs(edges[a].weight) - Math.abs(edges[b].weight));
  return order.map((i) => {
    const { source, target, input, weight } = edges[i];
    const { colour, width, dashed } = looks(weight);
    const name = edgeName(edges[i]);
    return element(
      "g",
      { id: `${source}-${target}${input ? `-${input}` : ""}`, "data-edge": name },
      title(`${source} → ${target}${input ? ` (${input})` : ""}: ${weight.toPrecision(3)}`),
      element("path", {
        d: pathOf(shortened(routes[i])),
        stroke: colour,
        "stroke-width": width,
        "stroke-dasharray": dashed ? "4 2" : undefined,
      }),
      element("path", { d: headOf(routes[i], width), fill: colour }),
    );
  });
}

/** The line ends where its arrow head begins. */
function shortened(route: Route): Route {
  const end = route.at(-1)!;
  return [...route.slice(0, -1), { x: end.x, y: end.y + 3 }];
}

function headOf(route: Route, width: number): string {
  const { x, y } = route.at(-1)!;
  const half = 1.3 + width * 0.5;
  return `M${x},${y} l${half},4 h${-2 * half} z`;
}

function boxes(layout: FigureLayout, figure: Figure): string[] {
  const { nodes, words, effects } = figure;
  const most = [...effects.values()].reduce((top, { effect }) => Math.max(top, Math.abs(effect)), 0);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return [...layout.boxes.values()].map((box) => {
    if (box.band === -1) return endBox(box, box.id === "input" ? words.input : words.logits, figure);
    return unitBox(box, IN_BOX[layout.tall], byId.get(box.id)!, effects.get(box.id), most, figure);
  });
}

/** Inside a box of each height, from its upper border, points: the name's base line; the bar's upper edge and height; where its interval runs; whether neurons have a line of their own. */
interface InBox {
  readonly name: number;
  readonly bar: number;
  readonly thick: number;
  readonly interval: number;
  readonly twoLines: boolean;
}
const IN_BOX: Readonly<Record<BoxHeight, InBox>> = {
  25: { name: 11, bar: 16.5, thick: 4, interval: 22.1, twoLines: true },
  18: { name: 9, bar: 10.4, thick: 4, interval: 16, twoLines: false },
  14: { name: 8, bar: 9.2, thick: 2.4, interval: 12.6, twoLines: false },
};

function endBox({ id, x, y, width, height }: Box, label: string, { palette, selected }: Figure): string {
  return element(
    "g",
    { id, "data-node": id },
    element("rect", {
      x,
      y,
      width,
      height,
      rx: 3,
      fill: palette.panel,
      stroke: palette.faint,
      "stroke-width": selected === id ? 2.4 : 0.8,
    }),
    text({ x: x + width / 2, y: y + height / 2 + 3, "text-anchor": "middle", fill: palette.ink }, label),
  );
}

const MARKS = { both: "●", onlyA: "◀", onlyB: "▶" } as const;

function unitBox(
  box: Box,
  inside: InBox,
  node: DrawnNode,
  effect: NodeEffect | undefined,
  most: number,
  figure: Figure,
): string {
  const { palette, selected } = figure;
  const { id, x, y, width, height } = box;
  const colour = bandColour(palette, box.band, node);
  const neurons = node.neurons === undefined ? "" : `×${node.neurons}`;
  const label = `${node.side ? MARKS[node.side] : ""}${shortName(node)}${inside.twoLines ? "" : neurons}`;
  const size = textWidth(label) > width - 4 ? { textLength: width - 4, lengthAdjust: "spacingAndGlyphs" } : {};
  const isRemoved =
    node.state === "removed-now" || node.state === "ablated" || (node.state === "removed" && node.side === undefined);
  return element(
    "g",
    { id, "data-node": id },
    title([id, node.role ?? "", effect ? effect.effect.toPrecision(3) : ""].filter(Boolean).join(" · ")),
    element("rect", {
      x,
      y,
      width,
      height,
      rx: 3,
      fill: palette.paper,
      stroke: node.side ? palette[node.side] : colour,
      "stroke-width": selected === id ? 2.6 : node.pinned ? 2 : 1,
      "stroke-dasharray": isRemoved ? "2 2" : undefined,
    }),
    element("rect", { x, y, width: 3, height, rx: 1, fill: colour }),
    text(
      {
        x: x + width / 2 + 1,
        y: y + inside.name,
        "text-anchor": "middle",
        "font-weight": "bold",
        fill: palette.ink,
        ...size,
      },
      label,
    ),
    effect ? effectBar(box, inside, effect, most, palette) : "",
    neurons !== "" && inside.twoLines
      ? text({ x: x + width / 2 + 1, y: y + height - 3, "text-anchor": "middle", fill: palette.ink }, neurons)
      : "",
  );
}

/** Length is |effect| against the largest; the thin line is its interval. */
function effectBar(
  { x, y, width }: Box,
  { bar, thick, interval: line }: InBox,
  { effect, interval }: NodeEffect,
  most: number,
  palette: Palette,
): string {
  const room = width - 9;
  const scale = (value: number) => Math.min(room, (Math.abs(value) / (most || 1)) * room);
  const left = x + 6;
  const ends = interval?.map((end) => (Math.sign(end) === Math.sign(effect) ? scale(end) : 0)).sort((a, b) => a - b);
  return element(
    "g",
    {},
    element("rect", {
      x: left,
      y: y + bar,
      width: Math.max(0.6, scale(effect)),
      height: thick,
      fill: effect > 0 ? palette.positive[1] : palette.negative[0],
    }),
    ends
      ? element("path", {
          d: `M${left + ends[0]},${y + line} H${left + ends[1]}`,
          stroke: palette.ink,
          "stroke-width": 0.8,
        })
      : "",
  );
}

/** "23.3" for a head, "m23" for an MLP, "m23.n7" for a neuron, "f17" for a feature of the row's dictionary, "d23" for several. */
function shortName({ id, neurons }: DrawnNode): string {
  const node = parseNode(id);
  if (node?.kind === "head") return `${node.layer}.${node.head}`;
  if (node?.kind === "feature") return `f${node.feature}`;
  if (node?.kind === "error") return neurons === undefined ? "error" : `d${node.layer}`;
  return id;
}

/** Roles differ in colour and stand apart in bands, so that the colour is never needed. */
export function bandColour({ series, kept }: Palette, band: number, node: Pick<DrawnNode, "role">): string {
  return node.role === undefined ? kept : series[band % series.length];
}

interface Note {
  readonly sample: string;
  readonly line: string;
}

const SAMPLE = 26;
const keyColumns = (width: number) => Math.max(1, Math.floor(width / 230));

/** Only what the drawing holds. */
function keyOf({ nodes, effects, palette, words }: Figure, edges: readonly CircuitEdge[]): Note[] {
  const has = (side: DrawnNode["side"]) => nodes.some((node) => node.side === side);
  const stroke = (colour: string, width: number, dashes?: string) =>
    element("path", { d: `M0,-3 H${SAMPLE - 6}`, stroke: colour, "stroke-width": width, "stroke-dasharray": dashes });
  const [helping, hindering] = [edges.some(({ weight }) => weight < 0), edges.some(({ weight }) => weight > 0)];
  const entries = [
    { when: helping, line: words.helps, sample: stroke(palette.negative[0], 2) },
    { when: hindering, line: words.hinders, sample: stroke(palette.positive[1], 2, "4 2") },
    { when: helping || hindering, line: words.strongest, sample: stroke(palette.ink, 3.5) },
    {
      when: effects.size > 0,
      line: words.effect,
      sample:
        element("rect", { y: -6, width: 14, height: 4, fill: palette.negative[0] }) +
        element("path", { d: "M10,-0.4 H18", stroke: palette.ink, "stroke-width": 0.8 }),
    },
    { when: edges.some(({ input }) => input !== undefined), line: words.ports, sample: portSample(palette) },
    { when: has("both"), line: words.both, sample: text({ fill: palette.both }, MARKS.both) },
    { when: has("onlyA"), line: words.onlyA, sample: text({ fill: palette.onlyA }, MARKS.onlyA) },
    { when: has("onlyB"), line: words.onlyB, sample: text({ fill: palette.onlyB }, MARKS.onlyB) },
  ];
  return entries.filter(({ when }) => when);
}

function portSample(palette: Palette): string {
  const ports = [4, 10, 16].map((x) => `M${x},0 V-3`).join(" ");
  return element("path", { d: `M0,-3.5 H20 ${ports}`, stroke: palette.ink, "stroke-width": 1, fill: "none" });
}

function key(notes: readonly Note[], top: number, width: number, palette: Palette): string {
  const columns = keyColumns(width);
  const drawn = notes.map(({ sample, line }, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    return element(
      "g",
      { transform: `translate(${(column * width) / columns} ${top + (row + 0.8) * LINE})` },
      sample,
      text({ x: SAMPLE, fill: palette.ink }, line),
    );
  });
  return element("g", { id: "legend" }, ...drawn);
}
