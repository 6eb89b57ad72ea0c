// Backward through the chain of parts, layer by layer from the last: gradients at every site from one at the residual
// stream behind the layers.
//
// The layer is the outer loop: the gradient programs of one layer are compiled, run for all runs, and freed, so that at
// most one layer's weights are held beside the model's own, but for those that a caller holds from one way back to the next.
import { assertInternal } from "../base/errors.ts";
import { atLayer } from "../model/model.ts";
import type { Program } from "../runtime/ort.ts";
import { HeldPrograms } from "./held-programs.ts";
import { attentionGradientGraph, gradientName, writeGradientGraph } from "../transformer/backward.ts";
import type { Executor, PrefixRows } from "./executor.ts";
import { attentionFeeds, type Packing, type Reals, reals, repeatRows, zeros } from "./packing.ts";

/** A forward run to go back through. Shared prefixes are constants: no gradient reaches them. */
export interface ForwardRun {
  readonly packing: Packing;
  /** Input of each layer from the first to go back through, by layer, "row dModel". */
  readonly residPre: readonly Reals[];
  /** Gradient at the residual stream after the last layer, "copy row dModel". */
  readonly cotangent: Reals;
  /** Objectives that go back through the same forward run at once (default 1); gradients are "copy row …". */
  readonly copies?: number;
  /** By layer; absent where every run starts at its first token. */
  readonly prefix?: readonly PrefixRows[];
  /** What stands at z, by layer, "row head·dHead"; where none is given, it is what attention gives there. */
  readonly z?: readonly (Reals | undefined)[];
}

/** Gradients at the sites of one layer for one run, each over every path from there on. */
export interface LayerGradients {
  /** "row dModel" */
  readonly residPre: Reals;
  /** "row head·dHead" */
  readonly z: Reals;
  /** At attnOut and residMid, "row dModel". */
  readonly residMid: Reals;
  /** At what the MLP reads before its norm, through the MLP alone, "row dModel". */
  readonly mlpIn: Reals;
  /** "row dMlp" */
  readonly hidden: Reals;
  /** At mlpOut and residPost, "row dModel". */
  readonly residPost: Reals;
}

export interface BackwardOptions {
  /** First layer to go back through (default 0). */
  readonly from?: number;
  /** Layer at whose input the cotangent stands (default: the number of layers). */
  readonly to?: number;
  /** Where programs stay for the next way back (default: each is freed). */
  readonly programs?: HeldPrograms;
  /** Called for every run of a layer, then for the next layer down. */
  readonly visit?: (layer: number, run: number, gradients: LayerGradients) => void | Promise<void>;
}

/** @returns the gradient of each run at the input of layer `from`, "row dModel" */
export async function backward(
  executor: Executor,
  runs: readonly ForwardRun[],
  options: BackwardOptions = {},
): Promise<Reals[]> {
  const { config } = executor.model;
  const cotangents = runs.map((run) => run.cotangent);
  const through = async (programs: HeldPrograms): Promise<void> => {
    for (let layer = (options.to ?? config.nLayers) - 1; layer >= (options.from ?? 0); layer--) {
      await withLayer(executor, layer, programs, async (step) => {
        for (const [r, run] of runs.entries()) {
          const gradients = await step(run, cotangents[r]);
          cotangents[r] = gradients.residPre;
          await options.visit?.(layer, r, gradients);
        }
      });
    }
  };
  await HeldPrograms.lent(options.programs, executor, through, 0);
  return cotangents;
}

type LayerStep = (run: ForwardRun, cotangent: Reals) => Promise<LayerGradients>;

/** The gradient programs of one layer for as long as `use` runs. */
async function withLayer(
  executor: Executor,
  layer: number,
  programs: HeldPrograms,
  use: (step: LayerStep) => Promise<void>,
): Promise<void> {
  const { model, precision } = executor;
  const { config } = model;
  const ofWrite = () => writeGradientGraph(config, model.layer(layer), precision);
  const ofAttention = () => attentionGradientGraph(atLayer(config, layer), model.layer(layer), precision);
  await programs.of(`${layer}/write`, ofWrite, (write) =>
    programs.of(`${layer}/attention`, ofAttention, (attention) =>
      use((run, cotangent) => layerStep(executor, layer, write, attention, run, cotangent)),
    ),
  );
}

async function layerStep(
  executor: Executor,
  layer: number,
  write: Program,
  attention: Program,
  run: ForwardRun,
  cotangent: Reals,
): Promise<LayerGradients> {
  const { config } = executor.model;
  const { packing, copies = 1, prefix } = run;
  assertInternal(
    prefix !== undefined || packing.runs.every(({ first }) => first === 0),
    "gradients through a shared prefix without its keys and values",
  );
  const repeated = copies === 1 ? packing : packing.repeated(copies);
  const copied = (rows: Reals) => (copies === 1 ? rows : repeatRows(rows, copies));
  const stream = [repeated.rows, config.dModel];
  const heads = [repeated.rows, config.nHeads * config.dHead];
  const forward = { queries: "all", wanted: ["z"], prefix: prefix?.[layer] } as const;
  const z = run.z?.[layer] ?? (await executor.attention(layer, packing, run.residPre[layer], forward)).z;
  const residual = reals(stream, copied(run.residPre[layer]));
  const written = await write.run({ residual, z: reals(heads, copied(z)), cotangent: reals(stream, cotangent) });
  const at = (name: string) => written[gradientName(name)].data as Reals;
  const zGradient = at("z");
  const width = config.nKeyValueHeads * config.dHead;
  // A prefix of one row of zeros stands in where there is none: no index points at it.
  const none = zeros(executor.precision, width);
  const { k, v } = prefix?.[layer] ?? { k: none, v: none };
  const prefixRows = k.length / width;
  const read = await attention.run({
    // Copies are packed anew each time; the rest meets its packing again.
    ...(copies === 1
      ? executor.attentionFeeds(packing, atLayer(config, layer), "all", prefixRows)
      : attentionFeeds(repeated, atLayer(config, layer), "all", prefixRows, executor.precision)),
    residual,
    prefixK: reals([prefixRows, width], k),
    prefixV: reals([prefixRows, width], v),
    cotangent: reals(heads, zGradient),
    past: reals(stream, at("residual")),
  });
  return {
    residPre: read[gradientName("residual")].data as Reals,
    z: zGradient,
    residMid: at("residMid"),
    // Past the MLP the stream goes on unchanged, so what is left of the gradient came through it.
    mlpIn: at(config.parallelBlocks ? "residual" : "residMid").map((value, i) => value - cotangent[i]),
    hidden: at("hidden"),
    residPost: cotangent,
  };
}

/**
 * Gradient at the normed stream, "row dModel".
 *
 * @param cotangent gradient at the logits, "row dVocab"
 */
export async function throughUnembedding(executor: Executor, cotangent: Reals): Promise<Reals> {
  const { dModel, dVocab } = executor.model.config;
  const rows = cotangent.length / dVocab;
  const sum = zeros(executor.precision, rows * dModel);
  const sliceOf = (from: number, to: number) => {
    const slice = zeros(executor.precision, rows * (to - from));
    for (let row = 0; row < rows; row++)
      slice.set(cotangent.subarray(row * dVocab + from, row * dVocab + to), row * (to - from));
    return slice;
  };
  for await (const normed of executor.unembedGradients(rows, sliceOf)) {
    for (let i = 0; i < sum.length; i++) sum[i] += normed[i];
  }
  return sum;
}
