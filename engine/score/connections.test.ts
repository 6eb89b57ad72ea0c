import { afterAll, describe, expect, test } from "vitest";
import { type PlainRun, plainRun, type Rows } from "../../test/plain-transformer.ts";
import { plantedHeads, plantedModel, plantedTask } from "../../test/planted-model.ts";
import { GATED, PLAIN, randomExamples, randomModel } from "../../test/random-model.ts";
import type { Ablation } from "../activations/ablation.ts";
import { Executor } from "../activations/executor.ts";
import { formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import { parseUnit } from "../circuit/unit.ts";
import { type UnitSet, UnitSpace } from "../circuit/unit-set.ts";
import { metricValue } from "../metric/metric.ts";
import type { Model } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { type Connection, measureConnections } from "./connections.ts";

const resample: Ablation = { kind: "resample", reference: "paired", perPosition: true };
const zero: Ablation = { kind: "zero", reference: "corrupt", perPosition: true };
const metric = "logit-difference" as const;
const GROUPED_PARALLEL = { ...GATED, parallelBlocks: true };

const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.dispose())));
function executorOf(model: Model): Executor {
  const executor = new Executor(model, { threads: 1 });
  executors.push(executor);
  return executor;
}

const nameOf = ({ source, target, input }: Connection) => `${source}->${target}${input ? `<${input}>` : ""}`;
const setOf = (model: Model, ids: readonly string[], kinds: readonly ("head" | "mlp")[] = ["head", "mlp"]) =>
  new UnitSpace(model.config, kinds).setOf(ids.map((id) => parseUnit(id)!));

/** Every edge of the circuit by brute force: one whole run of the plain transformer for each edge and example. */
function bruteForce(
  model: Model,
  examples: readonly Example[],
  kept: UnitSet,
  ablation: Ablation,
): Map<string, number> {
  const weights = new Map<string, number>();
  const removed = kept.complement().ids();
  const live = (id: string) => !removed.includes(id);
  const { edges } = topologyOf(model.config);
  for (const example of examples) {
    const corrupt = plainRun(model, example.corrupt.ids).writes;
    const nothing = example.clean.ids.map(() => new Array<number>(model.config.dModel).fill(0));
    const ablated = (id: string): Rows => (ablation.kind === "zero" ? nothing : corrupt.get(id)!);
    const fixed = new Map(removed.map((id) => [id, ablated(id)]));
    const value = (run: PlainRun) => metricValue(metric, example, run.logits);
    const base = value(plainRun(model, example.clean.ids, { fixed }));
    for (const edge of edges) {
      const [name, source] = [formatEdge(edge), formatEdge(edge).split("->")[0]];
      const target = edge.target.kind === "logits" ? "logits" : formatEdge(edge).split("->")[1].replace(/<.>/, "");
      if (!live(source) || !live(target)) continue;
      const run = plainRun(model, example.clean.ids, {
        fixed,
        edge: (from, slot) =>
          from === source && formatEdge({ source: edge.source, ...slot }) === name ? ablated(source) : undefined,
      });
      weights.set(name, (weights.get(name) ?? 0) + (value(run) - base) / examples.length);
    }
  }
  return weights;
}

describe.each([
  ["layer norm, learned positions, biases", PLAIN],
  ["grouped keys, rotary, gated MLP, parallel blocks", GROUPED_PARALLEL],
])("connections of a random model: %s", (_, shape) => {
  const model = randomModel(shape, 5);
  const examples = randomExamples(shape, [5, 6, 7], 5);
  const executor = executorOf(model);
  const full = new UnitSpace(shape, ["head", "mlp"]).full();
  const some = setOf(model, ["a0.h1", "a1.h0", "a1.h1", "a2.h0", "m0", "m2"]);

  test.each([
    ["the full model, resample", full, resample],
    ["four heads and two MLPs, resample", some, resample],
    ["four heads and two MLPs, zero", some, zero],
  ])("%s: every legal edge as by brute force, max |Δ| ≤ 1e-5", async (_, kept, ablation) => {
    const { edges, legal } = await measureConnections(executor, examples, kept, { metric, ablation });
    const expected = bruteForce(model, examples, kept, ablation);
    expect(edges.map(nameOf).sort()).toEqual([...expected.keys()].sort());
    expect(legal).toBe(edges.length);
    for (const edge of edges) {
      expect(Math.abs(edge.weight - expected.get(nameOf(edge))!), nameOf(edge)).toBeLessThanOrEqual(1e-5);
    }
    expect(Math.max(...edges.map(({ weight }) => Math.abs(weight)))).toBeGreaterThan(0.01);
  });

  test("the shared prefix changes nothing, max |Δ| ≤ 1e-5", async () => {
    const shared = await measureConnections(executor, examples, some, { metric, ablation: resample });
    const options = { metric, ablation: resample, sharePrefix: false };
    const whole = await measureConnections(executor, examples, some, options);
    shared.edges.forEach((edge, i) => expect(Math.abs(edge.weight - whole.edges[i].weight)).toBeLessThanOrEqual(1e-5));
  });

  test("corrupt prompts that are the clean ones give 0 everywhere (1e-6)", async () => {
    const same = examples.map((example) => ({ ...example, corrupt: example.clean }));
    const options = { metric, ablation: resample, sharePrefix: false };
    const { edges } = await measureConnections(executor, same, some, options);
    for (const { weight } of edges) expect(Math.abs(weight)).toBeLessThanOrEqual(1e-6);
  });

  test("mean ablation over one prompt is resampling from it, max |Δ| ≤ 1e-5", async () => {
    const one = examples.slice(0, 1);
    const mean: Ablation = { kind: "mean", reference: "corrupt", perPosition: true };
    const byMean = await measureConnections(executor, one, some, { metric, ablation: mean });
    const byPair = await measureConnections(executor, one, some, { metric, ablation: resample });
    byMean.edges.forEach((edge, i) => expect(Math.abs(edge.weight - byPair.edges[i].weight)).toBeLessThanOrEqual(1e-5));
  });
});

describe("connections of the planted circuit", () => {
  const model = plantedModel();
  const executor = executorOf(model);
  const examples = plantedTask().slice(0, 8);
  const kept = setOf(model, [...plantedHeads, "m0"]);

  test("are the planted path and the words that its heads read, nothing else (1e-3)", async () => {
    const { edges } = await measureConnections(executor, examples, kept, { metric, ablation: resample });
    const strong = edges.filter(({ weight }) => Math.abs(weight) > 1e-3);
    // Inhibition lost: from 8 to −8/3. The name mover's own words or its output lost: from 8 to 0.
    expect(Object.fromEntries(strong.map((edge) => [nameOf(edge), Number(edge.weight.toFixed(3))]))).toEqual({
      "input->a0.h1<q>": -10.667,
      "input->a0.h1<k>": -10.667,
      "a0.h1->m0": -10.667,
      "m0->a1.h2<k>": -10.667,
      "input->a1.h2<v>": -10.667,
      "a1.h2->a2.h3<q>": -10.667,
      "input->a2.h3<k>": -10.667,
      "input->a2.h3<v>": -8,
      "a2.h3->logits": -8,
    });
  });

  test("a budget takes the edges of the largest estimates, and says how many there are", async () => {
    const seen: number[] = [];
    const { edges, legal } = await measureConnections(executor, examples, kept, {
      metric,
      ablation: resample,
      maxEdges: 3,
      onProgress: (done) => seen.push(done),
    });
    // Where the attention is saturated, what enters as query and key has hardly a slope.
    expect(edges.map(nameOf)).toEqual(["input->a1.h2<v>", "input->a2.h3<v>", "a2.h3->logits"]);
    // Into a0.h1 3, m0 2, a1.h2 9, a2.h3 12, logits 5.
    expect(legal).toBe(31);
    expect(seen.at(-1)).toBe(3);
  });

  test("MLPs that no search could remove are ends of the last edges that a budget takes", async () => {
    const heads = setOf(model, ["a0.h1", "a1.h2", "a2.h3"], ["head"]);
    const all = await measureConnections(executor, examples, heads, { metric, ablation: resample });
    const between = all.edges.filter(({ source, target }) => !source.startsWith("m") && !target.startsWith("m"));
    const options = { metric, ablation: resample, maxEdges: between.length };
    const { edges } = await measureConnections(executor, examples, heads, options);
    expect(edges.map(nameOf)).toEqual(between.map(nameOf));
  });

  test("stops on request", async () => {
    const options = { metric, ablation: resample, signal: AbortSignal.abort() };
    await expect(measureConnections(executor, examples, kept, options)).rejects.toThrow("Stopped on request.");
  });
});
