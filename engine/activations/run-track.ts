// One run that several worlds share as far as it is the same for all of them.
//
// Where runs part they differ only from the first token on that any of them changes, for no token sees a later one. So a run may go on
// with the rows from there alone: keys and values of earlier tokens, and what is read of them, it takes from the run before it, which
// goes on unchanged for as long as somebody does.
import { append } from "../base/append.ts";
import { greatest, least } from "../base/greatest.ts";
import type { Prompt } from "../task/prompt.ts";
import type { Site } from "../transformer/sites.ts";
import type { Executor, PrefixRows } from "./executor.ts";
import { type PackedRun, type Reals, zeros } from "./packing.ts";
import type { SiteView } from "./plan-places.ts";
import type { Member } from "./plan-runner.ts";

/** What a track goes on with at the layer that it stands before. */
interface State {
  readonly prompt: Prompt;
  readonly next: number;
  /** First position whose row is computed. */
  readonly first: number;
  /** Its rows at the next layer's input, "row dModel". */
  readonly residual: Reals;
  /** Where rows before the first one are. */
  readonly before: RunTrack | undefined;
}

export class RunTrack {
  readonly prompt: Prompt;
  readonly first: number;
  readonly before: RunTrack | undefined;
  next: number;
  residual: Reals;
  /** Whether its members agree on the changes of the next layer. */
  isParted = false;
  /** Worlds that take rows from here, besides its members. */
  readonly audience: Member[] = [];
  /** What its audience may read, by layer and site. */
  private readonly views = new Map<number, Map<Site, SiteView>>();

  constructor(
    public members: readonly Member[],
    { prompt, next, first, residual, before }: State,
  ) {
    this.prompt = prompt;
    this.next = next;
    this.first = first;
    this.residual = residual;
    this.before = before;
  }

  /** Layers that it must run. */
  get until(): number {
    return Math.max(untilOf(this.members), untilOf(this.audience));
  }

  /** Rows that it computes at each layer. */
  get rows(): number {
    return this.prompt.ids.length - this.first;
  }

  /**
   * Some members that go on as a run of their own.
   *
   * @param first their first row; where it is later than this one's, what lies between stays here, and nothing may change this run
   */
  part(members: readonly Member[], first: number, dModel: number): RunTrack {
    const isBranch = first > this.first;
    if (isBranch) append(this.audience, members);
    const part = new RunTrack(members, {
      prompt: this.prompt,
      next: this.next,
      first,
      residual: this.residual.subarray((first - this.first) * dModel),
      before: isBranch ? this : this.before,
    });
    part.isParted = true;
    return part;
  }

  isHeard(layer: number): boolean {
    return layer < untilOf(this.audience);
  }

  keep(layer: number, site: Site, view: SiteView): void {
    this.views.set(layer, (this.views.get(layer) ?? new Map<Site, SiteView>()).set(site, view));
  }

  kept(layer: number, site: Site): SiteView | undefined {
    return this.views.get(layer)?.get(site);
  }

  /** Lets go of layers that nobody will ask for. */
  forget(below: number): void {
    for (const layer of this.views.keys()) if (layer < below) this.views.delete(layer);
  }
}

const untilOf = (members: readonly Member[]): number => greatest(members.map(({ until }) => until));

/** The first position that members change from a layer on; beyond every prompt where they change none. */
export function firstChanged(members: readonly Member[], layer: number): number {
  const positions = members.flatMap(({ changes }) =>
    changes.filter(({ planned }) => planned.where.layer >= layer).flatMap((change) => change.positions),
  );
  return least(positions);
}

/** Whether rows are saved where these members go on from their first changes and this run goes on without any. */
export function savesRows(
  track: RunTrack,
  parting: readonly (readonly Member[])[],
  staying: readonly Member[],
): boolean {
  const goesOnAnyway = track.isHeard(track.next) || staying.some(({ until }) => until > track.next);
  const saved = parting.reduce((sum, members) => sum + firstChanged(members, track.next) - track.first, 0);
  return saved > (goesOnAnyway ? 0 : track.rows);
}

/** The runs of a batch as attention is told of them, earlier rows numbered as `prefixOf` has them. */
export function packed(batch: readonly RunTrack[]): PackedRun[] {
  const starts = new Map<RunTrack, number>();
  let rows = 0;
  for (const { before, tokens } of needed(batch)) {
    starts.set(before, rows);
    rows += tokens;
  }
  return batch.map(({ prompt, first, before }) => ({
    length: prompt.ids.length,
    first,
    prefixRow: before ? starts.get(before)! : 0,
  }));
}

/** Keys and values of the tokens before the batch's rows; undefined where it computes them all. */
export function prefixOf(executor: Executor, batch: readonly RunTrack[], layer: number): PrefixRows | undefined {
  const all = needed(batch);
  if (all.length === 0) return undefined;
  const { nKeyValueHeads, dHead } = executor.model.config;
  const width = nKeyValueHeads * dHead;
  const rows = all.reduce((sum, { tokens }) => sum + tokens, 0);
  const gathered = (site: "k" | "v") => {
    const prefix = zeros(executor.precision, rows * width);
    let row = 0;
    for (const { before, tokens } of all) {
      const view = before.kept(layer, site)!;
      for (let position = 0; position < tokens; position++) prefix.set(view.read(position), row++ * width);
    }
    return prefix;
  };
  return { k: gathered("k"), v: gathered("v") };
}

/** Runs that a batch takes rows from, and how many of their first tokens. */
function needed(batch: readonly RunTrack[]): { readonly before: RunTrack; readonly tokens: number }[] {
  const tokens = new Map<RunTrack, number>();
  for (const { before, first } of batch) if (before) tokens.set(before, Math.max(first, tokens.get(before) ?? 0));
  return [...tokens].map(([before, count]) => ({ before, tokens: count }));
}
