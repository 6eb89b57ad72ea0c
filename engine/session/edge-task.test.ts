// Edges of the embedded model on IOI: where the pruning begins, and what it then claims.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { formatCircuit } from "../circuit/circuit-file.ts";
import { formatNode } from "../circuit/node.ts";
import { EdgeSplit } from "./edge-split.ts";
import { edgesInShare, edgeTask } from "./edge-task.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";
import { journalSettings } from "./run-journal.ts";

/** By MIB's own evaluator; the file says how. */
interface MibFigures {
  readonly edges: readonly number[];
  readonly faithfulness: readonly number[];
  readonly cpr: number;
  readonly cmd: number;
}

const examples = { discovery: 8, heldOut: 0 };
const settings = { task: "tasks/ioi.yaml", model: "sprig", examples };
const edges = { ...settings, method: "attribution", steps: 5, order: "magnitude", prune: true } as const;

test("among a circuit's nodes, the pruning leaves edges between these alone, each tested on the final circuit", async () => {
  const few = { ...examples, validation: 8 };
  const search = { ...settings, examples: few, units: ["head"], orders: 1, swaps: 0, ...onlySearch } as const;
  const { circuit: nodes } = await pruneTask(search);
  const file = join(mkdtempSync(join(tmpdir(), "secateur-among-")), "ioi.circuit.json");
  writeFileSync(file, formatCircuit(nodes));
  const { circuit } = await edgeTask({ ...edges, among: file });
  const heads = new Set(circuit!.edges.flatMap(({ source, target }) => [source, target].map(formatNode)));
  const foreign = [...heads].filter((id) => id.startsWith("a") && !nodes.kept.heads!.includes(id));
  expect(foreign).toEqual([]);
  expect(circuit!.edges.length).toBeLessThan(circuit!.from);
  expect(circuit).toMatchObject({ oneMinimal: true, tested: 1, heldOut: undefined });
  expect(Math.abs(1 - circuit!.faithfulness)).toBeLessThanOrEqual(0.1);
  const measured = vi.spyOn(EdgeSplit.prototype, "measure");
  const whole = await edgeTask({ ...edges, prune: false, among: file, selection: "ilp" });
  const sizes = new Set(whole.curve.map(({ edges: count }) => count));
  expect(measured.mock.calls.length).toBe(sizes.size);
  measured.mockRestore();
  expect(sizes.size).toBeLessThan(whole.curve.length);
  const chosen = new Set(whole.smallest!.flatMap(({ source, target }) => [source, target].map(formatNode)));
  expect([...chosen].filter((id) => id.startsWith("a") && !nodes.kept.heads!.includes(id))).toEqual([]);
  for (const { fraction, edges: count } of whole.curve) {
    expect(count).toBeLessThanOrEqual(Math.floor(fraction * whole.total));
  }
  expect(whole.notes).toEqual([]);
});

test("an integer programme takes scores of single examples, so means over all of them are refused", async () => {
  const asked = { ...edges, prune: false, selection: "ilp", ablation: "mean" } as const;
  await expect(edgeTask(asked)).rejects.toThrow("choose --ablation resample or zero, or --selection greedy");
});

test("greedy choice leaves no edge without a way to the logits, and of top-n's edges many", async () => {
  const unconnected = async (selection: "top-n" | "greedy") => {
    const { curve, total } = await edgeTask({ ...edges, prune: false, selection });
    return curve.map(({ fraction, edges: connected }) => Math.floor(fraction * total) - connected);
  };
  const [topN, greedy] = [await unconnected("top-n"), await unconnected("greedy")];
  expect(Math.max(...greedy)).toBeLessThan(Math.max(...topN));
});

test("a share of the edges is never more of them than it allows, as MIB counts", () => {
  expect([0.01, 0.02, 0.05, 0.1, 0.2].map((share) => edgesInShare(share, 1519))).toEqual([15, 30, 75, 151, 303]);
});

test("circuits by share of edges, CPR and CMD are those of MIB's own evaluation of the exported scores", async () => {
  const mib = JSON.parse(readFileSync("test/reference/mib/sprig-ioi.json", "utf8")) as MibFigures;
  const { curve, areas } = await edgeTask({ ...edges, prune: false, examples: { discovery: 64, heldOut: 0 } });
  for (const [i, { edges: count, faithfulness }] of curve.entries()) {
    expect(faithfulness).toBeCloseTo(mib.faithfulness[i], 5);
    // Its pruning leaves a node without a way to the logits where nothing else is left.
    if (mib.faithfulness[i] !== 0) expect(count).toBe(mib.edges[i]);
  }
  expect(areas.cpr).toBeCloseTo(mib.cpr, 5);
  expect(areas.cmd).toBeCloseTo(mib.cmd, 5);
});

test("a circuit file that is not there is said before anything is measured", async () => {
  await expect(edgeTask({ ...edges, among: "nowhere.circuit.json" })).rejects.toMatchObject({ code: "missing-file" });
});

test("a pruning that was cut short goes on from its journal to the same edges and figures", async () => {
  const folder = mkdtempSync(join(tmpdir(), "secateur-edge-run-"));
  const journal = join(folder, "whole.jsonl");
  const asked = { ...edges, method: "integrated-gradients", steps: 2, examples: { discovery: 2, heldOut: 0 } } as const;
  const whole = await edgeTask(asked, { journal });
  const lines = readFileSync(journal, "utf8").split("\n").slice(0, -1);
  expect(lines).toHaveLength(2 + whole.circuit!.trials);
  for (const kept of [1, Math.floor(lines.length / 2)]) {
    const cut = join(folder, `${kept}.jsonl`);
    writeFileSync(cut, `${lines.slice(0, kept).join("\n")}\n${lines[kept].slice(0, 9)}`);
    expect(await edgeTask(asked, { journal: cut, resume: true }), `after ${kept} lines`).toEqual(whole);
    expect(readFileSync(cut, "utf8").split("\n").slice(1, -1)).toEqual(lines.slice(1));
  }
  expect(() => journalSettings("units", journal)).toThrow(
    `${journal}:1: a run of "secateur edges", not of "secateur prune"; go on with it by the former's --resume.`,
  );
});

test("so does one under optimal ablation, whose constants stand in the journal before the scores that they are for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "secateur-edge-optimal-"));
  const journal = join(folder, "whole.jsonl");
  const few = { discovery: 2, heldOut: 0 };
  const asked = { ...edges, examples: few, ablation: "optimal", criterion: "difference-only", threshold: 0.5 } as const;
  const whole = await edgeTask(asked, { journal });
  const lines = readFileSync(journal, "utf8").split("\n").slice(0, -1);
  const kinds = lines.map((line) => /"kind":"([a-z-]+)"/.exec(line)?.[1]);
  const scored = kinds.indexOf("estimates");
  expect(kinds.slice(1, scored)).toEqual(Array(4).fill("constants"));
  const cut = join(folder, "cut.jsonl");
  writeFileSync(cut, `${lines.slice(0, scored + 1).join("\n")}\n`);
  expect(await edgeTask(asked, { journal: cut, resume: true })).toEqual(whole);
});
