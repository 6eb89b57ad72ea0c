// The map: a matrix of layers × heads with a column for MLPs, for a search that runs and for models too large for boxes.
//
// Fill is the effect, an outline means kept, a ring that the unit is under trial or was taken away at this step.
import { formatNode } from "../../engine/circuit/node.ts";
import type { UnitSizes } from "../../engine/circuit/unit.ts";
import { type Palette, signedScale } from "../look/palette.ts";
import type { DrawnNode } from "./drawn.ts";
import type { NodeEffect } from "./figure.ts";
import { sheet } from "./frame.ts";
import { brokenLines, LINE, TEXT, textWidth } from "./lettering.ts";
import { element, text, title } from "./svg.ts";

export interface MapCell {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface CircuitMap {
  readonly nodes: readonly DrawnNode[];
  readonly effects: ReadonlyMap<string, NodeEffect>;
  readonly sizes: UnitSizes;
  readonly palette: Palette;
  readonly words: MapWords;
  readonly width: number;
  /** Of the matrix with its axes, points. */
  readonly height: number;
  readonly selected?: string | undefined;
  readonly background: string | undefined;
}

export interface MapWords {
  readonly caption: readonly string[];
  readonly layer: string;
  readonly head: string;
  readonly kept: string;
  /** Removed at the step that is shown, or being tried. */
  readonly now: string;
  /** Of effects that help, and of those that work against the task. */
  readonly effect: string;
  readonly against: string;
}

const LEFT = 26;
const BOTTOM = 22;
const MARGIN = 6;

/** Layer 0 at the bottom, as in the figure; the MLPs stand apart at the right. */
export function mapCells({ nLayers, nHeads }: UnitSizes, width: number, height: number): MapCell[] {
  const columns = nHeads + 1.4;
  const [w, h] = [(width - LEFT) / columns, (height - BOTTOM) / nLayers];
  return Array.from({ length: nLayers }, (_, layer) => {
    const y = (nLayers - 1 - layer) * h;
    const heads = Array.from({ length: nHeads }, (__, head) => ({
      id: formatNode({ kind: "head", layer, head }),
      x: LEFT + head * w,
      y,
      width: w,
      height: h,
    }));
    return [...heads, { id: formatNode({ kind: "mlp", layer }), x: LEFT + (nHeads + 0.4) * w, y, width: w, height: h }];
  }).flat();
}

export function circuitMap(map: CircuitMap): string {
  const { palette, width, height, sizes, background, words, nodes, effects, selected } = map;
  const inner = width - 2 * MARGIN;
  const states = new Map(nodes.map((node) => [node.id, node]));
  const most = [...effects.values()].reduce((top, { effect }) => Math.max(top, Math.abs(effect)), 0);
  const colour = signedScale(palette, most);
  const cells = mapCells(sizes, inner, height).map((cell) =>
    drawCell(cell, states.get(cell.id), effects.get(cell.id)?.effect, { palette, colour, selected }),
  );
  const caption = words.caption.flatMap((line) => brokenLines(line, inner));
  const whole = height + LINE * (1.6 + caption.length) + 2 * MARGIN;
  return sheet(
    { background },
    { width, height: whole },
    element(
      "g",
      { transform: `translate(${MARGIN} ${MARGIN})` },
      element("g", { id: "cells" }, ...cells),
      axes(sizes, inner, height, palette, words),
      key(height + LINE * 0.8, palette, words),
      element(
        "g",
        { id: "caption" },
        title(words.caption[0] ?? ""),
        ...caption.map((line, i) => text({ y: height + LINE * (2.4 + i), fill: palette.ink }, line)),
      ),
    ),
  );
}

interface CellLook {
  readonly palette: Palette;
  readonly colour: (effect: number) => string;
  readonly selected: string | undefined;
}

function drawCell(cell: MapCell, node: DrawnNode | undefined, effect: number | undefined, look: CellLook): string {
  const { palette, colour, selected } = look;
  const { id, x, y, width, height } = cell;
  const inset = Math.min(1.2, width / 8, height / 8);
  const isKept = node?.state === "kept" || node?.state === "always";
  const isNow = node?.state === "removed-now";
  const box = { x: x + inset, y: y + inset, width: width - 2 * inset, height: height - 2 * inset };
  const stroke = selected === id ? palette.ink : node?.side ? palette[node.side] : isKept ? palette.kept : palette.line;
  return element(
    "g",
    { id, "data-node": id },
    element("rect", {
      ...box,
      fill: effect === undefined || !isKept ? palette.panel : colour(effect),
      stroke,
      "stroke-width": selected === id ? 2.2 : isKept || node?.side ? 1.4 : 0.5,
      "stroke-dasharray": node?.state === "ablated" ? "2 2" : undefined,
    }),
    isNow
      ? element("ellipse", {
          cx: x + width / 2,
          cy: y + height / 2,
          rx: Math.min(width, height) * 0.34,
          ry: Math.min(width, height) * 0.34,
          fill: "none",
          stroke: palette.danger,
          "stroke-width": 1.4,
        })
      : "",
  );
}

function axes(
  { nLayers, nHeads }: UnitSizes,
  width: number,
  height: number,
  palette: Palette,
  words: MapWords,
): string {
  const [w, h] = [(width - LEFT) / (nHeads + 1.4), (height - BOTTOM) / nLayers];
  const layers = ticks(nLayers, h, TEXT + 2).map((layer) =>
    text({ x: LEFT - 4, y: (nLayers - 0.5 - layer) * h + 3, "text-anchor": "end", fill: palette.ink }, String(layer)),
  );
  const heads = ticks(nHeads, w, 14).map((head) =>
    text(
      { x: LEFT + (head + 0.5) * w, y: height - BOTTOM + 9, "text-anchor": "middle", fill: palette.ink },
      String(head),
    ),
  );
  return element(
    "g",
    { id: "axes" },
    ...layers,
    ...heads,
    text({ x: LEFT + (nHeads + 0.9) * w, y: height - BOTTOM + 9, "text-anchor": "middle", fill: palette.ink }, "MLP"),
    text({ x: LEFT + (nHeads * w) / 2, y: height - 3, "text-anchor": "middle", fill: palette.faint }, words.head),
    text(
      {
        x: 7,
        y: (height - BOTTOM) / 2,
        "text-anchor": "middle",
        fill: palette.faint,
        transform: `rotate(-90 7 ${Math.round((height - BOTTOM) / 2)})`,
      },
      words.layer,
    ),
  );
}

/** As many numbers as there is room for, in steps of 1, 2, 5, 10 … */
export function ticks(count: number, pitch: number, least: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((every) => every * pitch >= least) ?? count;
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

function key(y: number, palette: Palette, words: MapWords): string {
  const box = (fill: string, stroke: string, width: number) =>
    element("rect", { y: -7, width: 12, height: 7, fill, stroke, "stroke-width": width });
  const ring = element("circle", { cx: 6, cy: -3.5, r: 3, fill: "none", stroke: palette.danger, "stroke-width": 1.4 });
  const entries = [
    { sample: box(palette.panel, palette.kept, 1.4), line: words.kept },
    { sample: ring, line: words.now },
    { sample: box(palette.negative[0], palette.line, 0.5), line: words.effect },
    { sample: box(palette.positive[1], palette.line, 0.5), line: words.against },
  ];
  let x = 0;
  const drawn = entries.map(({ sample, line }) => {
    const at = x;
    x += 28 + textWidth(line);
    return element("g", { transform: `translate(${at} ${y})` }, sample, text({ x: 16, fill: palette.ink }, line));
  });
  return element("g", { id: "legend" }, ...drawn);
}
