// Forward runs to go back through, at points of the path from ablated to clean, each with the change that stands beside its
// gradients.
import { capture } from "../activations/capture.ts";
import type { Executor } from "../activations/executor.ts";
import type { ForwardRun } from "../activations/gradients.ts";
import type { Packing, Reals } from "../activations/packing.ts";
import type { MetricName } from "../metric/metric.ts";
import { endCotangent } from "./end-cotangent.ts";
import {
  type AblationDifferences,
  difference,
  type Group,
  type LayerInputs,
  layerInputs,
  moved,
  type SiteValues,
} from "./gradient-runs.ts";
import { type IntegrationPath, type Part, type PathPoint, pointsOf } from "./integration-path.ts";

/** One run to differentiate: a group at one point of a part's path. */
export interface Job extends PathPoint {
  readonly group: Group;
  readonly part: Part;
}

/** One for each point, in the path's order. */
export const jobsOf = (path: IntegrationPath, group: Group, part: Part): Job[] =>
  pointsOf(path).map((point) => ({ ...point, group, part }));

/** What a batch holds of all its runs at once is bounded by this. */
const batchBytes = 400e6;

/** Cuts the jobs so that the layer inputs of a batch, and of its groups' clean and corrupt runs, fit the budget; in steps the sites too. */
export function inBatches(executor: Executor, jobs: readonly Job[]): Job[][] {
  const { nLayers, nHeads, dHead, dModel, dMlp } = executor.model.config;
  const ofSites = nHeads * dHead + dMlp + dModel;
  const bytesPerEntry = nLayers * (executor.precision === "float32" ? 4 : 8);
  const batches: Job[][] = [];
  let bytes = Infinity;
  for (const job of jobs) {
    const entries = dModel + (job.since === undefined ? 0 : ofSites);
    const size = job.group.packing.rows * entries * bytesPerEntry;
    const isNew = batches.at(-1)?.at(-1)?.group !== job.group;
    const added = isNew ? 3 * size : size;
    if (bytes + added > batchBytes) {
      batches.push([]);
      bytes = 3 * size;
    } else bytes += added;
    batches[batches.length - 1].push(job);
  }
  return batches;
}

/** What stands beside the gradients of a run. */
export interface Change<Site extends keyof SiteValues> {
  /** Of what the embedding gives, "row dModel". */
  input(): Promise<Reals>;
  /** At the sites of one layer. */
  at(layer: number): Promise<Pick<SiteValues, Site>>;
}

export interface PointRun<Site extends keyof SiteValues> extends ForwardRun {
  readonly change: Change<Site>;
}

/** The runs of jobs, one after another; what one has at its point, the next steps on from. */
export class PointRuns<Site extends keyof SiteValues> {
  private last: { readonly job: Job; readonly run: SteppedRun<Site> } | undefined;

  /** @param sites at which changes will be asked for */
  constructor(
    private readonly executor: Executor,
    private readonly metric: MetricName,
    private readonly sites: readonly Site[],
  ) {}

  async of(job: Job, changes: AblationDifferences): Promise<PointRun<Site>> {
    const { packing, examples } = job.group;
    const { run, change } = await this.run(job, changes);
    const { residPre, z } = run;
    const cotangent = await endCotangent(this.executor, this.metric, examples, packing, run.residual);
    return { packing, residPre, z, cotangent, change };
  }

  private async run(
    job: Job,
    changes: AblationDifferences,
  ): Promise<{ readonly run: RunInputs; readonly change: Change<Site> }> {
    const { group, since } = job;
    if (since === undefined) {
      const change = { input: () => changes.inputChange(group), at: (layer: number) => changes.at(group, layer) };
      return { run: await inputsAt(this.executor, job, changes), change };
    }
    const { last } = this;
    const isNext = last?.job.group === group && last.job.alpha === since;
    const before = isNext ? last.run : await this.stepTo(group, since, changes);
    const run = await this.stepTo(group, job.alpha, changes);
    this.last = { job, run };
    return { run, change: this.changeBetween(before, run) };
  }

  /** The run on embeddings at a point, with its sites; where no gradient is taken, these are all that is asked of it. */
  private async stepTo(group: Group, alpha: number, changes: AblationDifferences): Promise<SteppedRun<Site>> {
    const embedded = await embeddedAt(group, alpha, changes);
    const sites = ["residPre", ...this.sites] as const;
    const { residual, at } = await capture(this.executor, group.packing, embedded, { sites });
    return { residual, residPre: at.residPre!, z: at.z, at: at as SteppedRun<Site>["at"] };
  }

  private changeBetween(before: SteppedRun<Site>, run: SteppedRun<Site>): Change<Site> {
    return {
      input: () => Promise.resolve(difference(before.residPre[0], run.residPre[0])),
      at: (layer) => {
        const changes = this.sites.map((site) => [site, difference(before.at[site][layer], run.at[site][layer])]);
        return Promise.resolve(Object.fromEntries(changes) as Pick<SiteValues, Site>);
      },
    };
  }
}

type RunInputs = LayerInputs & Pick<ForwardRun, "z">;

interface SteppedRun<Site extends keyof SiteValues> extends RunInputs {
  /** By site, then layer. */
  readonly at: Readonly<Record<Site, readonly Reals[]>>;
}

async function embeddedAt(group: Group, alpha: number, changes: AblationDifferences): Promise<Reals> {
  if (alpha === 1) return group.clean;
  const ablated = await changes.ablatedInput(group);
  return moved(ablated, difference(group.clean, ablated), alpha);
}

async function inputsAt(
  executor: Executor,
  { group, part, alpha }: Job,
  changes: AblationDifferences,
): Promise<RunInputs> {
  if (alpha === 1) return changes.run(group, "clean");
  if (part.kind === "input") return layerInputs(executor, group.packing, await embeddedAt(group, alpha, changes));
  const { layer } = part;
  const clean = await changes.run(group, "clean");
  const change = await changes.at(group, layer);
  if (part.kind === "mlp") {
    const after = clean.residPre[layer + 1] ?? clean.residual;
    return continued(executor, group.packing, clean, layer, moved(after, change.mlpOut, 1 - alpha));
  }
  const values = moved((await changes.cleanAt(group, layer)).z, change.z, 1 - alpha);
  const { residPost } = await executor.write(layer, clean.residPre[layer], values, { wanted: ["residPost"] });
  const z: Reals[] = [];
  z[layer] = values;
  return { ...(await continued(executor, group.packing, clean, layer, residPost)), z };
}

/** The clean run up to a layer, and the model's run on from another stream behind it. */
async function continued(
  executor: Executor,
  packing: Packing,
  clean: LayerInputs,
  layer: number,
  residPost: Reals,
): Promise<LayerInputs> {
  const { residual, at } = await capture(executor, packing, residPost, { sites: ["residPre"], from: layer + 1 });
  return { residPre: [...clean.residPre.slice(0, layer + 1), ...(at.residPre ?? []).slice(layer + 1)], residual };
}
