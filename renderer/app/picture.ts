// The shown graph as a drawing, with the caption that says what was asked and what came out.
import { circuitFigure } from "../graph/figure.ts";
import { PALETTES } from "../look/palette.ts";
import { shownTheme } from "../state/shown-theme.svelte.ts";
import type { Workbench } from "../state/workbench.svelte.ts";
import type { Words } from "../words/words.svelte.ts";
import { inWords } from "./node-words.ts";

/** SVG text; undefined where nothing is shown. */
export function pictureOf(bench: Workbench, words: Words): string | undefined {
  const { drawnSizes: sizes, runs, view } = bench;
  const run = runs.shown;
  if (!sizes || !run) return undefined;
  const names = { a: run.id, b: view.current.comparedWith ?? "" };
  return circuitFigure({
    nodes: inWords(bench.drawnNodes, words),
    edges: bench.connections.drawn,
    sizes,
    palette: PALETTES[shownTheme(bench.settings)],
    words: {
      caption: captionOf(bench, words),
      kept: words.t("figure.kept"),
      removed: words.t("figure.removed"),
      both: words.t("figure.both"),
      onlyA: words.t("figure.only", { name: names.a }),
      onlyB: words.t("figure.only", { name: names.b }),
      helps: words.t("edges.helps"),
      hinders: words.t("edges.hinders"),
    },
  });
}

/** What a reader needs to believe the drawing; figures only where the drawn circuit is the one that was measured. */
function captionOf(bench: Workbench, words: Words): string[] {
  if (bench.connections.edgeCircuit) return [edgeCaption(bench, words), connectionsOf(bench, words)];
  const { circuit, runs, kept, searched } = bench;
  const run = runs.shown!;
  const name = words.t("figure.caption", {
    task: circuit?.task.name ?? run.request.task,
    model: run.request.model,
    kept: kept.length,
    of: searched.length,
  });
  const connections = connectionsOf(bench, words);
  const isMeasured = circuit !== undefined && !bench.hasEdits && bench.step === runs.timeline.length - 1;
  const figures = isMeasured ? circuit.results?.heldOut : undefined;
  if (!figures) return [name, connections];
  return [
    name,
    words.t("figure.measured", {
      f: words.number(figures.faithfulness),
      interval: figures.interval ? words.interval(figures.interval) : words.t("interval.absent"),
      n: circuit!.task.examples.heldOut,
      ablation: circuit!.task.ablation.kind,
      criterion: circuit!.search.criterion,
      threshold: circuit!.search.threshold,
    }),
    connections,
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

/** How many connections are drawn, and what their weights are. */
function connectionsOf({ connections, view }: Workbench, words: Words): string {
  const by = view.current.edges.normalised;
  return [
    words.t("edges.shown", { n: connections.drawn.length, total: connections.all.length }),
    `${words.t("edges.weighed")}: ${words.t(`weighing.${connections.weighed}`)}`,
    ...(by === "none" ? [] : [`${words.t("edges.normalised")}: ${words.t(`edges.normalised.${by}`)}`]),
  ].join(" · ");
}
