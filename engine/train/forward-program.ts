// Runs a model under training forward: logits at the last token of each prompt, with any set of heads interchanged.
import { f32, type Feed, i64, Program } from "../runtime/ort.ts";
import { gather } from "../onnx/ops.ts";
import { forward, graphModel, interchangeInputs, readOut } from "./model-graph.ts";
import type { PairBatch } from "./pairs.ts";
import { type ModelShape, type Parameter, view } from "./parameters.ts";

/** 1 keeps a head, 0 replaces it by its value in the corrupt run; "layer head". */
export type Gates = Float32Array;

export function allGates({ nLayers, nHeads }: ModelShape, value: 0 | 1 = 1): Gates {
  return new Float32Array(nLayers * nHeads).fill(value);
}

/** What a corrupt run leaves for the circuit's runs: z of every layer, "pair head pos dHead". */
export type CorruptZ = readonly Feed[];

/** The weights as feeds, sharing the flat array's memory. */
export function weightFeeds(weights: Float32Array, parameters: readonly Parameter[]): Record<string, Feed> {
  return Object.fromEntries(
    parameters.map((parameter) => [parameter.name, f32(parameter.shape, view(weights, parameter))]),
  );
}

export function integers(shape: readonly number[], data: Int32Array): Feed {
  return i64(shape, BigInt64Array.from(data, BigInt));
}

export function corruptFeeds(corrupt: CorruptZ): Record<string, Feed> {
  return Object.fromEntries(corrupt.map((feed, layer) => [`corruptZ.${layer}`, feed]));
}

export class ForwardProgram {
  private constructor(
    readonly shape: ModelShape,
    readonly batch: number,
    readonly pos: number,
    private readonly program: Program,
    private readonly weights: Record<string, Feed>,
  ) {}

  /** For batches of exactly `batch` prompts of `pos` tokens; later changes of `weights` are seen. */
  static async compile(
    shape: ModelShape,
    weights: Float32Array,
    batch: number,
    pos: number,
    threads: number,
  ): Promise<ForwardProgram> {
    const model = graphModel("forward", shape, "float32");
    const { graph } = model;
    const run = forward(model, graph.input("ids", "int64", [batch, pos]), interchangeInputs(model, batch, pos));
    graph.output("logits", readOut(model, gather(run.residual, graph.input("end", "int64", [batch]), 0)));
    run.z.forEach((z, layer) => graph.output(`z.${layer}`, z));
    run.pattern.forEach((pattern, layer) => graph.output(`pattern.${layer}`, pattern));
    const program = await Program.compile(graph, { threads, keepMemory: true });
    return new ForwardProgram(shape, batch, pos, program, weightFeeds(weights, model.parameters));
  }

  /** z of every head in the corrupt run. */
  async corruptRun(pairs: PairBatch): Promise<CorruptZ> {
    const names = Array.from({ length: this.shape.nLayers }, (_, layer) => `z.${layer}`);
    const result = await this.run(pairs.corrupt, pairs.end, allGates(this.shape), this.noInterchange(), names);
    return names.map((name) => result[name]!);
  }

  /** Logits "pair dVocab" at END of the clean prompts, heads of gate 0 interchanged. */
  async logits(pairs: PairBatch, gates: Gates, corrupt: CorruptZ = this.noInterchange()): Promise<Float32Array> {
    const result = await this.run(pairs.clean, pairs.end, gates, corrupt, ["logits"]);
    return result.logits!.data as Float32Array;
  }

  /** Attention of every layer in the clean run, "pair head pos pos" (query, key). */
  async patterns(pairs: PairBatch): Promise<readonly Float32Array[]> {
    const names = Array.from({ length: this.shape.nLayers }, (_, layer) => `pattern.${layer}`);
    const result = await this.run(pairs.clean, pairs.end, allGates(this.shape), this.noInterchange(), names);
    return names.map((name) => result[name]!.data as Float32Array);
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }

  private noInterchange(): CorruptZ {
    const { nLayers, nHeads, dModel } = this.shape;
    const shape = [this.batch, nHeads, this.pos, dModel / nHeads];
    const zeros = f32(shape, new Float32Array(this.batch * dModel * this.pos));
    return new Array<Feed>(nLayers).fill(zeros);
  }

  private run(ids: Int32Array, end: Int32Array, gates: Gates, corrupt: CorruptZ, wanted: readonly string[]) {
    const { nLayers, nHeads } = this.shape;
    const feeds = {
      ...this.weights,
      ...corruptFeeds(corrupt),
      ids: integers([this.batch, this.pos], ids),
      end: integers([this.batch], end),
      gates: f32([nLayers, nHeads], gates),
    };
    return this.program.run(feeds, wanted);
  }
}
