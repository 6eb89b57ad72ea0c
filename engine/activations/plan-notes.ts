// What a person should know of a plan's run: changes that did nothing, and changes that no reading can see.
import { say, type Sentence } from "../base/sentence.ts";
import type { ModelConfig } from "../model/model.ts";
import { type Site, sites } from "../transformer/sites.ts";
import type { Plan, PlannedChange, Reading } from "./plan.ts";
import { sourcesOf, valueOf } from "./plan.ts";
import { positionsAt } from "./plan-places.ts";
import type { Fired } from "./plan-runner.ts";

export function notesOn(plan: Plan, config: ModelConfig, fired: readonly Fired[]): Sentence[] {
  return plan.changes.flatMap((change, i) => {
    const { entries, moved } = fired[i];
    const { site, layer, at } = change.where;
    const what = say`Change ${i} (${change.change.op} at ${site} of layer ${layer}, ${JSON.stringify(at)})`;
    if (entries === 0) return [say`${what} touched nothing: no token that it holds for was run.`];
    if (moved === 0) return [say`${what} moved nothing: what it puts in is what stands there.`];
    if (!isRead(plan, config, i)) return [say`${what} is not seen by anything that the plan reads.`];
    return [];
  });
}

/** A place in the runs of a plan, as far as it matters to what can be seen from where. */
interface Spot {
  readonly world: number;
  /** Layers times sites, in the order of the computation. */
  readonly time: number;
  /** From when on later positions may attend to it. */
  readonly attended: number;
  /** Positions. */
  readonly at: readonly number[];
}

const timeOf = (site: Site, layer: number): number => layer * sites.length + sites.indexOf(site);

function isRead(plan: Plan, config: ModelConfig, index: number): boolean {
  const open = [spotOfChange(plan, plan.changes[index])];
  const seen = new Set<number>();
  for (let next = open.pop(); next; next = open.pop()) {
    const from = next;
    if (plan.read.some((reading) => sees(spotOfReading(plan, config, reading), from, config))) return true;
    plan.changes.forEach((change, i) => {
      if (seen.has(i) || !takesFrom(plan, change, from, config)) return;
      seen.add(i);
      open.push(spotOfChange(plan, change));
    });
  }
  return false;
}

/** A query is read by its own position alone; what comes of it can be attended to in the next layer. */
function spot(world: number, site: Site, layer: number, at: readonly number[]): Spot {
  return { world, time: timeOf(site, layer), attended: timeOf(site === "q" ? "pattern" : site, layer), at };
}

function spotOfChange({ worlds }: Plan, { world, where }: PlannedChange): Spot {
  return spot(world, where.site, where.layer, positionsAt(worlds[world], where.at, where.step));
}

function spotOfReading({ worlds }: Plan, { nLayers }: ModelConfig, reading: Reading): Spot {
  const at = positionsAt(worlds[reading.world], reading.at);
  if (reading.site === "logits") return spot(reading.world, "residPost", nLayers - 1, at);
  return spot(reading.world, reading.site, reading.layer, at);
}

function takesFrom({ worlds }: Plan, change: PlannedChange, from: Spot, config: ModelConfig): boolean {
  const value = valueOf(change.change);
  const { at, step } = change.where;
  return sourcesOf(change).some(({ world, site, layer }) => {
    const prompt = worlds[world];
    const isWorld = typeof value === "object" && "world" in value;
    const positions = isWorld
      ? positionsAt(prompt, value.at ?? at, value.at ? "every" : step)
      : positionsAt(prompt, "all");
    return sees(spot(world, site, layer, positions), from, config);
  });
}

/** Whether what stands at `later` may depend on what stands at `from`, in the run of one world. */
function sees(later: Spot, from: Spot, { nLayers }: ModelConfig): boolean {
  if (later.world !== from.world || later.time < from.time) return false;
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  const isAttended = layers.some(
    (layer) => from.attended <= timeOf("v", layer) && timeOf("pattern", layer) <= later.time,
  );
  return later.at.some((to) => from.at.some((at) => to === at || (isAttended && to > at)));
}
