// What taking each unit out of a circuit would do, foreseen from the slopes of the metric at the circuit as it stands.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { formatUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { mean } from "../evaluate/evaluator.ts";
import type { MetricName } from "../metric/metric.ts";
import type { Example } from "../task/example.ts";
import { endCotangent } from "./end-cotangent.ts";
import { type GatedGroup, gatedGroups } from "./gated-groups.ts";
import { GatedPass, gatePlace, type GatedRun, type Gates, openGates } from "./gated-pass.ts";

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
  readonly signal?: AbortSignal | undefined;
}

/** Change of each example's metric by unit, "example"; a unit that is gone already has none. */
type Changes = Readonly<Record<"heads" | "mlps", readonly Float64Array[]>>;

export class RemovalForecast {
  private constructor(
    private readonly request: ForecastRequest,
    private readonly groups: readonly GatedGroup[],
    private readonly pass: GatedPass,
  ) {}

  static async over(request: ForecastRequest): Promise<RemovalForecast> {
    const { executor, discovery, ablation } = request;
    const groups = await gatedGroups(executor, discovery, ablation);
    return new RemovalForecast(request, groups, await GatedPass.compile(executor, "gate"));
  }

  /**
   * To first order, Σ over rows of (ablated − live) · ∂metric/∂activation at z of each kept head and at the output of each kept MLP,
   * in the circuit's own run. One run there and one back for all units; at the full model this is attribution patching.
   *
   * @returns by unit id, of kept heads and MLPs
   * @throws EngineError "cancelled"
   * @see Syed et al. 2023, arXiv:2310.10348 (at the full model)
   */
  async at(kept: UnitSet): Promise<ReadonlyMap<string, Forecast>> {
    const gates = gatesOf(kept);
    const changes: Changes[] = [];
    for (const group of this.groups) changes.push(await this.changesIn(group, gates));
    const units = kept.units().filter(isForeseen);
    return new Map(
      units.map((unit) => {
        const [part, index] = gatePlace(kept.space.sizes, unit);
        const own = changes.flatMap((group) => Array.from(group[part as keyof Changes][index]));
        return [formatUnit(unit), { change: mean(own), spread: Math.sqrt(mean(own.map((x) => x * x))) }];
      }),
    );
  }

  dispose(): Promise<void> {
    return this.pass.dispose();
  }

  private async changesIn(input: GatedGroup, gates: Gates): Promise<Changes> {
    const { executor, metric, signal } = this.request;
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const { nLayers, nHeads, dHead, dModel } = executor.model.config;
    const { examples, packing } = input.group;
    const run = await this.pass.forward({ ...input, gates });
    const atEnd = await endCotangent(executor, metric, examples, packing, run.end);
    const exampleOf = examplesByRow(packing.endRows);
    const perExample = (count: number) => Array.from({ length: count }, () => new Float64Array(examples.length));
    const changes = { heads: perExample(nLayers * nHeads), mlps: perExample(nLayers) };
    await this.pass.backward(run, atEnd, ({ layer, z, difference, residPost }) => {
      for (let i = 0; i < z.length; i++) {
        const head = Math.floor(i / dHead) % nHeads;
        const example = exampleOf[Math.floor(i / (nHeads * dHead))];
        changes.heads[layer * nHeads + head][example] -= z[i] * difference[i];
      }
      const live = mlpDifference(run, layer);
      live.forEach((x, i) => (changes.mlps[layer][exampleOf[Math.floor(i / dModel)]] -= x * residPost[i]));
    });
    return changes;
  }
}

const isForeseen = ({ kind }: Unit): boolean => kind === "head" || kind === "mlp";

function gatesOf(kept: UnitSet): Gates {
  const gates = openGates(kept.space.sizes);
  for (const unit of kept.complement().units()) {
    const [part, index] = gatePlace(kept.space.sizes, unit);
    gates[part][index] = 0;
  }
  return gates;
}

/** Live − ablated output of the MLP, where its gate is open. */
function mlpDifference({ input, layers }: GatedRun, layer: number): Reals {
  const difference = layers[layer].mlpOut.slice();
  input.ablated[layer].mlpOut.forEach((off, i) => (difference[i] -= off));
  return difference;
}

/** Number of the example that each row belongs to, where runs lie one behind the other. */
function examplesByRow(endRows: Int32Array): number[] {
  return Array.from(endRows).flatMap((end, e) => Array<number>(end - (endRows[e - 1] ?? -1)).fill(e));
}
