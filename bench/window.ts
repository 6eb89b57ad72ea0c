// The page against its budgets: first paint and what it loads, the switch between instruments, a map of 1,000 heads, a figure of 60 nodes, 1,000 steps.
//
// Needs the built page and a Chromium. Times are of the page alone: the engine behind it is recorded.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright";
import { Random } from "../engine/base/random.ts";
import { formatCircuit } from "../engine/circuit/circuit-file.ts";
import type { Circuit } from "../engine/circuit/circuit-schema.ts";
import { TABS } from "../renderer/state/instruments.ts";
import { browserReason, launch } from "../test/workbench/browser.ts";
import { serveRecorded } from "../test/workbench/serve-recorded.ts";

interface Large {
  readonly nLayers: number;
  readonly nHeads: number;
  /** Heads that stay; the others leave, and come and go where there are more steps than those. */
  readonly kept: number;
  readonly connections: number;
  readonly steps: number;
}

const MAP: Large = { nLayers: 32, nHeads: 32, kept: 100, connections: 1500, steps: 1000 };
const FIGURE: Large = { nLayers: 30, nHeads: 9, kept: 60, connections: 400, steps: 210 };
const scrubs = 40;

export async function measureWindow(): Promise<string[][]> {
  if (browserReason !== "") return [["not measured", browserReason]];
  const folder = mkdtempSync(join(tmpdir(), "secateur-bench-"));
  const server = await serveRecorded();
  try {
    const { page, close } = await launch(server.url);
    const first = await firstPaint(page);
    const switches = await instrumentSwitches(page);
    const open = (name: string, large: Large) => opened(page, folder, name, large);
    const figure = await open("figure", FIGURE);
    const map = await open("map", MAP);
    const random = Random.seeded(1, "scrubs");
    const oneStep: number[] = [];
    const anyStep: number[] = [];
    for (let i = 0; i < scrubs; i++) {
      const at = random.below(MAP.steps - 1);
      anyStep.push(await moveTo(page, at));
      oneStep.push(await moveTo(page, at + 1));
    }
    await close();
    return [
      ["first paint, ms", first.paint.toFixed(0), "1000"],
      ["recorded circuit drawn, ms", first.circuit.toFixed(0), "1500"],
      ["loaded for the first paint, kB gzipped", (first.bytes / 1000).toFixed(0), "250"],
      ["instrument switch, ms: median, worst", medianAndWorst(switches), "100"],
      ["figure of 60 nodes, 400 connections, ms", figure.toFixed(0), "500"],
      ["map of 32 × 32 heads, ms", map.toFixed(0), "500"],
      ["one step on it, ms: median, worst", medianAndWorst(oneStep), "50"],
      ["any of 1,000 steps, ms: median, worst", medianAndWorst(anyStep), "100"],
    ];
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function medianAndWorst(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  return [sorted[sorted.length >> 1], sorted.at(-1)!].map((ms) => ms.toFixed(0)).join(", ");
}

const twoFrames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

/** Of a page that is loaded again: its files come from the server's disk. */
async function firstPaint(page: Page) {
  await page.reload();
  const circuit = await drawnAt(page, ".drawing svg");
  const { paint, files } = (await page.evaluate(`(() => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
    const loaded = performance.getEntriesByType("resource").filter(({ responseEnd }) => responseEnd <= paint);
    return { paint, files: loaded.map(({ name }) => new URL(name).pathname) };
  })()`)) as { paint: number; files: string[] };
  const assets = [...new Set(files)].filter((path) => path.startsWith("/assets/"));
  const bytes = assets.reduce((sum, path) => sum + gzipSync(readFileSync(`dist/renderer${path}`)).length, 0);
  return { paint, circuit, bytes };
}

/** From the click to two frames after the pane is there; the second time, when its code has been fetched. */
async function instrumentSwitches(page: Page): Promise<number[]> {
  const times: number[] = [];
  for (const round of [1, 2]) {
    for (const tab of TABS) {
      const ms = (await page.evaluate(`(async () => {
        const start = performance.now();
        document.querySelector('[role=tab][data-value="${tab}"]').click();
        while (!document.querySelector('[role=tabpanel][data-tab="${tab}"] > :not([role=status])'))
          await new Promise((done) => requestAnimationFrame(done));
        await ${twoFrames};
        return performance.now() - start;
      })()`)) as number;
      if (round === 2) times.push(ms);
    }
  }
  await page.locator('[role=tab][data-value="circuit"]').click();
  return times;
}

/** From the file's choice to two frames after its drawing is there. */
async function opened(page: Page, folder: string, name: string, large: Large): Promise<number> {
  const file = join(folder, `${name}.circuit.json`);
  writeFileSync(file, formatCircuit(largeCircuit(large)));
  await page.locator(".bar input[type=number]").first().fill(String(large.connections));
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Control+o")]);
  const start = performance.now();
  await chooser.setFiles(file);
  await drawnAt(page, `.drawing [data-node="a${large.nLayers - 1}.h0"]`);
  return performance.now() - start;
}

/** @returns ms of the page two frames after an element was there */
async function drawnAt(page: Page, element: string): Promise<number> {
  await page.locator(element).first().waitFor({ state: "attached" });
  return page.evaluate(`${twoFrames}.then(() => performance.now())`);
}

/** @returns ms from the slider's change to two frames later, all within the page */
function moveTo(page: Page, step: number): Promise<number> {
  return page.evaluate(`(async () => {
    const slider = document.querySelector("input[type=range]");
    const start = performance.now();
    slider.value = "${step}";
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await ${twoFrames};
    return performance.now() - start;
  })()`);
}

/** The recorded circuit's frame around a larger one, made from a seed. */
function largeCircuit({ nLayers, nHeads, kept: staying, connections, steps }: Large): Circuit {
  const { record } = JSON.parse(readFileSync("renderer/example/ioi.json", "utf8")) as { record: { circuit: Circuit } };
  const { circuit } = record;
  const random = Random.seeded(1, "large circuit");
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  const all = layers.flatMap((layer) => Array.from({ length: nHeads }, (_, h) => `a${layer}.h${h}`));
  // Those that stay are spread over all layers, the first head of each layer among them.
  const heads = [...all].sort((a, b) => headOf(a) - headOf(b));
  const stay = heads.slice(0, staying);
  const leaving = heads.slice(staying);
  const gone = new Set<string>();
  const trajectory = Array.from({ length: steps }, (_, step) => {
    const head = leaving[step % leaving.length]!;
    const leaves = !gone.has(head);
    if (leaves) gone.add(head);
    else gone.delete(head);
    const kept = all.length - gone.size;
    return { step, removed: leaves ? [head] : [], ...(!leaves && { added: [head] }), kept, metric: 1, faithfulness: 1 };
  });
  const kept = all.filter((head) => !gone.has(head));
  const node = (id: string) => {
    const [, layer, head] = /^a(\d+)\.h(\d+)$/.exec(id) ?? [];
    if (layer === undefined) return { id, kind: id as "input" | "logits" };
    return { id, kind: "head" as const, layer: Number(layer), head: Number(head), effect: -random.uniform() };
  };
  const edges = new Map<string, Circuit["edges"][number]>();
  while (edges.size < connections) {
    const [source, target] = [stay[random.below(stay.length)]!, stay[random.below(stay.length)]!];
    if (layerOf(source) >= layerOf(target)) continue;
    const input = (["q", "k", "v"] as const)[random.below(3)]!;
    edges.set(`${source} ${target} ${input}`, { source, target, input, weight: random.uniform() * 2 - 1 });
  }
  return {
    ...circuit,
    model: { ...circuit.model, nLayers, nHeads, nKeyValueHeads: nHeads },
    search: { ...circuit.search, units: ["head"], trajectory, crossing: undefined, sizes: undefined },
    kept: { heads: kept },
    nodes: ["input", ...all, "logits"].map(node),
    edges: [...edges.values()],
    results: undefined,
  };
}

const layerOf = (id: string): number => Number(/^a(\d+)/.exec(id)![1]);
const headOf = (id: string): number => Number(/h(\d+)$/.exec(id)![1]);
