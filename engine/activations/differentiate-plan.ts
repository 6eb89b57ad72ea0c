// Gradients of what plans read, at any site of any run, through their changes.
//
// Reverse over the layer runs of the forward pass in the order in which they were made: a value that was taken from another
// run, layer or position carries its gradient back to there.
import { append } from "../base/append.ts";
import { least } from "../base/greatest.ts";
import type { Site } from "../transformer/sites.ts";
import { rowBudget } from "./chunk.ts";
import { FORWARD_SITES } from "./block-gradient.ts";
import { pulledBack } from "./change-gradient.ts";
import type { Row } from "./change-rows.ts";
import type { Executor } from "./executor.ts";
import { throughUnembedding } from "./gradients.ts";
import { HeldGradients } from "./held-gradients.ts";
import { type Reals, zeros } from "./packing.ts";
import type { Plan, Reading } from "./plan.ts";
import { checkPlan } from "./plan-checks.ts";
import { positionsAt, SiteView } from "./plan-places.ts";
import { type Applied, type LayerRun, type Member, PlanRunner } from "./plan-runner.ts";
import { inBatches, lastStream, outcomesOf, type PlanOptions, type PlanOutcome, type ReadRows } from "./run-plan.ts";

/** A place at whose values, as they stand behind the changes there, the gradient is asked for. */
export type Wanted = Exclude<Reading, { readonly site: "logits" }>;

export interface Gradients {
  readonly outcome: PlanOutcome;
  /** In the order of `wrt`: one row for each position. */
  readonly at: readonly ReadRows[];
  /** By change: slope along its own number (scale of add, gate of mix, where clamp takes it to); 0 for the others. */
  readonly slopes: readonly number[];
}

export interface DifferentiateRequest {
  /**
   * The objective's gradient at what a plan reads, Σ over readings, rows and entries of cotangent · value: for each reading its
   * rows, or undefined where the objective does not look at it.
   */
  readonly objective: (outcome: PlanOutcome, plan: number) => readonly (readonly ArrayLike<number>[] | undefined)[];
  readonly wrt: readonly Wanted[];
}

export interface DifferentiateOptions extends PlanOptions {
  /** Programs of one who asks for gradients again and again; made anew for this call otherwise. */
  readonly gradients?: HeldGradients;
}

/**
 * Derivatives of one number of each plan's readings. No two worlds share a run here: each has gradients of its own.
 *
 * @throws EngineError as `runPlans`
 */
export async function differentiatePlans(
  executor: Executor,
  plans: readonly Plan[],
  request: DifferentiateRequest,
  options: DifferentiateOptions = {},
): Promise<Gradients[]> {
  const { resources } = options;
  // What is asked for must exist like what is read.
  for (const plan of plans) checkPlan({ ...plan, read: [...plan.read, ...request.wrt] }, executor.model, { resources });
  const groups = inBatches(plans, rowBudget(executor.model.config), { areShared: false });
  const all = async (gradients: HeldGradients): Promise<Gradients[]> => {
    const found: Gradients[] = [];
    for (const group of groups) {
      const runner = new PlanRunner(executor, group, { ...options, trace: FORWARD_SITES });
      await runner.run();
      const outcomes = await outcomesOf(executor, group, runner);
      const way = new WayBack(executor, group, runner, request, options);
      for (const [p, outcome] of outcomes.entries()) {
        await way.seed(p, outcome, request.objective(outcome, found.length + p));
      }
      await way.go(gradients);
      append(
        found,
        outcomes.map((outcome, p) => ({ outcome, at: way.gradientsOf(p), slopes: way.slopes[p] })),
      );
    }
    return found;
  };
  return options.gradients
    ? all(options.gradients)
    : HeldGradients.during(executor, all, groups.length > 1 ? undefined : 0);
}

/** Rows to be added to the gradient of a site, when the way back comes there. */
interface Contribution {
  readonly position: number;
  readonly units: readonly number[] | undefined;
  readonly row: ArrayLike<number>;
}

const keyOf = (plan: number, world: number, site: Site, layer: number) => `${plan}/${world}/${site}/${layer}`;

class WayBack {
  readonly slopes: number[][];
  /** By place: what readings and values that were taken from there add to its gradient. */
  private readonly pending = new Map<string, Contribution[]>();
  /** Gradient at the input of the layer above, by world. */
  private readonly streams = new Map<Member, Reals>();
  private readonly found = new Map<string, Row[]>();

  constructor(
    private readonly executor: Executor,
    private readonly plans: readonly Plan[],
    private readonly runner: PlanRunner,
    private readonly request: DifferentiateRequest,
    private readonly options: DifferentiateOptions,
  ) {
    this.slopes = plans.map((plan) => plan.changes.map(() => 0));
  }

  async seed(
    p: number,
    outcome: PlanOutcome,
    cotangents: readonly (readonly ArrayLike<number>[] | undefined)[],
  ): Promise<void> {
    for (const [r, reading] of this.plans[p].read.entries()) {
      const rows = cotangents[r];
      if (!rows) continue;
      const { positions } = outcome.read[r];
      const isLogits = reading.site === "logits";
      const [site, layer] = isLogits ? (["residPost", this.lastLayer] as const) : [reading.site, reading.layer];
      const atSite = isLogits ? await this.throughReadout(p, reading, positions, rows) : rows;
      const units = isLogits ? undefined : reading.units;
      positions.forEach((position, i) =>
        this.add(keyOf(p, reading.world, site, layer), { position, units, row: atSite[i] }),
      );
    }
  }

  /** Back to the lowest layer that anything is asked of. */
  async go(gradients: HeldGradients): Promise<void> {
    const { dModel, nLayers } = this.executor.model.config;
    const lowest = least(
      [...this.request.wrt, ...this.plans.flatMap(({ changes }) => changes.map(({ where }) => where))].map(
        ({ layer }) => layer,
      ),
      nLayers,
    );
    for (const run of [...this.runner.trace].reverse()) {
      if (run.layer < lowest) continue;
      const { packing, members, at } = run;
      const residPre = await gradients.of(run.layer, (gradient) =>
        gradient.back(packing, at, this.gathered(run), (site, atSite) => this.passed(run, site, atSite)),
      );
      members.forEach((member, r) =>
        this.streams.set(member, residPre.subarray(packing.rowStart[r] * dModel, packing.rowStart[r + 1] * dModel)),
      );
    }
  }

  gradientsOf(p: number): ReadRows[] {
    return this.request.wrt.map(({ world, at }, w) => {
      // All layers of all worlds that are asked for were gone back through.
      return { positions: positionsAt(this.plans[p].worlds[world], at), rows: this.found.get(`${p}/${w}`)! };
    });
  }

  private get lastLayer(): number {
    return this.executor.model.config.nLayers - 1;
  }

  private add(key: string, contribution: Contribution): void {
    const known = this.pending.get(key);
    if (known) known.push(contribution);
    else this.pending.set(key, [contribution]);
  }

  /** Gradient at the stream behind the last layer, from one at logits. */
  private async throughReadout(
    p: number,
    reading: Extract<Reading, { site: "logits" }>,
    positions: readonly number[],
    rows: readonly ArrayLike<number>[],
  ): Promise<Row[]> {
    const { dVocab, dModel } = this.executor.model.config;
    const cotangent = zeros(this.executor.precision, positions.length * dVocab);
    rows.forEach((row, r) => {
      for (let i = 0; i < row.length; i++) cotangent[r * dVocab + (reading.units?.[i] ?? i)] += row[i];
    });
    const stream = lastStream(this.executor, this.runner, p, reading, positions);
    const atStream = await this.executor.finalNormGradient(stream, await throughUnembedding(this.executor, cotangent));
    return positions.map((_, r) => Float64Array.from(atStream.subarray(r * dModel, (r + 1) * dModel)));
  }

  /** Gradient at a layer run's output from the layers above. */
  private gathered({ members, packing }: LayerRun): Reals {
    const { dModel } = this.executor.model.config;
    const gradient = zeros(this.executor.precision, packing.rows * dModel);
    members.forEach((member, r) => {
      const above = this.streams.get(member);
      if (above) gradient.set(above, packing.rowStart[r] * dModel);
    });
    return gradient;
  }

  /** At one site: adds what is pending, notes what was asked for, and goes back through the changes. */
  private async passed(run: LayerRun, site: Site, gradient: Reals): Promise<Reals> {
    const total = gradient.slice();
    const { config } = this.executor.model;
    const view = (member: Member) => new SiteView(config, site, total, run.packing, run.members.indexOf(member));
    const applied = run.applied.filter(({ placed }) => placed.planned.where.site === site).reverse();
    const changed = [...new Set(applied.map(({ member }) => member))];
    // Changes acted member by member; those that others take values from acted first, and so come last here.
    for (const member of [...changed, ...run.members.filter((one) => !changed.includes(one))]) {
      this.settle(member, site, run.layer, view(member));
      for (const one of applied) if (one.member === member) await this.backThrough(one, view(member));
    }
    return total;
  }

  private settle({ plan, world }: Member, site: Site, layer: number, view: SiteView): void {
    const key = keyOf(plan, world, site, layer);
    for (const { position, units, row } of this.pending.get(key) ?? []) view.add(position, units, row);
    this.pending.delete(key);
    this.request.wrt.forEach((wanted, w) => {
      if (wanted.world !== world || wanted.site !== site || wanted.layer !== layer) return;
      const positions = positionsAt(this.plans[plan].worlds[world], wanted.at);
      this.found.set(
        `${plan}/${w}`,
        positions.map((position) => view.read(position, wanted.units)),
      );
    });
  }

  private async backThrough({ member, placed, positions, before, values }: Applied, view: SiteView): Promise<void> {
    const { where, change } = placed.planned;
    const after = positions.map((position) => view.read(position, where.units));
    const back = await pulledBack(change, { before, values }, after, this.options.resources ?? {});
    this.slopes[member.plan][placed.index] += back.slope;
    positions.forEach((position, r) => view.write(position, where.units, back.before[r]));
    positions.forEach((position, r) => {
      if (back.values.length === 0) return;
      for (const { world, site, layer, from, units, share } of this.runner.takenFrom(member, placed, position)) {
        const row = back.values[r].map((x) => x * share);
        // What a run takes from the place that it changes stood there before the change.
        const isOwn = world === member.world && site === where.site && layer === where.layer;
        if (isOwn) view.add(from, units, row);
        else this.add(keyOf(member.plan, world, site, layer), { position: from, units, row });
      }
    });
  }
}
