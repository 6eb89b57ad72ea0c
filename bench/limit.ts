// The arithmetic that an exact sweep cannot avoid, and the rate at which the executor multiplies matrices.
import { sharedPrefix } from "../engine/activations/chunk.ts";
import type { Ablation } from "../engine/activations/ablation.ts";
import type { ModelConfig } from "../engine/model/model.ts";
import { Graph } from "../engine/onnx/graph.ts";
import { reduceMax } from "../engine/onnx/contraction.ts";
import { matMul } from "../engine/onnx/ops.ts";
import { type Feed, f32, Program } from "../engine/runtime/ort.ts";
import type { Example } from "../engine/task/example.ts";

interface LayerCost {
  /** Multiply-adds of one row. */
  readonly queries: number;
  readonly keysAndValues: number;
  readonly output: number;
  readonly mlp: number;
}

function layerCost({ dModel, nHeads, nKeyValueHeads, dHead, dMlp, mlp }: ModelConfig): LayerCost {
  return {
    queries: dModel * nHeads * dHead,
    keysAndValues: 2 * dModel * nKeyValueHeads * dHead,
    output: nHeads * dHead * dModel,
    mlp: (mlp.kind === "gated" ? 3 : 2) * dModel * dMlp,
  };
}

/** Rows after the shared prefix, and last positions, of all examples. */
function rowsOf(examples: readonly Example[], ablation: Ablation): { rows: number; ends: number } {
  const rows = examples.reduce((sum, example) => sum + example.clean.ids.length - sharedPrefix(example, ablation), 0);
  return { rows, ends: examples.length };
}

/**
 * Multiply-adds of the matrix products that a sweep over all single heads needs: from the changed layer on, after the
 * shared prefix, in the last layer queries, output and MLP at the read-out position only. The changed head's own
 * output needs one head's share of W_O. Attention scores, norms and the two rows of the unembedding are left out.
 */
export function sweepMultiplyAdds(config: ModelConfig, examples: readonly Example[], ablation: Ablation): number {
  const { rows, ends } = rowsOf(examples, ablation);
  const cost = layerCost(config);
  const last = config.nLayers - 1;
  const after = (layer: number): number => {
    if (layer > last) return 0;
    const queried = layer === last ? ends : rows;
    const here = rows * cost.keysAndValues + queried * (cost.queries + cost.output + cost.mlp);
    return here + after(layer + 1);
  };
  let total = 0;
  for (let layer = 0; layer <= last; layer++) {
    const written = layer === last ? ends : rows;
    total += config.nHeads * (written * (cost.output / config.nHeads + cost.mlp) + after(layer + 1));
  }
  return total;
}

/** Multiply-adds of the parts of one full pass over whole prompts. */
export function passMultiplyAdds(config: ModelConfig, rows: number): number {
  const cost = layerCost(config);
  return config.nLayers * rows * (cost.queries + cost.keysAndValues + cost.output + cost.mlp);
}

/**
 * The products of one layer of this model, each alone, weights as constants: what ONNX Runtime does of them in a second here and now. Of a
 * product only the largest entry of each row is handed out: copying all of it into JavaScript, which no graph of a whole layer does, made the
 * rate a fifth to two fifths lower on two threads.
 */
export class PlainProducts {
  private constructor(
    private readonly programs: readonly Program[],
    private readonly inputs: readonly Feed[],
    private readonly multiplyAdds: number,
  ) {}

  static async of(config: ModelConfig, rows: number, threads: number): Promise<PlainProducts> {
    const { dModel, nHeads, nKeyValueHeads, dHead, dMlp, mlp } = config;
    const shapes: [number, number][] = [
      [dModel, nHeads * dHead],
      [dModel, nKeyValueHeads * dHead],
      [dModel, nKeyValueHeads * dHead],
      [nHeads * dHead, dModel],
      [dModel, dMlp],
      ...(mlp.kind === "gated" ? [[dModel, dMlp] as [number, number]] : []),
      [dMlp, dModel],
    ];
    const programs = await Promise.all(shapes.map(([from, to]) => product(from, to, threads)));
    const inputs = shapes.map(([from]) => f32([rows, from], new Float32Array(rows * from).fill(0.5)));
    const products = new PlainProducts(programs, inputs, rows * shapes.reduce((sum, [from, to]) => sum + from * to, 0));
    // A program's first run allocates.
    await products.rates(1);
    return products;
  }

  /** Multiply-adds a second, of so many rounds. */
  async rates(rounds: number): Promise<number[]> {
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      for (const [i, program] of this.programs.entries()) await program.run({ x: this.inputs[i] });
      rates.push(this.multiplyAdds / ((performance.now() - start) / 1000));
    }
    return rates;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
  }
}

async function product(from: number, to: number, threads: number): Promise<Program> {
  const graph = new Graph("product");
  const x = graph.input("x", "float32", ["rows", from]);
  const weights = Float32Array.from({ length: from * to }, (_, i) => Math.sin(i));
  graph.output("y", reduceMax(matMul(x, graph.constant(weights, "float32", [from, to])), [1]));
  return Program.compile(graph, { threads });
}
