// What taking each unit out of a circuit would do, or putting it back, foreseen from the slopes of the metric at the circuit as it stands.
import { type Ablation, siteOfKind } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { formatUnit, type Unit, type UnitKind } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { mean } from "../evaluate/evaluator.ts";
import type { MetricName } from "../metric/metric.ts";
import type { Example } from "../task/example.ts";
import { endCotangent } from "./end-cotangent.ts";
import { type GatedGroup, gatedGroups } from "./gated-groups.ts";
import { GatedPass, gatePlace, type GatedRun, type Gates, openGates } from "./gated-pass.ts";
import { UNIT_SITES } from "./gradient-runs.ts";

/** Of one unit, in metric units. */
export interface Forecast {
  /** Of the mean metric; below zero where the metric would fall. */
  readonly change: number;
  /** Root of the mean square over examples: large also where what it does to one example undoes what it does to another. */
  readonly spread: number;
}

/** What a search removes units from, and the examples that it measures. */
export interface ForecastRequest {
  readonly executor: Executor;
  readonly discovery: readonly Example[];
  readonly metric: MetricName;
  readonly ablation: Ablation;
  /** Of the units that a circuit may lack (default: of all). */
  readonly kinds?: readonly UnitKind[] | undefined;
  /** Of programs that are held from one forecast to the next (default: all, for many forecasts). */
  readonly programBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Of each example's metric at the unit's gate, "example". */
type Slopes = Readonly<Record<"heads" | "mlps", readonly Float64Array[]>>;

export class UnitForecast {
  private constructor(
    private readonly request: ForecastRequest,
    private readonly groups: readonly GatedGroup[],
    private readonly pass: GatedPass,
  ) {}

  static async over(request: ForecastRequest): Promise<UnitForecast> {
    const { executor, discovery, ablation, kinds } = request;
    const sites = kinds && UNIT_SITES.filter((site) => kinds.some((kind) => siteOfKind[kind] === site));
    const groups = await gatedGroups(executor, discovery, ablation, sites);
    return new UnitForecast(request, groups, new GatedPass(executor, "gate", request.programBytes));
  }

  /**
   * To first order, Σ over rows of (ablated − live) · ∂metric/∂activation at z of each kept head and at the output of each kept MLP,
   * in the circuit's own run. One run there and one back for all units; at the full model this is attribution patching.
   *
   * @returns by unit id, of kept heads and MLPs
   * @throws EngineError "cancelled"
   * @see Syed et al. 2023, arXiv:2310.10348 (at the full model)
   */
  async removal(kept: UnitSet): Promise<ReadonlyMap<string, Forecast>> {
    const [forecast] = await this.foreseen(kept, [this.request.metric], { units: kept, sign: -1 });
    return forecast;
  }

  /**
   * The same of putting back each unit that is gone: (live − ablated) · ∂metric/∂activation. One run back for each metric.
   *
   * @returns by metric, then unit id, of heads and MLPs that are gone
   * @throws EngineError "cancelled"
   */
  putBack(kept: UnitSet, metrics: readonly MetricName[]): Promise<readonly ReadonlyMap<string, Forecast>[]> {
    return this.foreseen(kept, metrics, { units: kept.complement(), sign: 1 });
  }

  private async foreseen(
    kept: UnitSet,
    metrics: readonly MetricName[],
    { units, sign }: { readonly units: UnitSet; readonly sign: 1 | -1 },
  ): Promise<readonly ReadonlyMap<string, Forecast>[]> {
    const gates = gatesOf(kept);
    const byGroup: (readonly Slopes[])[] = [];
    for (const group of this.groups) byGroup.push(await this.slopesIn(group, gates, metrics));
    const moved = units.units().filter(({ kind }) => isForeseen(kind));
    return metrics.map((_, m) => {
      const own = (unit: Unit) => {
        const [part, index] = gatePlace(kept.space.sizes, unit);
        return byGroup.flatMap((slopes) => Array.from(slopes[m][part as keyof Slopes][index], (x) => sign * x));
      };
      return new Map(moved.map((unit) => [formatUnit(unit), forecastOf(own(unit))]));
    });
  }

  dispose(): Promise<void> {
    return this.pass.dispose();
  }

  /** By metric. */
  private async slopesIn(input: GatedGroup, gates: Gates, metrics: readonly MetricName[]): Promise<Slopes[]> {
    const { executor, signal } = this.request;
    const { examples, packing } = input.group;
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const run = await this.pass.forward({ ...input, gates });
    const slopes: Slopes[] = [];
    for (const metric of metrics) {
      slopes.push(
        await this.slopesOf(run, examples.length, await endCotangent(executor, metric, examples, packing, run.end)),
      );
    }
    return slopes;
  }

  private async slopesOf(run: GatedRun, count: number, atEnd: Reals): Promise<Slopes> {
    const { nLayers, nHeads, dHead, dModel } = this.request.executor.model.config;
    const exampleOf = examplesByRow(run.input.group.packing.endRows);
    const perExample = (units: number) => Array.from({ length: units }, () => new Float64Array(count));
    const slopes = { heads: perExample(nLayers * nHeads), mlps: perExample(nLayers) };
    await this.pass.backward(run, atEnd, ({ layer, z, difference: ofHeads, residPost }) => {
      for (let i = 0; i < z.length; i++) {
        const head = Math.floor(i / dHead) % nHeads;
        const example = exampleOf[Math.floor(i / (nHeads * dHead))];
        slopes.heads[layer * nHeads + head][example] += z[i] * ofHeads[i];
      }
      const difference = mlpDifference(run, layer);
      difference.forEach((x, i) => (slopes.mlps[layer][exampleOf[Math.floor(i / dModel)]] += x * residPost[i]));
    });
    return slopes;
  }
}

function forecastOf(changes: readonly number[]): Forecast {
  return { change: mean(changes), spread: Math.sqrt(mean(changes.map((x) => x * x))) };
}

/** Kinds of which forecasts are made. */
export const isForeseen = (kind: UnitKind): boolean => kind === "head" || kind === "mlp";

function gatesOf(kept: UnitSet): Gates {
  const gates = openGates(kept.space.sizes);
  for (const unit of kept.complement().units()) {
    const [part, index] = gatePlace(kept.space.sizes, unit);
    gates[part][index] = 0;
  }
  return gates;
}

/** Live − ablated output of the MLP, "row dModel". */
function mlpDifference({ input, layers }: GatedRun, layer: number): Reals {
  const difference = layers[layer].mlpOut.slice();
  input.ablated[layer].mlpOut.forEach((off, i) => (difference[i] -= off));
  return difference;
}

/** Number of the example that each row belongs to, where runs lie one behind the other. */
function examplesByRow(endRows: Int32Array): number[] {
  return Array.from(endRows).flatMap((end, e) => Array<number>(end - (endRows[e - 1] ?? -1)).fill(e));
}
