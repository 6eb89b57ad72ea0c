// Shares of information-flow routes, against their definition on a transformer in plain loops.
import { afterAll, expect, test } from "vitest";
import { Executor } from "../../engine/activations/executor.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { formatNode } from "../../engine/circuit/node.ts";
import { reaches, topologyOf } from "../../engine/circuit/topology.ts";
import { informationFlow } from "../../engine/score/information-flow.ts";
import { plainForward } from "../plain-forward.ts";
import { plainRun, type Rows } from "../plain-transformer.ts";
import { GATED, PARALLEL, PLAIN, randomExamples, randomModel } from "../random-model.ts";

const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.dispose())));

const sizeOf = (row: readonly number[]) => row.reduce((sum, x) => sum + Math.abs(x), 0);

test.each([
  ["plain", PLAIN],
  ["gated, grouped key-value heads", GATED],
  ["parallel blocks", PARALLEL],
] as const)(
  "shares are Ferrando and Voita's, in float64 (1e-9), and those of an input add up to one, %s",
  async (_, config) => {
    const model = randomModel(config, 9);
    const executor = new Executor(model, { threads: 1, precision: "float64" });
    executors.push(executor);
    const examples = randomExamples(config, [6, 4], 9);
    const edges = await informationFlow(executor, examples);
    const expected = new Map<string, number>();
    for (const { clean } of examples) {
      const { writes } = plainRun(model, clean.ids);
      const streams = new Map<string, Rows>();
      plainForward(model, clean.ids, (site, layer, rows) => {
        if (site === "residPre" || site === "residMid" || site === "residPost") streams.set(`${site}${layer}`, rows);
        return rows;
      });
      for (const edge of topologyOf(config).edges) {
        const { target } = edge;
        const read =
          target.kind === "logits"
            ? streams.get(`residPost${config.nLayers - 1}`)!
            : streams.get(
                `${target.kind === "mlp" && !config.parallelBlocks ? "residMid" : "residPre"}${"layer" in target ? target.layer : 0}`,
              )!;
        const proximity = (id: string, position: number) =>
          Math.max(0, sizeOf(read[position]) - sizeOf(read[position].map((x, i) => x - writes.get(id)![position][i])));
        const rivals = topologyOf(config).sources.filter((source) => reaches(source, target, config.parallelBlocks));
        const shares = clean.ids.map((_, position) => {
          const total = rivals.reduce((sum, rival) => sum + proximity(formatNode(rival), position), 0);
          return proximity(formatNode(edge.source), position) / total;
        });
        const share = shares.reduce((sum, value) => sum + value, 0) / shares.length;
        expected.set(formatEdge(edge), (expected.get(formatEdge(edge)) ?? 0) - share / examples.length);
      }
    }
    const sums = new Map<string, number>();
    for (const edge of edges) {
      expect(edge.score, formatEdge(edge)).toBeCloseTo(expected.get(formatEdge(edge))!, 9);
      const slot = formatNode(edge.target) + (edge.input ?? "");
      sums.set(slot, (sums.get(slot) ?? 0) + edge.score);
    }
    for (const [slot, sum] of sums) expect(sum, slot).toBeCloseTo(-1, 9);
  },
);
