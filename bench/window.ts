// The page at its largest: a graph of 169 nodes and 1,500 connections, first drawn, moved by one step, moved to any of 1,000 steps.
//
// Needs the built page and a Chromium. Times are of the page alone: the engine behind it is recorded.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { Random } from "../engine/base/random.ts";
import { formatCircuit } from "../engine/circuit/circuit-file.ts";
import type { Circuit } from "../engine/circuit/circuit-schema.ts";
import { browserReason, launch } from "../test/workbench/browser.ts";
import { serveRecorded } from "../test/workbench/serve-recorded.ts";

/** 156 heads, 12 MLPs and the input; the logits stand above them. */
const sizes = { nLayers: 12, nHeads: 13 };
const connections = 1500;
const steps = 1000;
const scrubs = 40;

export async function measureWindow(): Promise<string[][]> {
  if (browserReason !== "") return [["not measured", browserReason]];
  const folder = mkdtempSync(join(tmpdir(), "secateur-bench-"));
  const server = await serveRecorded();
  try {
    const file = join(folder, "large.circuit.json");
    writeFileSync(file, formatCircuit(largeCircuit()));
    const { page, close } = await launch(server.url);
    const drawn = await firstDrawn(page, file);
    const random = Random.seeded(1, "scrubs");
    const oneStep: number[] = [];
    const anyStep: number[] = [];
    for (let i = 0; i < scrubs; i++) {
      const at = random.below(steps - 1);
      anyStep.push(await moveTo(page, at));
      oneStep.push(await moveTo(page, at + 1));
    }
    await close();
    return [
      ["first drawn, ms", drawn.toFixed(0), "1500"],
      ["one step: median, worst", medianAndWorst(oneStep), "250"],
      ["any of 1,000 steps: median, worst", medianAndWorst(anyStep), "100"],
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

/** From the file's choice to two frames after the graph says that all connections are shown. */
async function firstDrawn(page: Page, file: string): Promise<number> {
  await page.locator('input[type="number"]').first().fill(String(connections));
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Control+o")]);
  const start = performance.now();
  await chooser.setFiles(file);
  await page.getByText(`Showing ${connections} of ${connections} connections`).waitFor();
  await page.evaluate(twoFrames);
  return performance.now() - start;
}

const twoFrames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

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

/** The recorded circuit's frame around a larger one, made from a seed; heads leave and come back for a thousand steps. */
function largeCircuit(): Circuit {
  const { record } = JSON.parse(readFileSync("renderer/example/ioi.json", "utf8")) as { record: { circuit: Circuit } };
  const { circuit } = record;
  const random = Random.seeded(1, "large circuit");
  const layers = Array.from({ length: sizes.nLayers }, (_, layer) => layer);
  const heads = layers.flatMap((layer) => Array.from({ length: sizes.nHeads }, (_, h) => `a${layer}.h${h}`));
  const gone = new Set<string>();
  const trajectory = Array.from({ length: steps }, (_, step) => {
    const head = heads[step % heads.length];
    const leaves = !gone.has(head);
    if (leaves) gone.add(head);
    else gone.delete(head);
    const kept = heads.length - gone.size;
    return { step, removed: leaves ? [head] : [], ...(!leaves && { added: [head] }), kept, metric: 1, faithfulness: 1 };
  });
  const kept = heads.filter((head) => !gone.has(head));
  const node = (id: string) => {
    const [, kind, layer, head] = /^(a|m)(\d+)(?:\.h(\d+))?$/.exec(id) ?? [];
    if (kind === undefined) return { id, kind: id as "input" | "logits" };
    return kind === "a"
      ? { id, kind: "head" as const, layer: Number(layer), head: Number(head) }
      : { id, kind: "mlp" as const, layer: Number(layer) };
  };
  const edges = new Map<string, Circuit["edges"][number]>();
  while (edges.size < connections) {
    const [from, to] = [random.below(sizes.nLayers), random.below(sizes.nLayers)].sort((a, b) => a - b);
    if (from === to) continue;
    const source = `a${from}.h${random.below(sizes.nHeads)}`;
    const target = `a${to}.h${random.below(sizes.nHeads)}`;
    edges.set(`${source} ${target}`, { source, target, input: "q", weight: random.uniform() * 2 - 1 });
  }
  return {
    ...circuit,
    model: { ...circuit.model, ...sizes, nKeyValueHeads: sizes.nHeads },
    search: { ...circuit.search, units: ["head"], trajectory, crossing: undefined, sizes: undefined },
    kept: { heads: kept },
    nodes: ["input", ...heads, ...layers.map((layer) => `m${layer}`), "logits"].map(node),
    edges: [...edges.values()],
    results: undefined,
  };
}
