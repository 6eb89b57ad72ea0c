// Several circuits as equals: further searches, and what all circuits for which the criterion holds have in common.
import { keptOf } from "../circuit/kept.ts";
import type { Alternatives } from "../circuit/circuit-schema.ts";
import { parseUnit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { measureFigures } from "../evaluate/report.ts";
import { UnitSearch, type SearchOptions, type SearchResult } from "../prune/unit-search.ts";
import { figuresRecord } from "./circuit-record.ts";
import type { OnExamples } from "./on-examples.ts";
import type { Prepared } from "./prepare.ts";
import { judgeTogether } from "./several-circuits.ts";
import type { EvaluatorOn } from "./task-evaluators.ts";
import { validateCircuit, type ValidationOptions } from "./validate-circuit.ts";

export interface AlternativeOptions extends Pick<ValidationOptions, "confidence" | "forecasts" | "ledger"> {
  /** Searches beside the first. */
  readonly asked: number;
  /** Of the first search. */
  readonly search: SearchOptions;
  /** Units that the user ablated. */
  readonly without: readonly string[];
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
  evaluatorOn: EvaluatorOn,
  prepared: Prepared,
  onDiscovery: OnExamples,
  { searched, kept }: { readonly searched: SearchResult; readonly kept: UnitSet },
  options: AlternativeOptions,
): Promise<Alternatives> {
  const { asked, search, onDone } = options;
  const found: Found[] = [{ order: "first", seed: search.seed, kept }];
  const needed: string[] = [];
  let [repeated, failed] = [0, 0];
  const strongest = strongestFirst(kept, searched).filter((id) => !search.keep?.includes(id));
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
  onDiscovery: OnExamples,
  prepared: Prepared,
): Promise<string | undefined> {
  const full = onDiscovery.evaluator.space.full();
  for (let id = left.shift(); id !== undefined; id = left.shift()) {
    if (await holdsWith(onDiscovery, full.without([parseUnit(id)!]), prepared)) return id;
    needed.push(id);
  }
  return undefined;
}

async function holdsWith({ evaluator, anchors }: OnExamples, kept: UnitSet, { criterion, seed }: Prepared) {
  return (await measureFigures(evaluator, anchors, kept, criterion, seed)).criterionHolds;
}

/** Undefined where the criterion does not hold for it, or not as surely as was asked for. */
async function searchBeside(
  evaluatorOn: EvaluatorOn,
  prepared: Prepared,
  onDiscovery: OnExamples,
  { effects, estimates }: SearchResult,
  {
    search,
    without,
    confidence,
    forecasts,
    ledger,
    seed,
    forbidden,
  }: AlternativeOptions & { readonly seed: number; readonly forbidden: string | undefined },
): Promise<UnitSet | undefined> {
  const gone = forbidden === undefined ? without : [...without, forbidden];
  const result = await new UnitSearch(
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
  const validation = { confidence, barred: gone, search, forecasts, ledger };
  const validated =
    confidence > 0 ? await validateCircuit(evaluatorOn, prepared, onDiscovery, result, validation) : undefined;
  if (validated) return validated.record.reached ? validated.kept : undefined;
  return (await holdsWith(onDiscovery, result.kept, prepared)) ? result.kept : undefined;
}

async function judged(
  evaluatorOn: EvaluatorOn,
  prepared: Prepared,
  found: readonly Found[],
): Promise<Omit<Alternatives, "asked" | "repeated" | "failed" | "needed">> {
  const sets = found.map(({ kept }) => kept);
  const { split, figures, core, agreement, intersection, union } = await judgeTogether(evaluatorOn, prepared, sets);
  const { jaccard, units } = agreement;
  return {
    split,
    circuits: found.map(({ kept, without, ...how }, i) => ({
      ...how,
      ...(without !== undefined && { without }),
      kept: keptOf(kept),
      figures: figuresRecord(figures[i]),
    })),
    core,
    units,
    ...(jaccard && { jaccard }),
    intersection,
    union,
  };
}
