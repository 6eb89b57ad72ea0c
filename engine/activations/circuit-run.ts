// Runs circuits: kept units live, everything else that is pruned ablated, from any layer whose input is known.
//
// The fast path of the plan that sets every removed head at z, MLP at mlpOut and neuron at hidden to what its ablation gives, and of
// the one that goes through a dictionary with removed features set to what their ablation gives.
//
// Shortcuts, each exact (the tests run them against the plain full pass):
// - resume: layers before `from` are not run again, their input comes from an earlier run of the same circuit;
// - shared prefix: its keys and values come with the chunk;
// - read-out position only: after the last layer with a live head only each run's last token is computed;
// - candidates as rows: several circuits go through the same matrix products, one after another in the rows;
// - a layer with no live head has no attention to compute, one whose MLP is ablated no MLP.
import { greatest } from "../base/greatest.ts";
import { assertInternal } from "../base/errors.ts";
import type { AblatedFlags } from "./ablated-flags.ts";
import type { Chunk } from "./chunk.ts";
import type { Executor, Patch } from "./executor.ts";
import type { UnitKind } from "../circuit/unit.ts";
import { type Packing, type Reals, repeatRows, takeRows, zeros } from "./packing.ts";
import { ablatedDifference, type AblatedFeatures, type Spliced } from "./spliced.ts";

/** The residual stream before a layer, at all computed rows or at each run's last token. */
export interface Stream {
  readonly scope: "all" | "end";
  readonly residual: Reals;
}

export interface CircuitRun {
  /** Residual stream after the last layer at each run's last token: "candidate·example dModel". */
  readonly end: Reals;
  /** The input of each layer that was run (index nLayers: after the last), where recorded. */
  readonly streams: readonly (Stream | undefined)[];
}

export interface RunOptions {
  /** Keep the input of every layer, so that later runs can resume there (one candidate only). */
  readonly record?: boolean;
  /** false: every layer computes every position (to test that the shortcut changes nothing). */
  readonly endOnly?: boolean;
  /** z of layer `from`, from an earlier run that started with the same stream. */
  readonly entry?: EntryMemo;
  readonly intervention?: Intervention;
}

/**
 * Replaces what nodes of a layer give, on their way into the stream; asked at every layer that is run. The fast path of plans
 * that set z or mlpOut to what a world with changed inputs gives there: see `path-patching.ts`.
 */
export interface Intervention {
  /**
   * @param z ablated heads already replaced, "candidate·row head·dHead" in the rows of `scope`; not to be written to
   * @param residual the layer's input at all computed rows, "candidate·row dModel", where any head is live
   */
  z(layer: number, scope: Stream["scope"], z: Reals, residual: () => Reals): Promise<Reals>;
  /** The layer's MLP output, "candidate·row dModel" in the rows of `scope`; undefined: as the circuit runs it. */
  mlpOut(layer: number, scope: Stream["scope"]): Promise<Reals | undefined>;
}

/** Remembers the attention of the layer at which runs start, for as long as they start from the same stream. */
export class EntryMemo {
  private known: { residual: Reals; end: boolean; z: Reals } | undefined;

  async z(residual: Reals, end: boolean, compute: () => Promise<Reals>): Promise<Reals> {
    if (this.known?.residual !== residual || this.known.end !== end) {
      this.known = { residual, end, z: await compute() };
    }
    return this.known.z;
  }
}

/** Whether a stream holds the rows that a run of these circuits needs at its layer. */
export function sufficient(stream: Stream, layer: number, circuits: readonly AblatedFlags[]): boolean {
  return stream.scope === "all" || greatest(circuits.map((circuit) => circuit.lastReading)) < layer;
}

/**
 * @param from the layer to start at, with its input `stream` (the same for all candidates)
 * @param circuits one per candidate; they must agree on which MLPs from `from` on are ablated
 */
export async function runCircuit(
  executor: Executor,
  chunk: Chunk,
  from: number,
  stream: Stream,
  circuits: readonly AblatedFlags[],
  options: RunOptions = {},
): Promise<CircuitRun> {
  const { config } = executor.model;
  const { nLayers, dModel } = config;
  const zWidth = config.nHeads * config.dHead;
  const copies = circuits.length;
  assertInternal(!options.record || copies === 1, "only one candidate can be recorded");
  const endOnly = options.endOnly ?? true;
  const lastReading = endOnly ? greatest(circuits.map((circuit) => circuit.lastReading)) : nLayers;
  const streams: (Stream | undefined)[] = [];
  const stackedPacking = copies === 1 ? chunk.packing : repeatedPacking(chunk.packing, copies);

  let { scope, residual } = stream;
  let stacked = copies === 1;
  const ends = (data: Reals, width: number) =>
    takeRows(data, width, (stacked ? stackedPacking : chunk.packing).endRows);

  for (let layer = from; layer < nLayers; layer++) {
    if (options.record) streams[layer] = { scope, residual };
    const reads = circuits.some((circuit) => circuit.readsAt(layer));
    const before = { residual, stacked };
    let z: Reals | undefined;
    if (reads) {
      assertInternal(scope === "all", `layer ${layer} reads positions that were not computed`);
      const queries = endOnly && layer >= lastReading ? "end" : "all";
      const packing = stacked ? stackedPacking : chunk.packing;
      const input = residual;
      const compute = async () =>
        (await executor.attention(layer, packing, input, { queries, prefix: chunk.prefix?.[layer], wanted: ["z"] })).z;
      const memo = layer === from ? options.entry : undefined;
      z = memo && packing === chunk.packing ? await memo.z(input, queries === "end", compute) : await compute();
    }
    if (endOnly && layer >= lastReading && scope === "all") {
      residual = ends(residual, dModel);
      scope = "end";
    }
    const rows = scope === "end" ? chunk.examples.length : chunk.packing.rows;
    let mixed = mixHeads(executor, chunk, layer, scope, z, circuits, stacked, rows, zWidth);
    if (options.intervention) {
      const input = () => (before.stacked ? before.residual : repeatRows(before.residual, copies));
      mixed = await options.intervention.z(layer, scope, mixed, input);
    }
    if (!stacked) residual = repeatRows(residual, copies);
    stacked = true;
    const given = await options.intervention?.mlpOut(layer, scope);
    const site = given ? { mlpOut: given } : mlpOptions(chunk, layer, scope, circuits);
    const spliced = splicedAt(chunk, layer, circuits);
    const wanted =
      spliced?.site === "mlpOut" && !site.mlpOut ? (["residPost", "mlpOut"] as const) : (["residPost"] as const);
    const written = await executor.write(layer, residual, mixed, { wanted, ...site });
    residual = written.residPost;
    if (spliced) {
      const states = spliced.site === "residPost" ? residual : (site.mlpOut ?? written.mlpOut);
      const given = {
        features: scopedTo(chunk, scope, "feature", layer),
        error: scopedTo(chunk, scope, "error", layer),
      };
      const change = await ablatedDifference(spliced, states, given, flagsAt(circuits, layer));
      residual = residual.map((x, i) => x + change[i]);
    }
  }
  if (options.record) streams[nLayers] = { scope, residual };
  return { end: scope === "end" ? residual : ends(residual, dModel), streams };
}

/** The dictionary of a layer, where some candidate ablates any of it. */
function splicedAt(chunk: Chunk, layer: number, circuits: readonly AblatedFlags[]): Spliced | undefined {
  if (!circuits.some((circuit) => circuit.splicedAt(layer))) return undefined;
  const spliced = chunk.spliced.get(layer);
  assertInternal(spliced, `features of layer ${layer} are ablated, and their dictionary was not handed over`);
  return spliced;
}

const noneAblated: AblatedFeatures = { features: undefined, error: false };

const flagsAt = (circuits: readonly AblatedFlags[], layer: number): AblatedFeatures[] =>
  circuits.map((circuit) => circuit.splicedAt(layer) ?? noneAblated);

/** What ablated units of a kind give at the rows of a scope; undefined where the kind is not pruned. */
function scopedTo(chunk: Chunk, scope: Stream["scope"], kind: UnitKind, layer: number): Reals | undefined {
  const values = chunk.ablated[kind]?.[layer];
  if (!values || scope === "all") return values;
  return takeRows(values, values.length / chunk.packing.rows, chunk.packing.endRows);
}

/** z of every candidate: live heads from `z` (shared by all candidates unless `stacked`), ablated ones from the chunk. */
function mixHeads(
  executor: Executor,
  chunk: Chunk,
  layer: number,
  scope: Stream["scope"],
  z: Reals | undefined,
  circuits: readonly AblatedFlags[],
  stacked: boolean,
  rows: number,
  zWidth: number,
): Reals {
  const { nHeads, dHead } = executor.model.config;
  const anyAblated = circuits.some((circuit) => circuit.headsAt(layer).includes(1));
  if (z && !anyAblated) return stacked ? z : repeatRows(z, circuits.length);
  const values = chunk.ablated.head![layer];
  const rowOf = scope === "end" ? chunk.packing.endRows : undefined;
  const mixed = zeros(executor.precision, circuits.length * rows * zWidth);
  circuits.forEach((circuit, c) => {
    const flags = circuit.headsAt(layer);
    for (let row = 0; row < rows; row++) {
      const target = (c * rows + row) * zWidth;
      const live = (stacked ? c * rows + row : row) * zWidth;
      const ablated = (rowOf ? rowOf[row] : row) * zWidth;
      for (let head = 0; head < nHeads; head++) {
        const source = flags[head] ? values : z!;
        const start = (flags[head] ? ablated : live) + head * dHead;
        const at = target + head * dHead;
        for (let i = 0; i < dHead; i++) mixed[at + i] = source[start + i];
      }
    }
  });
  return mixed;
}

/** How the write part treats the MLP and its hidden neurons at one layer. */
export function mlpOptions(
  chunk: Chunk,
  layer: number,
  scope: Stream["scope"],
  circuits: readonly AblatedFlags[],
): { mlpOut?: Reals; hidden?: Patch } {
  const ablated = circuits.filter((circuit) => circuit.mlpAt(layer)).length;
  assertInternal(ablated === 0 || ablated === circuits.length, "candidates of one run disagree on an MLP");
  if (ablated > 0) return { mlpOut: repeatRows(scopedTo(chunk, scope, "mlp", layer)!, circuits.length) };
  if (!circuits[0].neuronsAt(layer)) return {};
  const values = scopedTo(chunk, scope, "neuron", layer)!;
  const rows = scope === "end" ? chunk.examples.length : chunk.packing.rows;
  const width = values.length / rows;
  const where = new Uint8Array(circuits.length * rows * width);
  circuits.forEach((circuit, c) => {
    const flags = circuit.neuronsAt(layer);
    if (flags) for (let row = 0; row < rows; row++) where.set(flags, (c * rows + row) * width);
  });
  return { hidden: { where, value: repeatRows(values, circuits.length) } };
}

/** Repeated packings are kept, so that their index inputs are made once. */
const repeatedPackings = new WeakMap<Packing, Map<number, Packing>>();

export function repeatedPacking(packing: Packing, copies: number): Packing {
  const known = repeatedPackings.get(packing) ?? new Map<number, Packing>();
  repeatedPackings.set(packing, known);
  const made = known.get(copies) ?? packing.repeated(copies);
  known.set(copies, made);
  return made;
}
