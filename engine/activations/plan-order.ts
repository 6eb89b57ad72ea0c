// In which order the worlds of plans run: a value that comes from another run must be there before it is put in.
import { type Site, sites } from "../transformer/sites.ts";

/** A value that some run needs at a site of the layer that it stands before. */
export interface Need<Run> {
  readonly site: Site;
  /** Where it comes from. */
  readonly of: Run;
  readonly ofSite: Site;
  readonly ofLayer: number;
}

const placeOf: Readonly<Record<Site, number>> = Object.fromEntries(sites.map((site, i) => [site, i])) as Record<
  Site,
  number
>;

/**
 * Of the runs that are not at their end, those that can run one layer together now: the lowest such layer. Empty where all
 * wait for one another.
 *
 * @param next the layer that a run stands before
 * @param needs what a run needs at that layer
 */
export function nextBatch<Run>(
  waiting: readonly Run[],
  next: (run: Run) => number,
  needs: (run: Run) => readonly Need<Run>[],
): Run[] {
  const layers = [...new Set(waiting.map(next))].sort((a, b) => a - b);
  for (const layer of layers) {
    const ready = readyAt(
      waiting.filter((run) => next(run) === layer),
      next,
      needs,
    );
    if (ready.length > 0) return ready;
  }
  return [];
}

/** The largest set of these runs, all before one layer, that has what it needs or makes it on the way. */
function readyAt<Run>(
  runs: readonly Run[],
  next: (run: Run) => number,
  needs: (run: Run) => readonly Need<Run>[],
): Run[] {
  const ready = new Set(runs);
  const isThere = (run: Run, { site, of, ofSite, ofLayer }: Need<Run>) => {
    if (next(of) > ofLayer) return true;
    if (!ready.has(of) || next(of) !== ofLayer) return false;
    // At its own place a run reads what stands there before the change.
    return placeOf[ofSite] < placeOf[site] || (ofSite === site && (of === run || !isCircular(run, site, ready, needs)));
  };
  for (let size = -1; size !== ready.size;) {
    size = ready.size;
    for (const run of ready) if (!needs(run).every((need) => isThere(run, need))) ready.delete(run);
  }
  return [...ready];
}

function isCircular<Run>(
  run: Run,
  site: Site,
  among: ReadonlySet<Run>,
  needs: (run: Run) => readonly Need<Run>[],
): boolean {
  const seen = new Set<Run>();
  const reaches = (from: Run): boolean =>
    sameSite(from, site, among, needs).some((of) => {
      if (of === run) return true;
      if (seen.has(of)) return false;
      seen.add(of);
      return reaches(of);
    });
  return reaches(run);
}

/** Other runs of a batch whose values a run takes from the very site at which it puts them in. */
function sameSite<Run>(
  run: Run,
  site: Site,
  among: ReadonlySet<Run>,
  needs: (run: Run) => readonly Need<Run>[],
): Run[] {
  return needs(run)
    .filter((need) => need.site === site && need.ofSite === site && need.of !== run && among.has(need.of))
    .map(({ of }) => of);
}

/** The runs of a batch in an order in which, at one site, every run comes behind those that it takes values from. */
export function orderedAt<Run>(batch: readonly Run[], site: Site, needs: (run: Run) => readonly Need<Run>[]): Run[] {
  const among = new Set(batch);
  const ordered = new Set<Run>();
  const visit = (run: Run) => {
    if (ordered.has(run)) return;
    for (const of of sameSite(run, site, among, needs)) visit(of);
    ordered.add(run);
  };
  batch.forEach(visit);
  return [...ordered];
}
