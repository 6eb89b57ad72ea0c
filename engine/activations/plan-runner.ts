// Runs the worlds of several plans together, layer by layer: rows of one batch wherever they can be.
//
// Runs that are the same up to a layer are one run up to there: they part at the first layer at which their changes differ.
// So a sweep over layers or strengths shares what lies below the layer that it changes. Where many part, they share what lies
// before the first token that they change as well (run-track.ts).
import { append } from "../base/append.ts";
import { greatest } from "../base/greatest.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { groupBy } from "../base/group.ts";
import { type Site, sites } from "../transformer/sites.ts";
import { runBlock } from "./block.ts";
import { changedRows, norm, type Row, vectorOf } from "./change-rows.ts";
import type { Resources } from "./dictionary.ts";
import type { Executor } from "./executor.ts";
import { Packing, type Reals } from "./packing.ts";
import { type Plan, type PlannedChange, type Source, sourcesOf, type Value, valueOf } from "./plan.ts";
import type { Prompt } from "../task/prompt.ts";
import { type Need, nextBatch, orderedAt } from "./plan-order.ts";
import { positionsAt, rowWidth, SiteView } from "./plan-places.ts";
import { firstChanged, packed, prefixOf, RunTrack, savesRows } from "./run-track.ts";

/** One world of one plan. */
export interface Member {
  readonly plan: number;
  readonly world: number;
  readonly prompt: Prompt;
  readonly changes: readonly Placed[];
  /** Layers that it must run. */
  readonly until: number;
}

/** A change with the positions at which it holds. */
export interface Placed {
  /** Its number in the plan. */
  readonly index: number;
  readonly planned: PlannedChange;
  readonly positions: readonly number[];
  /** The same, and those that are listed for tokens to come: what rows of a value stand for. */
  readonly listed: readonly number[];
  readonly sources: readonly Source[];
}

/** A row of a run from which a value is taken, and how much of it. */
export interface Taken extends Source {
  readonly from: number;
  readonly units: readonly number[] | undefined;
  readonly share: number;
}

/** What one change did: how many numbers it may have moved, and how far it moved them together (Euclidean norm). */
export interface Fired {
  readonly entries: number;
  readonly moved: number;
}

/** One change as it acted on one run, for the way back. */
export interface Applied {
  readonly member: Member;
  readonly placed: Placed;
  readonly positions: readonly number[];
  readonly before: readonly Row[];
  readonly values: readonly Row[];
}

/** One layer of several runs, as it was run. */
export interface LayerRun {
  readonly layer: number;
  readonly members: readonly Member[];
  readonly packing: Packing;
  /** Sites behind their changes. */
  readonly at: ReadonlyMap<Site, Reals>;
  /** In the order in which they acted. */
  readonly applied: readonly Applied[];
}

export interface RunnerOptions {
  readonly resources?: Resources;
  readonly signal?: AbortSignal;
  /** Keep these sites of every layer of every run, no two worlds as one, and what every change acted on. */
  readonly trace?: readonly Site[];
  /** Keep these sites of every layer of these worlds. */
  readonly keep?: { readonly world: (plan: number) => number; readonly sites: readonly Site[] };
}

const memberKey = (plan: number, world: number) => `${plan}/${world}`;

/** Changes that a world has at a layer. */
const changesAt = ({ changes }: Member, layer: number): Placed[] =>
  changes.filter(({ planned, positions }) => planned.where.layer === layer && positions.length > 0);

export class PlanRunner {
  readonly members: readonly Member[];
  readonly trace: LayerRun[] = [];
  private readonly trackOf = new Map<string, RunTrack>();
  /** Runs that are not at their end, some with nobody but their audience. */
  private readonly running = new Set<RunTrack>();
  private readonly seen = new Map<string, SiteView>();
  private readonly fired: { entries: number; squared: number }[][];
  private readonly means = new Map<string, Row>();
  private readonly wanted = new Map<string, Set<Site>>();
  private readonly packings = new Map<string, Packing>();

  /** @param plans checked ones */
  constructor(
    private readonly executor: Executor,
    private readonly plans: readonly Plan[],
    private readonly options: RunnerOptions = {},
  ) {
    this.fired = plans.map((plan) => plan.changes.map(() => ({ entries: 0, squared: 0 })));
    const { nLayers } = executor.model.config;
    plans.forEach((plan, p) => {
      const want = (world: number, site: Site, layer: number) => {
        const key = `${memberKey(p, world)}/${layer}`;
        this.wanted.set(key, (this.wanted.get(key) ?? new Set()).add(site));
      };
      for (const reading of plan.read) {
        if (reading.site === "logits") want(reading.world, "residPost", nLayers - 1);
        else want(reading.world, reading.site, reading.layer);
      }
      for (const change of plan.changes)
        for (const { world, site, layer } of sourcesOf(change)) want(world, site, layer);
      const { keep } = options;
      if (keep) {
        for (let layer = 0; layer < nLayers; layer++) for (const site of keep.sites) want(keep.world(p), site, layer);
        want(keep.world(p), "residPost", nLayers - 1);
      }
    });
    this.members = plans.flatMap((plan, p) => plan.worlds.map((_, world) => this.memberOf(p, world)));
    this.startTracks();
  }

  async run(): Promise<void> {
    for (;;) {
      for (const track of [...this.running]) this.partAt(track);
      for (const track of this.running) if (track.next >= track.until) this.running.delete(track);
      if (this.running.size === 0) return;
      const batch = nextBatch([...this.running], ({ next }) => next, this.needsOf);
      if (batch.length === 0) throw new Error("internal: the worlds of a checked plan wait for one another");
      if (this.options.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      await this.runLayer(batch);
    }
  }

  /** What stands at a site of a world's run, behind its changes; it was wanted. */
  view(plan: number, world: number, site: Site, layer: number): SiteView {
    const view = this.seen.get(`${memberKey(plan, world)}/${layer}/${site}`);
    if (!view) throw new Error(`internal: ${site} of layer ${layer} of world ${world} was not kept`);
    return view;
  }

  firedOf(plan: number): Fired[] {
    return this.fired[plan].map(({ entries, squared }) => ({ entries, moved: Math.sqrt(squared) }));
  }

  /** Puts one change into the rows at these positions, and counts it. */
  async apply(member: Member, placed: Placed, positions: readonly number[], view: SiteView): Promise<Applied> {
    const { where, change } = placed.planned;
    const before = positions.map((position) => view.read(position, where.units));
    const values = positions
      .map((position) => this.valueAt(member, placed, position))
      .filter((row) => row !== undefined);
    const after = await changedRows(change, { before, values }, this.options.resources ?? {});
    const count = this.fired[member.plan][placed.index];
    positions.forEach((position, r) => {
      view.write(position, where.units, after[r]);
      count.entries += after[r].length;
      count.squared += norm(after[r].map((x, i) => x - before[r][i])) ** 2;
    });
    return { member, placed, positions, before, values };
  }

  private memberOf(plan: number, world: number): Member {
    const { nLayers, nContext } = this.executor.model.config;
    const { worlds, changes } = this.plans[plan];
    const prompt = worlds[world];
    const placed = changes.flatMap((planned, index) => {
      if (planned.world !== world) return [];
      const { at, step } = planned.where;
      const listed = positionsAt(prompt, at, step, nContext);
      const positions = listed.filter((position) => position < prompt.ids.length);
      return [{ index, planned, positions, listed, sources: sourcesOf(planned) }];
    });
    const needed = placed.filter(({ positions }) => positions.length > 0).map(({ planned }) => planned.where.layer);
    for (let layer = 0; layer < nLayers; layer++) {
      if (this.options.trace || this.wanted.has(`${memberKey(plan, world)}/${layer}`)) needed.push(layer);
    }
    return { plan, world, prompt, changes: placed, until: greatest(needed, -1) + 1 };
  }

  private startTracks(): void {
    const apart = this.options.trace !== undefined;
    const groups = groupBy(this.members, ({ plan, world, prompt }) =>
      apart ? memberKey(plan, world) : `${prompt.ids}/${prompt.generated ?? 0}`,
    );
    for (const members of groups.values()) {
      const { prompt } = members[0];
      const { ids } = prompt;
      const positions = Int32Array.from(ids, (_, position) => position);
      const residual = this.executor.embed(ids, positions);
      this.put(new RunTrack(members, { prompt, next: 0, first: 0, residual, before: undefined }));
    }
  }

  private put(track: RunTrack): void {
    this.running.add(track);
    for (const { plan, world } of track.members) this.trackOf.set(memberKey(plan, world), track);
  }

  /** Leaves those in a track that have no change at its next layer; the others go on in tracks of the same changes. */
  private partAt(track: RunTrack): void {
    if (track.isParted) return;
    track.isParted = true;
    const { next } = track;
    const [staying, leaving] = [false, true].map((leaves) =>
      track.members.filter((member) => changesAt(member, next).length > 0 === leaves),
    );
    const groups = groupBy(leaving, (member) => {
      const here = changesAt(member, next);
      if (here.some(({ sources }) => sources.length > 0)) return memberKey(member.plan, member.world);
      return JSON.stringify(here.map(({ planned: { where, change }, positions }) => [where, change, positions]));
    });
    const parting = [...groups.values()];
    track.members = staying;
    const goesOn = savesRows(track, parting, staying);
    for (const members of parting) {
      const first = goesOn ? firstChanged(members, next) : track.first;
      this.put(track.part(members, first, this.executor.model.config.dModel));
    }
  }

  private readonly needsOf = ({ members, next, before }: RunTrack): Need<RunTrack>[] => [
    // Keys and values of earlier tokens must be there before the layer begins.
    ...(before ? [{ site: "residPre", of: before, ofSite: "residPost", ofLayer: next } as const] : []),
    ...members.flatMap((member) =>
      changesAt(member, next).flatMap(({ planned, sources }) =>
        sources.map((source) => ({
          site: planned.where.site,
          of: this.trackOf.get(memberKey(member.plan, source.world))!,
          ofSite: source.site,
          ofLayer: source.layer,
        })),
      ),
    ),
  ];

  private async runLayer(batch: readonly RunTrack[]): Promise<void> {
    const { executor, options } = this;
    const { dModel } = executor.model.config;
    const layer = batch[0].next;
    const packing = this.packingOf(batch);
    const residual = batch.length === 1 ? batch[0].residual : stacked(batch.map((track) => track.residual));
    const changed = new Set(
      batch.flatMap(({ members: [first] }) =>
        first ? changesAt(first, layer).map(({ planned }) => planned.where.site) : [],
      ),
    );
    const at = new Map<Site, Reals>();
    const applied: Applied[] = [];
    const residPost = await runBlock(executor, layer, packing, residual, {
      prefix: prefixOf(executor, batch, layer),
      wanted: sites.filter((site) => options.trace?.includes(site) || this.isWanted(batch, site)),
      keep: (site, value) => {
        at.set(site, value);
        this.note(batch, packing, layer, site, value);
      },
      changed: [...changed],
      change: async (site, value) => {
        const copy = value.slice();
        this.note(batch, packing, layer, site, copy);
        for (const track of orderedAt(batch, site, this.needsOf)) {
          append(
            applied,
            await this.changeTrack(track, site, this.viewOf(track, site, copy, packing, batch.indexOf(track))),
          );
        }
        return copy;
      },
    });
    if (options.trace) {
      this.trace.push({ layer, members: batch.map(({ members }) => members[0]), packing, at, applied });
    }
    batch.forEach((track, r) => {
      track.next++;
      track.isParted = false;
      track.residual =
        batch.length === 1
          ? residPost
          : residPost.subarray(packing.rowStart[r] * dModel, packing.rowStart[r + 1] * dModel);
    });
    this.forget();
  }

  /** All members of a track have the same changes here; each counts them as its own. */
  private async changeTrack({ members, next }: RunTrack, site: Site, view: SiteView): Promise<Applied[]> {
    const [first, ...others] = members;
    const applied: Applied[] = [];
    if (!first) return applied;
    const here = (member: Member) => changesAt(member, next).filter(({ planned }) => planned.where.site === site);
    for (const [i, placed] of here(first).entries()) {
      const count = this.fired[first.plan][placed.index];
      const { entries, squared } = count;
      applied.push(await this.apply(first, placed, placed.positions, view));
      for (const other of others) {
        const own = this.fired[other.plan][here(other)[i].index];
        own.entries += count.entries - entries;
        own.squared += count.squared - squared;
      }
    }
    return applied;
  }

  private isWanted(batch: readonly RunTrack[], site: Site): boolean {
    return batch.some(
      (track) =>
        ((site === "k" || site === "v") && track.isHeard(track.next)) ||
        [...track.members, ...track.audience].some((member) => this.wants(member, site, track.next)),
    );
  }

  private wants({ plan, world }: Member, site: Site, layer: number): boolean {
    return this.wanted.get(`${memberKey(plan, world)}/${layer}`)?.has(site) ?? false;
  }

  /** Remembers where the wanted values of a site stand. */
  private note(batch: readonly RunTrack[], packing: Packing, layer: number, site: Site, value: Reals): void {
    batch.forEach((track, run) => {
      const view = this.viewOf(track, site, value, packing, run);
      if (track.isHeard(layer)) track.keep(layer, site, view);
      for (const member of track.members) {
        if (this.wants(member, site, layer)) {
          this.seen.set(`${memberKey(member.plan, member.world)}/${layer}/${site}`, view);
        }
      }
    });
  }

  /** A run's part of a site of the layer that it stands before. */
  private viewOf({ before, next }: RunTrack, site: Site, value: Reals, packing: Packing, run: number): SiteView {
    return new SiteView(this.executor.model.config, site, value, packing, run, before?.kept(next, site));
  }

  /** Batches of the same prompts share a packing, so that its index inputs are made once. */
  private packingOf(batch: readonly RunTrack[]): Packing {
    const runs = packed(batch);
    const key = runs.map(({ length, first, prefixRow }) => `${length} ${first} ${prefixRow}`).join();
    const known = this.packings.get(key) ?? new Packing(runs);
    this.packings.set(key, known);
    return known;
  }

  /** Lets runs that others read from forget the layers that all of these have behind them. */
  private forget(): void {
    const reached = new Map<RunTrack, number>();
    for (const { before, next } of this.running) {
      if (before) reached.set(before, Math.min(next, reached.get(before) ?? next));
    }
    for (const [track, layer] of reached) track.forget(layer);
  }

  /** What the value of a change gives at one position; undefined where the change has none. */
  private valueAt(member: Member, placed: Placed, position: number): Row | undefined {
    const { where, change } = placed.planned;
    const value = valueOf(change);
    if (value === undefined) return undefined;
    const width = rowWidth(this.executor.model.config, where.site, position, where.units);
    if (value === "zero") return new Float64Array(width);
    if ("vector" in value)
      return fitting(Float64Array.from(vectorOf(value.vector, this.options.resources ?? {})), width);
    const nth = <T>(items: readonly T[]): T => (items.length === 1 ? items[0] : items[placed.listed.indexOf(position)]);
    if ("rows" in value) return fitting(Float64Array.from(nth(value.rows)), width);
    const made = "mean" in value ? this.meanAt(member, placed, position) : this.takenRow(member, placed, position);
    return fitting(made, width);
  }

  /** The places whose rows, each times its share, add up to what a value takes from runs of its plan; none for other values. */
  takenFrom({ plan }: Member, { planned, sources, listed }: Placed, position: number): Taken[] {
    const { where, change } = planned;
    const value = valueOf(change);
    if (typeof value !== "object") return [];
    const prompts = this.plans[plan].worlds;
    if ("mean" in value) {
      const { at = "all", perPosition, units = where.units } = value.mean;
      const places = sources.flatMap((source) =>
        positionsAt(prompts[source.world], at)
          .filter((from) => !perPosition || from === position)
          .map((from) => ({ ...source, from, units })),
      );
      return places.map((place) => ({ ...place, share: 1 / places.length }));
    }
    if (!("world" in value)) return [];
    const { at = where.at, units = where.units } = value;
    const positions = positionsAt(prompts[value.world], at, value.at === undefined ? where.step : "every");
    const from = positions.length === 1 ? positions[0] : positions[listed.indexOf(position)];
    return [{ ...sources[0], from, units, share: 1 }];
  }

  private takenRow(member: Member, placed: Placed, position: number): Row {
    const [{ world, site, layer, from, units }] = this.takenFrom(member, placed, position);
    return this.view(member.plan, world, site, layer).read(from, units);
  }

  private meanAt(member: Member, placed: Placed, position: number): Row {
    const { plan } = member;
    const value = valueOf(placed.planned.change) as Extract<Value, { mean: unknown }>;
    const key = `${plan}/${placed.index}/${value.mean.perPosition ? position : ""}`;
    const known = this.means.get(key);
    if (known) return known;
    const taken = this.takenFrom(member, placed, position);
    if (taken.length === 0) {
      const sentence = say`changes[${placed.index}]: none of the worlds that its mean is over has a position ${position}.`;
      throw new EngineError("usage", sentence, { change: placed.index, position });
    }
    const rows = taken.map(({ world, site, layer, from, units }) =>
      this.view(plan, world, site, layer).read(from, units),
    );
    const sum = new Float64Array(rows[0].length);
    for (const row of rows) for (let i = 0; i < sum.length; i++) sum[i] += row[i];
    const made = sum.map((x) => x / rows.length);
    this.means.set(key, made);
    return made;
  }
}

/** Widths that a check could not know, those of a pattern's rows. */
function fitting(row: Row, width: number): Row {
  if (row.length === width) return row;
  throw new EngineError(
    "shape",
    say`A value of ${row.length} numbers does not fit the ${width} that it should replace.`,
    {
      given: row.length,
      width,
    },
  );
}

function stacked(parts: readonly Reals[]): Reals {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = parts[0] instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
