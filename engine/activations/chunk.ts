// A group of examples that goes through the model together, with everything a circuit run of them needs:
// the shared prefix computed once, the embedded rest, and the values that ablated units give.
import type { UnitKind } from "../circuit/unit.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { type Ablation, ReferenceMeans, siteOfKind } from "./ablation.ts";
import { capture } from "./capture.ts";
import type { Executor, PrefixRows } from "./executor.ts";
import { Packing, type Reals, zeros } from "./packing.ts";

/** Values of ablated units, by layer, "row width" over the chunk's computed rows. */
export type AblatedValues = Partial<Record<UnitKind, readonly Reals[]>>;

export interface Chunk {
  readonly examples: readonly Example[];
  /** The computed rows: of each prompt the positions after its shared prefix. */
  readonly packing: Packing;
  /** By layer; absent where no example has a shared prefix. */
  readonly prefix: readonly PrefixRows[] | undefined;
  /** Embedded clean and corrupt tokens of the computed rows. */
  readonly clean: Reals;
  readonly corrupt: Reals;
  readonly ablated: AblatedValues;
}

/** Multiply-adds of one row in an MLP matrix times the rows of a pass: about 20 ms of work on two cores. */
const passWork = 1.6e9;

/** Rows that one pass should hold: enough to fill the matrix products, few enough to stop between two of them. */
export function rowBudget(config: Pick<ModelConfig, "dModel" | "dMlp">): number {
  return Math.max(512, Math.min(8192, Math.floor(passWork / (config.dModel * config.dMlp))));
}

/** Groups examples in order so that each group's rows stay near the budget. */
export function groupExamples(examples: readonly Example[], budget: number): Example[][] {
  const groups: Example[][] = [];
  let rows = Infinity;
  for (const example of examples) {
    const size = example.clean.ids.length;
    if (rows + size > budget) {
      groups.push([]);
      rows = 0;
    }
    groups[groups.length - 1].push(example);
    rows += size;
  }
  return groups;
}

/**
 * Positions at the start of a pair that are the same in the clean, the corrupt and every circuit run: those before the
 * first token that differs, per example. Holds for paired resample only: means and zeros change every position.
 */
export function sharedPrefix(example: Example, ablation: Ablation): number {
  if (ablation.kind !== "resample") return 0;
  const { ids } = example.clean;
  let shared = 0;
  while (shared < ids.length - 1 && ids[shared] === example.corrupt.ids[shared]) shared++;
  return shared;
}

export interface ChunkOptions {
  readonly kinds: readonly UnitKind[];
  /** false: every position is computed in every run (to test that the shortcut changes nothing). */
  readonly sharePrefix?: boolean;
}

/** Prepares all groups of examples; mean ablation needs them together. */
export async function prepareChunks(
  executor: Executor,
  examples: readonly Example[],
  ablation: Ablation,
  options: ChunkOptions,
): Promise<Chunk[]> {
  const groups = groupExamples(examples, rowBudget(executor.model.config));
  const sites = options.kinds.map((kind) => siteOfKind[kind]);
  const means = ablation.kind === "mean" ? await ReferenceMeans.over(executor, groups, ablation, sites) : undefined;
  const chunks: Chunk[] = [];
  for (const group of groups) chunks.push(await prepareChunk(executor, group, ablation, means, options));
  return chunks;
}

async function prepareChunk(
  executor: Executor,
  examples: readonly Example[],
  ablation: Ablation,
  means: ReferenceMeans | undefined,
  options: ChunkOptions,
): Promise<Chunk> {
  const shared = examples.map((example) => (options.sharePrefix === false ? 0 : sharedPrefix(example, ablation)));
  const prefix = await prefixRows(executor, examples, shared);
  let prefixRow = 0;
  const runs = examples.map((example, e) => {
    const run = { length: example.clean.ids.length, first: shared[e], prefixRow };
    prefixRow += shared[e];
    return run;
  });
  const packing = new Packing(runs);
  const embed = (which: "clean" | "corrupt") =>
    executor.embed(
      examples.flatMap((example, e) => example[which].ids.slice(shared[e])),
      packing.positions,
    );
  const chunk = { examples, packing, prefix, clean: embed("clean"), corrupt: embed("corrupt") };
  return { ...chunk, ablated: await ablatedValues(executor, chunk, ablation, means, options.kinds) };
}

/** Keys and values of the shared prefixes, one after another. */
async function prefixRows(
  executor: Executor,
  examples: readonly Example[],
  shared: readonly number[],
): Promise<PrefixRows[] | undefined> {
  const withPrefix = examples.flatMap((example, e) => (shared[e] > 0 ? [example.clean.ids.slice(0, shared[e])] : []));
  if (withPrefix.length === 0) return undefined;
  const packing = Packing.ofLengths(withPrefix.map((ids) => ids.length));
  const embedded = executor.embed(withPrefix.flat(), packing.positions);
  const { at } = await capture(executor, packing, embedded, { sites: ["k", "v"] });
  return at.k!.map((k, layer) => ({ k, v: at.v![layer] }));
}

async function ablatedValues(
  executor: Executor,
  chunk: Omit<Chunk, "ablated">,
  ablation: Ablation,
  means: ReferenceMeans | undefined,
  kinds: readonly UnitKind[],
): Promise<AblatedValues> {
  const { config } = executor.model;
  const widths: Record<UnitKind, number> = {
    head: config.nHeads * config.dHead,
    mlp: config.dModel,
    neuron: config.dMlp,
  };
  const layers = Array.from({ length: config.nLayers }, (_, layer) => layer);
  if (ablation.kind === "resample") {
    const sites = kinds.map((kind) => siteOfKind[kind]);
    const { at } = await capture(executor, chunk.packing, chunk.corrupt, { sites, prefix: chunk.prefix });
    return Object.fromEntries(kinds.map((kind) => [kind, at[siteOfKind[kind]]!]));
  }
  const valuesOf = (kind: UnitKind): Reals[] => {
    if (!means) {
      const zero = zeros(executor.precision, chunk.packing.rows * widths[kind]);
      return layers.map(() => zero);
    }
    return layers.map((layer) => means.rows(siteOfKind[kind], layer, chunk.examples, executor));
  };
  return Object.fromEntries(kinds.map((kind) => [kind, valuesOf(kind)]));
}
