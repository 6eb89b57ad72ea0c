// Path patching inside a circuit: what some nodes write is replaced at some inputs only, everything else stays as it runs.
//
// Of a sender, what it writes to the stream in the circuit's run (`input`: the embedding; a head: z W_O; an MLP: its
// output) is taken out of a receiver's input and its ablated value put in; the receiver's input is recomputed from that,
// and everything behind it runs on. Inputs are streams before the norm, so that the norm is computed anew.
// Wang et al. 2023, arXiv:2211.00593, with the circuit in the place of the full model.
//
// The fast path of the plan with one more world for every receiver's input, in which the senders' changes are added to the stream
// that it reads, and whose q, k, v, mlpOut or residPost goes back into the circuit's world.
import { least } from "../base/greatest.ts";
import { AblatedFlags } from "../activations/ablated-flags.ts";
import type { Ablation } from "../activations/ablation.ts";
import { capture } from "../activations/capture.ts";
import { type Chunk, chunksOf, rowBudget } from "../activations/chunk.ts";
import {
  EntryMemo,
  type Intervention,
  mlpOptions,
  repeatedPacking,
  runCircuit,
  type Stream,
} from "../activations/circuit-run.ts";
import type { Executor, Patch } from "../activations/executor.ts";
import { type Reals, repeatRows, takeRows } from "../activations/packing.ts";
import { assertInternal } from "../base/errors.ts";
import { groupBy } from "../base/group.ts";
import { HEAD_INPUTS } from "../circuit/edge.ts";
import { formatNode, type INPUT, type Node } from "../circuit/node.ts";
import { reaches, type Slot } from "../circuit/topology.ts";
import { formatUnit, type Head, type Mlp } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Example } from "../task/example.ts";
import type { Site } from "../transformer/sites.ts";
import type { OneHead } from "./one-head.ts";
import { columns, type HeadStreams } from "./one-head.ts";

/** A node that writes to the stream as a whole. */
export type Sender = typeof INPUT | Head | Mlp;

/** Whatever of a circuit writes or reads: the embedding, its heads, and the MLPs of which something is left. */
export function liveUnits(kept: UnitSet): (Head | Mlp)[] {
  const { sizes, kinds } = kept.space;
  const live: (Head | Mlp)[] = [];
  for (let layer = 0; layer < sizes.nLayers; layer++) {
    for (let head = 0; head < sizes.nHeads; head++) {
      const unit = { kind: "head", layer, head } as const;
      if (kept.has(unit)) live.push(unit);
    }
    const mlp = { kind: "mlp", layer } as const;
    const hasNeurons = !kinds.includes("neuron") || kept.countPerLayer("neuron")[layer] > 0;
    if (kept.has(mlp) && hasNeurons) live.push(mlp);
  }
  return live;
}

/** The circuit's runs on groups of examples, one after another: memory holds one group at a time. */
export async function* pathPatchers(
  executor: Executor,
  examples: readonly Example[],
  ablation: Ablation,
  kept: UnitSet,
  heads: ReadonlyMap<string, OneHead>,
  options: { readonly sharePrefix?: boolean } = {},
): AsyncGenerator<PathPatcher> {
  const kinds = ["head", "mlp", ...(kept.space.kinds.includes("neuron") ? (["neuron"] as const) : [])] as const;
  for await (const chunk of chunksOf(executor, examples, ablation, { kinds, input: true, ...options })) {
    yield await PathPatcher.over(executor, chunk, kept, heads);
  }
}

/** One group of examples under one circuit. */
export class PathPatcher {
  /** Ablated minus circuit value of what each sender writes, "row dModel", by id. */
  private readonly changes = new Map<string, Reals>();
  /** Edges into one layer come one after another and start from the same attention. */
  private readonly entry = new EntryMemo();

  private constructor(
    private readonly executor: Executor,
    readonly chunk: Chunk,
    private readonly flags: AblatedFlags,
    private readonly heads: ReadonlyMap<string, OneHead>,
    /** The circuit's own run, by layer; `residPre` has one entry more, the stream after the last layer. */
    private readonly at: {
      readonly residPre: readonly Reals[];
      readonly z: readonly Reals[];
      readonly mlpOut: readonly Reals[];
    },
  ) {}

  static async over(
    executor: Executor,
    chunk: Chunk,
    kept: UnitSet,
    heads: ReadonlyMap<string, OneHead>,
  ): Promise<PathPatcher> {
    const flags = new AblatedFlags(kept);
    const { at, residual } = await capture(executor, chunk.packing, chunk.clean, {
      sites: ["residPre", "z", "mlpOut"],
      prefix: chunk.prefix,
      patchSites: ["z", "mlpOut", "hidden"],
      patch: (site, layer) => ablationPatch(executor, chunk, flags, site, layer),
    });
    const trace = { residPre: [...at.residPre!, residual], z: at.z!, mlpOut: at.mlpOut! };
    return new PathPatcher(executor, chunk, flags, heads, trace);
  }

  /** The circuit's stream before a layer (nLayers: after the last), all computed rows, "row dModel". */
  stream(layer: number): Reals {
    return this.at.residPre[layer];
  }

  /** The circuit's stream after the last layer at each run's last token, "example dModel". */
  get end(): Reals {
    const { dModel, nLayers } = this.executor.model.config;
    return takeRows(this.at.residPre[nLayers], dModel, this.chunk.packing.endRows);
  }

  /** How many candidates one pass should hold. */
  get stack(): number {
    return Math.max(1, Math.floor(rowBudget(this.executor.model.config) / this.chunk.packing.rows));
  }

  /**
   * The stream after the last layer at each run's last token, "candidate·example dModel", with the contributions of
   * each candidate's senders replaced at the receivers. Senders that do not feed a receiver leave it alone.
   */
  async patched(receivers: readonly Slot[], candidates: readonly (readonly Sender[])[]): Promise<Reals> {
    const { dModel, nLayers } = this.executor.model.config;
    const logits = receivers.find((slot) => slot.target.kind === "logits");
    if (logits) {
      const rows = this.inputs(logits, candidates, "end");
      assertInternal(rows.length === candidates.length * this.chunk.examples.length * dModel, "rows of the read-out");
      return rows;
    }
    const from = least(receivers.map((slot) => layerOf(slot, nLayers)));
    const stream: Stream = { scope: "all", residual: this.at.residPre[from] };
    const circuits = candidates.map(() => this.flags);
    const intervention = this.interventionAt(receivers, candidates);
    const options = { intervention, entry: this.entry };
    return (await runCircuit(this.executor, this.chunk, from, stream, circuits, options)).end;
  }

  /**
   * The pattern of a head, "run query key", when the senders' contributions to one of its inputs are replaced (no
   * senders: as the circuit runs it).
   */
  async pattern(slot: Slot & { readonly target: Head }, senders: readonly Sender[]): Promise<Reals> {
    const own = this.at.residPre[slot.target.layer];
    const streams = {
      q: own,
      k: own,
      v: own,
      ...(slot.input && { [slot.input]: this.inputs(slot, [senders], "all") }),
    };
    const prefix = this.chunk.prefix?.[slot.target.layer];
    const head = this.heads.get(formatUnit(slot.target))!;
    return (await head.run(this.chunk.packing, streams, { queries: "all", prefix })).pattern;
  }

  private interventionAt(receivers: readonly Slot[], candidates: readonly (readonly Sender[])[]): Intervention {
    const copies = candidates.length;
    const byTarget = groupBy(receivers, (slot) => formatNode(slot.target));
    return {
      z: async (layer, scope, z, residual) => {
        const slotsOfHeads = [...byTarget.values()].filter(
          ([{ target }]) => target.kind === "head" && target.layer === layer,
        );
        if (slotsOfHeads.length === 0) return z;
        const changed = z.slice();
        for (const slots of slotsOfHeads) {
          const head = this.heads.get(formatNode(slots[0].target))!;
          const streams = Object.fromEntries(
            HEAD_INPUTS.map((input) => {
              const slot = slots.find((candidate) => candidate.input === input);
              return [input, slot ? this.inputs(slot, candidates, "all") : residual()];
            }),
          ) as unknown as HeadStreams;
          const packing = repeatedPacking(this.chunk.packing, copies);
          const queries = scope === "end" ? "end" : "all";
          const output = await head.run(packing, streams, { queries, prefix: this.chunk.prefix?.[layer] });
          this.setHead(changed, head.head.head, output.z);
        }
        return changed;
      },
      mlpOut: async (layer, scope) => {
        const slot = byTarget.get(formatUnit({ kind: "mlp", layer }))?.[0];
        if (!slot) return undefined;
        const z = repeatRows(this.scoped(this.at.z[layer], scope), copies);
        const circuits = candidates.map(() => this.flags);
        const written = await this.executor.write(layer, this.inputs(slot, candidates, scope), z, {
          wanted: ["mlpOut"],
          ...mlpOptions(this.chunk, layer, scope, circuits),
        });
        return written.mlpOut;
      },
    };
  }

  /** A receiver's input for every candidate, "candidate·row dModel": the circuit's stream at its layer, changed. */
  private inputs(slot: Slot, candidates: readonly (readonly Sender[])[], scope: Stream["scope"]): Reals {
    const { nLayers, parallelBlocks } = this.executor.model.config;
    const own = this.scoped(this.at.residPre[layerOf(slot, nLayers)], scope);
    const inputs = repeatRows(own, candidates.length);
    candidates.forEach((senders, c) => {
      for (const sender of senders) {
        if (!reaches(sender, slot.target, parallelBlocks)) continue;
        const change = this.scoped(this.change(sender), scope);
        for (let i = 0; i < own.length; i++) inputs[c * own.length + i] += change[i];
      }
    });
    return inputs;
  }

  private change(sender: Sender): Reals {
    const id = formatNode(sender);
    const known = this.changes.get(id);
    if (known) return known;
    const made = this.changeOf(sender);
    this.changes.set(id, made);
    return made;
  }

  private changeOf(sender: Sender): Reals {
    const { ablated, ablatedInput, clean } = this.chunk;
    if (sender.kind === "input") return difference(ablatedInput!, clean);
    const { layer } = sender;
    if (sender.kind === "mlp") return difference(ablated.mlp![layer], this.at.mlpOut[layer]);
    const { nHeads, dHead } = this.executor.model.config;
    const own = (z: Reals) => columns(z, nHeads * dHead, sender.head * dHead, dHead);
    return this.heads.get(formatUnit(sender))!.result(difference(own(ablated.head![layer]), own(this.at.z[layer])));
  }

  private scoped(data: Reals, scope: Stream["scope"]): Reals {
    const { packing } = this.chunk;
    return scope === "end" ? takeRows(data, data.length / packing.rows, packing.endRows) : data;
  }

  private setHead(z: Reals, head: number, own: Reals): void {
    const { nHeads, dHead } = this.executor.model.config;
    const rows = own.length / dHead;
    for (let row = 0; row < rows; row++) {
      z.set(own.subarray(row * dHead, (row + 1) * dHead), (row * nHeads + head) * dHead);
    }
  }
}

const layerOf = ({ target }: { readonly target: Node }, nLayers: number): number =>
  target.kind === "input" ? 0 : target.kind === "logits" ? nLayers : target.layer;

function difference(a: Reals, b: Reals): Reals {
  assertInternal(a.length === b.length, `${a.length} values minus ${b.length}`);
  return a.map((x, i) => x - b[i]) as Reals;
}

/** What a circuit replaces at a site of a layer, as the flags say. */
function ablationPatch(
  executor: Executor,
  chunk: Chunk,
  flags: AblatedFlags,
  site: Site,
  layer: number,
): Patch | undefined {
  const patch = (value: Reals, unitFlags: Uint8Array, width: number): Patch | undefined => {
    if (!unitFlags.includes(1)) return undefined;
    const perRow = Uint8Array.from({ length: unitFlags.length * width }, (_, i) => unitFlags[Math.floor(i / width)]);
    const where = new Uint8Array(value.length);
    for (let at = 0; at < where.length; at += perRow.length) where.set(perRow, at);
    return { where, value };
  };
  const { dHead, dModel } = executor.model.config;
  const { head, mlp, neuron } = chunk.ablated;
  if (site === "z") return patch(head![layer], flags.headsAt(layer), dHead);
  if (site === "mlpOut") return patch(mlp![layer], Uint8Array.of(Number(flags.mlpAt(layer))), dModel);
  const neurons = flags.neuronsAt(layer);
  return neurons && patch(neuron![layer], neurons, 1);
}
