// What the canvas shows and what is exported: the map or the figure of the shown circuit, with a caption that says what came out.
import type { CircuitEdge, CircuitNode } from "../../engine/circuit/circuit-schema.ts";
import { strongestEdges } from "../graph/edge-choice.ts";
import { strongestOf } from "../graph/edge-look.ts";
import type { DrawnNode } from "../graph/drawn.ts";
import { circuitFigure, leastFigureHeight, type NodeEffect } from "../graph/figure.ts";
import { circuitMap } from "../graph/map.ts";
import { type Palette, PALETTES } from "../look/palette.ts";
import { shownTheme } from "../state/shown-theme.svelte.ts";
import type { Workbench } from "../state/workbench.svelte.ts";
import type { Words } from "../words/words.svelte.ts";
import { inWords } from "./node-words.ts";

export type DrawingKind = "map" | "figure";

export interface PictureLook {
  readonly palette: Palette;
  /** Points; 493 are 174 mm. */
  readonly width: number;
  readonly background: string | undefined;
  /** On the page: the height there is, points. */
  readonly room?: number | undefined;
  /** On the page: the selected node, which no export marks. */
  readonly selected?: string | undefined;
}

/** More boxes than these are a map; unsearched units beyond a handful stand in the caption instead. */
const mostBoxes = 80;
const mostUnsearched = 12;

/** The map while a search runs, while one looks at an earlier step, and of what is too large for boxes. */
export function kindFor(bench: Workbench): DrawingKind {
  if (bench.connections.edgeCircuit) return boxesOf(bench.drawnNodes).length > mostBoxes ? "map" : "figure";
  if (!bench.circuit || !bench.isAtEnd) return "map";
  return boxesOf(bench.drawnNodes).length > mostBoxes ? "map" : "figure";
}

/** SVG text; undefined where nothing is shown. */
export function pictureOf(bench: Workbench, words: Words, kind: DrawingKind, look: PictureLook): string | undefined {
  const { drawnSizes: sizes, runs } = bench;
  if (!sizes || !runs.shown) return undefined;
  const nodes = inWords(bench.drawnNodes, words);
  const effects = effectsOf(bench.nodes.values(), bench.connections.edgeCircuit !== undefined);
  const caption = captionOf(bench, words);
  if (kind === "map") {
    const rows = Math.min(14, Math.max(9, 260 / sizes.nLayers)) * sizes.nLayers + 24;
    const height = look.room === undefined ? rows : Math.max(look.room - 50, LOWEST_ROW * sizes.nLayers + 24);
    const lines = look.room === undefined ? caption : caption.slice(0, 2);
    return circuitMap({ nodes, effects, sizes, ...look, height, words: { caption: lines, ...mapWords(words) } });
  }
  const boxes = boxesOf(nodes, look.room !== undefined);
  const edges = edgesAmong(bench, boxes);
  const ids = new Set(boxes.map(({ id }) => id));
  const left = nodes.filter(({ id, state }) => state === "always" && !ids.has(id) && !isEnd(id)).length;
  return circuitFigure({
    nodes: boxes,
    effects,
    edges,
    ...look,
    words: {
      caption: [
        ...caption,
        [
          words.t("figure.shown", { n: edges.length, total: bench.connections.all.length }),
          ...(left > 0 ? [words.t("figure.left", { n: left })] : []),
          weightsOf(bench, words),
        ].join(" "),
      ],
      both: words.t("figure.both"),
      onlyA: words.t("figure.only", { name: runs.shown.id }),
      onlyB: words.t("figure.only", { name: bench.view.current.comparedWith ?? "" }),
      helps: words.t("legend.helps"),
      hinders: words.t("legend.hinders"),
      noRole: words.t("figure.noRole"),
      mlps: words.t("figure.mlps"),
      features: words.t("figure.features"),
      input: words.t("figure.input"),
      logits: words.t("figure.logits"),
      effect: words.t("figure.effect"),
      ports: words.t("figure.ports"),
      strongest: words.t("figure.strongest", { weight: words.number(strongestOf(edges)) }),
    },
  });
}

/** How many connections the figure on the page draws. */
export const edgesOnPage = (bench: Workbench): number => edgesAmong(bench, boxesOf(bench.drawnNodes, true)).length;

/** What the figure draws between the boxes that it has: of a search the strongest, of a circuit of edges all that pass the filter. */
function edgesAmong({ connections }: Workbench, boxes: readonly DrawnNode[]): readonly CircuitEdge[] {
  const drawn = new Set(boxes.filter(({ state }) => state !== "ablated").map(({ id }) => id));
  const within = (id: string) => drawn.has(id) || isEnd(id);
  const drawable = connections.drawn.filter(({ source, target }) => within(source) && within(target));
  return connections.edgeCircuit ? drawable : strongestEdges(drawable);
}

/**
 * Pixels to a point on the page, so that 8 pt are at least the size of the page's small text: more on a canvas with more room, as far as
 * the figure's rows still fit.
 */
export function pageScale(bench: Workbench, kind: DrawingKind, width: number, height: number): number {
  const roomy = SMALL_TEXT * Math.max(1, Math.min(1.7, width / PLAIN_CANVAS.width, height / PLAIN_CANVAS.height));
  if (kind === "map") return roomy;
  const least = leastFigureHeight(boxesOf(bench.drawnNodes, true), width / roomy);
  return Math.max(SMALL_TEXT, Math.min(roomy, height / least));
}

/** Of a map on the page, points: at 1.4 pixels to a point still something to click. */
const LOWEST_ROW = 6;

/** Pixels to a point at which 8 pt are small text, and the canvas that a figure fills then, pixels. */
const SMALL_TEXT = 1.4;
const PLAIN_CANVAS = { width: 1000, height: 520 };

const isEnd = (id: string) => id === "input" || id === "logits";

/** What the figure draws a box for: what is kept, of unsearched units those of a small model, and on the page what the user took out. */
function boxesOf(nodes: readonly DrawnNode[], onPage = false): DrawnNode[] {
  const unsearched = nodes.filter(({ id, state }) => state === "always" && !isEnd(id));
  return nodes.filter(({ id, state, side }) => {
    if (isEnd(id)) return false;
    if (state === "always") return unsearched.length <= mostUnsearched;
    return state === "kept" || side !== undefined || (onPage && state === "ablated");
  });
}

function effectsOf(nodes: Iterable<CircuitNode>, ofEdges: boolean): ReadonlyMap<string, NodeEffect> {
  if (ofEdges) return new Map();
  const known = [...nodes].flatMap(({ id, effect, effectInterval }) =>
    effect === undefined ? [] : [[id, { effect, interval: effectInterval }] as const],
  );
  return new Map(known);
}

/** As the page shows it: in its colours, as large as there is room, points. */
export function pageLook(bench: Workbench, width: number, room: number): PictureLook {
  const palette = PALETTES[shownTheme(bench.settings)];
  return { palette, width, room, background: undefined, selected: bench.selectedNode };
}

function mapWords(words: Words) {
  return {
    layer: words.t("map.layer"),
    head: words.t("map.head"),
    kept: words.t("figure.kept"),
    now: words.t("map.now"),
    effect: words.t("map.effect"),
    against: words.t("map.against"),
  };
}

/** What a reader needs to believe the drawing; figures only where the drawn circuit is the one that was measured. */
function captionOf(bench: Workbench, words: Words): string[] {
  if (bench.connections.edgeCircuit) return [edgeCaption(bench, words)];
  const { circuit, runs, kept, searched } = bench;
  const run = runs.shown!;
  const name = words.t("figure.caption", {
    task: circuit?.task.name ?? run.request.task,
    model: run.request.model,
    kept: kept.length,
    of: searched.length,
  });
  if (!circuit) return [name];
  if (!bench.isAtEnd) return [name, words.t("figure.earlier", { step: bench.shownStep?.step ?? 0 })];
  const figures = bench.hasEdits ? undefined : circuit.results?.heldOut;
  if (!figures) return [name];
  const measured = words.t("figure.measured", {
    f: words.number(figures.faithfulness),
    interval: figures.interval ? words.interval(figures.interval) : words.t("interval.absent"),
    n: circuit.task.examples.heldOut,
    ablation: circuit.task.ablation.kind,
    criterion: circuit.search.criterion,
    threshold: circuit.search.threshold,
  });
  const holds = figures.criterionHolds;
  return [
    name,
    [
      measured,
      ...(holds === undefined ? [] : [words.t(holds ? "figure.holds" : "figure.fails")]),
      ...(figures.accuracy
        ? [
            words.t("figure.accuracy", {
              circuit: words.percent(figures.accuracy.circuit),
              full: words.percent(figures.accuracy.full),
            }),
          ]
        : []),
    ].join(" "),
    ...(circuit.environment ? [`secateur ${circuit.environment.secateur} · ${circuit.environment.command}`] : []),
  ];
}

/** Whose circuit of edges, by which method, and how good it is. */
function edgeCaption({ edgeDesk, connections }: Workbench, words: Words): string {
  const { method, pruned, edges, heldOut } = connections.edgeCircuit!;
  return words.t(pruned ? "figure.prunedEdges" : "figure.edges", {
    ...edgeDesk.measured!.subject,
    n: words.count(edges.length),
    method: words.t(`weighing.${method}`),
    f: words.number(heldOut),
  });
}

/** What the weights of the connections are. */
function weightsOf({ connections, view }: Workbench, words: Words): string {
  const by = view.current.edges.normalised;
  return [
    `${words.t("edges.weighed")}: ${words.t(`weighing.${connections.weighed}`)}`,
    ...(by === "none" ? [] : [`${words.t("edges.normalised")}: ${words.t(`edges.normalised.${by}`)}`]),
  ].join(" · ");
}
