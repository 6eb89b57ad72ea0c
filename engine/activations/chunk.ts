// A group of examples that goes through the model together, with everything a circuit run of them needs:
// the shared prefix computed once, the embedded rest, and the values that ablated units give.
import type { UnitKind } from "../circuit/unit.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { AblatedValues } from "./ablated-values.ts";
import { type Ablation, siteOfKind } from "./ablation.ts";
import { kindOf } from "./ablation-kinds.ts";
import { capture } from "./capture.ts";
import type { Executor, PrefixRows } from "./executor.ts";
import { Packing, type Reals } from "./packing.ts";
import { type CapturedUnits, captureUnits, type Spliced } from "./spliced.ts";

export interface Chunk {
  readonly examples: readonly Example[];
  /** The computed rows: of each prompt the positions after its shared prefix. */
  readonly packing: Packing;
  /** By layer; absent where no example has a shared prefix. */
  readonly prefix: readonly PrefixRows[] | undefined;
  /** Embedded clean and corrupt tokens of the computed rows. */
  readonly clean: Reals;
  readonly corrupt: Reals;
  /** Values of ablated units, by layer, "row width" over the computed rows. */
  readonly ablated: Partial<Record<UnitKind, readonly Reals[]>>;
  /** Dictionaries whose features and errors are units, by layer. */
  readonly spliced: ReadonlyMap<number, Spliced>;
  /** What the embedding gives when it is ablated, "row dModel"; where it was asked for. */
  readonly ablatedInput: Reals | undefined;
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
  if (!kindOf(ablation).keepsSharedPrefix) return 0;
  const { ids } = example.clean;
  let shared = 0;
  while (shared < ids.length - 1 && ids[shared] === example.corrupt.ids[shared]) shared++;
  return shared;
}

export interface ChunkOptions {
  readonly kinds: readonly UnitKind[];
  /** Dictionaries for the kinds "feature" and "error". */
  readonly spliced?: readonly Spliced[] | undefined;
  /** Whether the embedding is ablated too. */
  readonly input?: boolean;
  /** false: every position is computed in every run (to test that the shortcut changes nothing). */
  readonly sharePrefix?: boolean;
}

/** All groups of examples, one after another, so that what is not held on to is held no longer. */
export async function* chunksOf(
  executor: Executor,
  examples: readonly Example[],
  ablation: Ablation,
  options: ChunkOptions,
): AsyncGenerator<Chunk> {
  const groups = groupExamples(examples, rowBudget(executor.model.config));
  const sites = [...options.kinds.map((kind) => siteOfKind[kind]), ...(options.input ? (["input"] as const) : [])];
  const values = await AblatedValues.over(executor, groups, ablation, sites, options.spliced);
  for (const group of groups) yield await prepareChunk(executor, group, ablation, values, options);
}

/** All groups of examples. */
export async function prepareChunks(...of: Parameters<typeof chunksOf>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of chunksOf(...of)) chunks.push(chunk);
  return chunks;
}

async function prepareChunk(
  executor: Executor,
  examples: readonly Example[],
  ablation: Ablation,
  values: AblatedValues,
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
  const ablatedInput = options.input ? await values.input(chunk) : undefined;
  const spliced = new Map((options.spliced ?? []).map((one) => [one.layer, one]));
  return { ...chunk, spliced, ablatedInput, ablated: await ablatedUnits(executor, chunk, values, options) };
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

async function ablatedUnits(
  executor: Executor,
  chunk: Pick<Chunk, "examples" | "packing" | "corrupt" | "prefix">,
  values: AblatedValues,
  { kinds, spliced = [] }: ChunkOptions,
): Promise<Chunk["ablated"]> {
  const { packing, corrupt, prefix } = chunk;
  const sites = kinds.map((kind) => siteOfKind[kind]);
  let run: Promise<CapturedUnits> | undefined;
  const ofCorruptRun = async (kind: UnitKind, layer: number) => {
    run ??= captureUnits(executor, packing, corrupt, sites, spliced, { prefix });
    return (await run).at[siteOfKind[kind]]![layer];
  };
  const ablated: Partial<Record<UnitKind, Reals[]>> = {};
  for (const kind of kinds) {
    const layers: Reals[] = [];
    for (let layer = 0; layer < executor.model.config.nLayers; layer++) {
      layers.push(await values.at(siteOfKind[kind], layer, chunk, () => ofCorruptRun(kind, layer)));
    }
    ablated[kind] = layers;
  }
  return ablated;
}
