// Several circuits as equals: further searches, and what all circuits for which the criterion holds have in common.
import { keptOf } from "../circuit/kept.ts";
import type { Alternatives } from "../circuit/circuit-schema.ts";
import { formatUnit, parseUnit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { agreementOf } from "../evaluate/agreement.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { measureAnchors, measureFigures } from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import type { Ledger } from "../prune/journal.ts";
import { GreedySearch, type SearchOptions, type SearchResult } from "../prune/search.ts";
import type { Example } from "../task/example.ts";
import { figuresRecord } from "./circuit-record.ts";
import type { Prepared } from "./prepare.ts";
import { type OnDiscovery, validateCircuit } from "./validate-circuit.ts";

export interface AlternativeOptions {
  /** Searches beside the first. */
  readonly asked: number;
  readonly confidence: number;
  /** Of the first search. */
  readonly search: SearchOptions;
  /** Units that the user ablated. */
  readonly without: readonly string[];
  readonly ledger: Ledger;
  readonly onDone: (done: number, total: number) => void;
}

type Found = Pick<Alternatives["circuits"][number], "order" | "seed" | "without"> & { readonly kept: UnitSet };

/**
 * Searches in turn without one of the first circuit's units, the strongest first, and in shaken orders. A unit without which the full
 * model breaks the criterion is in every circuit, and no search is spent on it.
 *
 * @param first the circuit that all are beside
 */
export async function alternativeCircuits(
  evaluatorOn: (examples: readonly Example[]) => Promise<Evaluator>,
  prepared: Prepared,
  onDiscovery: OnDiscovery,
  { searched, kept }: { readonly searched: SearchResult; readonly kept: UnitSet },
  options: AlternativeOptions,
): Promise<Alternatives> {
  const { asked, search, onDone } = options;
  const found: Found[] = [{ order: "first", seed: search.seed, kept }];
  const needed: string[] = [];
  let [repeated, failed] = [0, 0];
  const strongest = strongestFirst(kept, searched);
  for (let i = 1; i <= asked; i++) {
    onDone(i - 1, asked);
    const forbidden = i % 2 === 1 ? await nextForbidden(strongest, needed, onDiscovery, prepared) : undefined;
    const seed = search.seed + i;
    const other = await searchBeside(evaluatorOn, prepared, onDiscovery, searched, { ...options, seed, forbidden });
    if (!other) failed++;
    else if (found.some((one) => one.kept.equals(other))) repeated++;
    else found.push({ order: forbidden === undefined ? "shaken" : "without", seed, without: forbidden, kept: other });
  }
  onDone(asked, asked);
  return { asked, repeated, failed, needed, ...(await judged(evaluatorOn, prepared, found)) };
}

function strongestFirst(kept: UnitSet, { effects, estimates }: SearchResult): string[] {
  const strength = (id: string) => Math.abs(effects.get(id) ?? estimates.get(id) ?? 0);
  return kept.ids().sort((a, b) => strength(b) - strength(a));
}

/** The next of the units that a circuit may do without; takes it and what is needed off the list. */
async function nextForbidden(
  left: string[],
  needed: string[],
  onDiscovery: OnDiscovery,
  prepared: Prepared,
): Promise<string | undefined> {
  const full = onDiscovery.evaluator.space.full();
  for (let id = left.shift(); id !== undefined; id = left.shift()) {
    if (await holdsWith(onDiscovery, full.without([parseUnit(id)!]), prepared)) return id;
    needed.push(id);
  }
  return undefined;
}

async function holdsWith({ evaluator, anchors }: OnDiscovery, kept: UnitSet, { criterion, seed }: Prepared) {
  return (await measureFigures(evaluator, anchors, kept, criterion, seed)).criterionHolds;
}

/** Undefined where the criterion does not hold for it, or not as surely as was asked for. */
async function searchBeside(
  evaluatorOn: (examples: readonly Example[]) => Promise<Evaluator>,
  prepared: Prepared,
  onDiscovery: OnDiscovery,
  { effects, estimates }: SearchResult,
  {
    search,
    without,
    confidence,
    ledger,
    seed,
    forbidden,
  }: AlternativeOptions & { readonly seed: number; readonly forbidden: string | undefined },
): Promise<UnitSet | undefined> {
  const gone = forbidden === undefined ? without : [...without, forbidden];
  const result = await new GreedySearch(
    onDiscovery.evaluator,
    onDiscovery.anchors.ends,
    {
      ...search,
      seed,
      orders: 1,
      shaken: forbidden === undefined,
      without: gone,
      effects,
      estimates: estimates.size > 0 ? () => Promise.resolve(estimates) : undefined,
    },
    ledger,
  ).run();
  if (confidence === 0) return (await holdsWith(onDiscovery, result.kept, prepared)) ? result.kept : undefined;
  const way = { confidence, to: gone.length > 0 ? 1 : 0 };
  const validated = await validateCircuit(evaluatorOn, prepared, onDiscovery, result, way);
  return validated?.record.reached ? validated.kept : undefined;
}

async function judged(
  evaluatorOn: (examples: readonly Example[]) => Promise<Evaluator>,
  { heldOut, discovery, criterion, seed, task }: Prepared,
  found: readonly Found[],
): Promise<Omit<Alternatives, "asked" | "repeated" | "failed" | "needed">> {
  const evaluator = await evaluatorOn(heldOut.length > 0 ? heldOut : discovery);
  const anchors = await measureAnchors(evaluator, metricUnit[task.metric]);
  const figuresOf = (kept: UnitSet) => measureFigures(evaluator, anchors, kept, criterion, seed);
  const circuits: Alternatives["circuits"][number][] = [];
  for (const { kept, without, ...how } of found) {
    const figures = figuresRecord(await figuresOf(kept));
    circuits.push({ ...how, ...(without !== undefined && { without }), kept: keptOf(kept), figures });
  }
  const sets = found.map(({ kept }) => kept);
  const intersection = sets.reduce((a, b) => a.intersection(b));
  const union = sets.reduce((a, b) => a.union(b));
  const { jaccard, units } = agreementOf(
    sets.map((kept) => new Set(kept.ids())),
    { seed },
  );
  const together = async (kept: UnitSet) => {
    const { faithfulness, criterionHolds } = await figuresOf(kept);
    return { kept: kept.size, faithfulness, criterionHolds };
  };
  return {
    split: heldOut.length > 0 ? "heldOut" : "discovery",
    circuits,
    core: intersection.units().map(formatUnit),
    units: units.map((unit) => ({ ...unit })),
    ...(jaccard && {
      jaccard: { ...jaccard, ...(jaccard.interval && { interval: [...jaccard.interval] as [number, number] }) },
    }),
    intersection: await together(intersection),
    union: await together(union),
  };
}
