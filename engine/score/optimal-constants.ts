// Optimal ablation: one constant for each unit, learned so that circuits with it in the place of the units that they lack stay
// as near to the model as constants allow.
//
// A mean is a constant too, and zero is one; both are rarely the one that does the least harm, and then a unit looks important
// because of what was put in its place. The constant that minimises the loss leaves only what no constant can give.
// Li and Janson 2024, "Optimal ablation for interpretability", arXiv:2409.09951.
import { append } from "../base/append.ts";
import { least } from "../base/greatest.ts";
import type { AblatedSite, UnitConstants } from "../activations/ablation.ts";
import { capture } from "../activations/capture.ts";
import type { Executor } from "../activations/executor.ts";
import { type Reals, repeatRows, zeros } from "../activations/packing.ts";
import { ReferenceMeans } from "../activations/reference-means.ts";
import { adamWStep, noMoments, UNDIVIDED } from "../base/adamw.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { Random } from "../base/random.ts";
import { mean } from "../evaluate/evaluator.ts";
import type { Example } from "../task/example.ts";
import { Divergence } from "./divergence.ts";
import { GatedPass, type GatedRun, type Gates, openGates } from "./gated-pass.ts";
import { type SiteValues, type Group, prepareGroups } from "./gradient-runs.ts";

/** Remembers what was learned, so that a run that goes on has the same constants to the bit. */
export interface ConstantsMemory {
  recall(site: AblatedSite): Float32Array | undefined;
  record(site: AblatedSite, values: Float32Array): void;
}

export interface ConstantsOptions {
  readonly seed: number;
  readonly memory?: ConstantsMemory;
  readonly signal?: AbortSignal;
  readonly onStep?: (done: number, total: number) => void;
}

/** The sites whose units have constants, and what is learned there: which of a circuit's units the site's gates are. */
const PARTS = { input: undefined, z: "heads", mlpOut: "mlps", hidden: "neurons" } as const satisfies Partial<
  Record<AblatedSite, keyof Gates | undefined>
>;
type LearnedSite = keyof typeof PARTS;

const isLearned = (site: AblatedSite): site is LearnedSite => site in PARTS;

const steps = 200;
/** Examples of one step. */
const batch = 16;
/** Step of Adam in standard deviations of each entry; falls in a straight line to nothing. */
const rate = 0.05;
const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, maxNorm: Infinity };
/** Circuits over which the loss is taken when candidates are compared, sizes evenly spread. */
const comparedCircuits = 8;

/**
 * For each kind of unit alone (heads; MLPs; neurons; the embedding): constants a that minimise
 * E_x E_C KL(model(x) ‖ model(x) with a in the place of every unit of that kind outside C) at the last token, over the given
 * examples' clean prompts x and circuits C of every size alike (a share drawn from [0, 1], every unit kept with that probability).
 * Each kind is learned when it is first asked for, whatever else is asked for.
 *
 * Adam from the mean of the unit over the prompts, in units of each entry's standard deviation; the learned constants are taken
 * where they beat the means and zero on one fixed set of circuits, so that their loss is never above either's.
 */
export class OptimalConstants implements UnitConstants {
  private readonly made = new Map<AblatedSite, Promise<readonly Reals[]>>();
  private hooks: Pick<ConstantsOptions, "memory" | "onStep"> = {};

  /** @param examples to learn on: discovery examples, never those that figures are reported on */
  constructor(
    private readonly executor: Executor,
    private readonly examples: readonly Example[],
    private readonly options: Pick<ConstantsOptions, "seed" | "signal">,
  ) {}

  /** What is learned from now on is remembered and reported there. */
  within(hooks: Pick<ConstantsOptions, "memory" | "onStep">): void {
    this.hooks = hooks;
  }

  /** @throws EngineError "usage" for a site without constants or without examples; "cancelled" */
  at(site: AblatedSite): Promise<readonly Reals[]> {
    const known = this.made.get(site);
    if (known) return known;
    const made = this.make(site);
    this.made.set(site, made);
    // Stopped or failed, it is learned when it is next asked for.
    made.catch(() => this.made.delete(site));
    return made;
  }

  private async make(site: AblatedSite): Promise<readonly Reals[]> {
    if (!isLearned(site)) {
      throw new EngineError(
        "usage",
        say`Optimal ablation has constants for the embedding, heads (z), MLPs (mlpOut) and neurons (hidden), none for ${site}; choose one of these sites, or another ablation.`,
        { site },
      );
    }
    if (this.examples.length === 0) throw new EngineError("usage", say`There are no examples to learn constants on.`);
    const { memory } = this.hooks;
    const recalled = memory?.recall(site);
    const layers = site === "input" ? 1 : this.executor.model.config.nLayers;
    if (recalled) return byLayer(recalled, layers);
    const trial = await ConstantsTrial.over(this.executor, this.examples, site);
    try {
      const learned = await learn(trial, { ...this.options, ...this.hooks });
      memory?.record(site, learned);
      return byLayer(learned, layers);
    } finally {
      await trial.dispose();
    }
  }
}

function byLayer(values: Float32Array, layers: number): Float32Array[] {
  const width = values.length / layers;
  return Array.from({ length: layers }, (_, layer) => values.subarray(layer * width, (layer + 1) * width));
}

async function learn(trial: ConstantsTrial, { seed, signal, onStep }: ConstantsOptions): Promise<Float32Array> {
  const { means, spread } = trial;
  const random = Random.seeded(seed, `optimal ablation/${trial.site}`);
  const moved = new Float32Array(spread.length);
  const constants = () => Float32Array.from(moved, (by, i) => means.corrupt[i] + by * spread[i]);
  let moments = noMoments(moved.length);
  for (let step = 0; step < steps; step++) {
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const { gradient } = await trial.step(constants(), step, random);
    for (let i = 0; i < gradient.length; i++) gradient[i] *= spread[i];
    moments = adamWStep(moved, [gradient], moments, rate * (1 - step / steps), UNDIVIDED, adam);
    onStep?.(step + 1, steps);
  }
  const candidates = [constants(), means.corrupt, means.clean, new Float32Array(moved.length)];
  const losses: number[] = [];
  for (const candidate of candidates) {
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    losses.push(await trial.loss(candidate, seed));
  }
  return candidates[losses.indexOf(least(losses))];
}

/** A group of examples with what the model itself says. */
interface TrialGroup {
  readonly group: Group;
  /** "example token" */
  readonly model: Reals;
}

/** Tries constants of one kind of unit: loss and gradient on circuits that are drawn. */
export class ConstantsTrial {
  private constructor(
    private readonly executor: Executor,
    readonly site: LearnedSite,
    /** For steps, and for comparing. */
    private readonly batches: readonly TrialGroup[],
    private readonly groups: readonly TrialGroup[],
    private readonly pass: GatedPass,
    private readonly divergence: Divergence,
    /** Of the units over all positions of the examples' prompts, "layer width". */
    readonly means: { readonly clean: Float32Array; readonly corrupt: Float32Array },
    /** Standard deviation over the clean prompts, "layer width". */
    readonly spread: Float32Array,
  ) {}

  static async over(executor: Executor, examples: readonly Example[], site: LearnedSite): Promise<ConstantsTrial> {
    const groups = prepareGroups(executor, examples);
    const divergence = new Divergence(executor);
    const pass = new GatedPass(executor, "ablated");
    const withLogits = async (of: readonly Group[]): Promise<TrialGroup[]> => {
      const made: TrialGroup[] = [];
      for (const group of of) {
        const { residual } = await capture(executor, group.packing, group.clean, { sites: [] });
        made.push({ group, model: await divergence.logits(group.packing, residual) });
      }
      return made;
    };
    const batches = await withLogits(inBatchesOf(batch, examples).flatMap((some) => prepareGroups(executor, some)));
    const whole = await withLogits(groups);
    const [clean, corrupt] = [
      await meanOf(executor, groups, site, "clean"),
      await meanOf(executor, groups, site, "corrupt"),
    ];
    const spread = await spreadOf(executor, groups, site, clean);
    return new ConstantsTrial(executor, site, batches, whole, pass, divergence, { clean, corrupt }, spread);
  }

  /** Mean KL in nats on one group of examples and one circuit, and ∂loss/∂constants, "layer width". */
  async step(
    constants: Float32Array,
    step: number,
    random: Random,
  ): Promise<{ readonly loss: number; readonly gradient: Float32Array }> {
    this.executor.checkSignal();
    const { group, model } = this.batches[step % this.batches.length];
    // Shares step through [0, 1) by the golden ratio, so that few steps meet every size.
    const gates = this.draw(((step + 1) * 0.6180339887498949) % 1, random);
    const run = await this.run(group, constants, gates);
    const diverged = await this.divergence.from(model, group.packing, run.end);
    const atEnd = await this.divergence.gradient(model, diverged, group.packing, run.end);
    const gradient = new Float64Array(constants.length);
    const atInput = await this.pass.backward(run, atEnd, ({ layer, z, hidden, mlpOut }) => {
      if (this.site === "input") return;
      const width = constants.length / this.executor.model.config.nLayers;
      if (this.site === "z") {
        // The gates say how much of the constant is left; at the other two sites the graph has multiplied already.
        const off = z.slice();
        this.pass.eachHead(layer, gates.heads, z.length, (gate, i) => (off[i] *= 1 - gate));
        addRows(gradient, layer * width, width, off);
      } else addRows(gradient, layer * width, width, this.site === "hidden" ? hidden : mlpOut);
    });
    if (this.site === "input") addRows(gradient, 0, gradient.length, atInput);
    return { loss: mean(diverged.values), gradient: Float32Array.from(gradient) };
  }

  /** Mean KL in nats over all examples and a fixed set of circuits, one of each size. */
  async loss(constants: Float32Array, seed: number): Promise<number> {
    this.executor.checkSignal();
    const random = Random.seeded(seed, `optimal ablation/${this.site}/compared`);
    const circuits = this.site === "input" ? 1 : comparedCircuits;
    const values: number[] = [];
    for (let c = 0; c < circuits; c++) {
      const gates = this.draw((c + 0.5) / circuits, random);
      for (const { group, model } of this.groups) {
        const { end } = await this.run(group, constants, gates);
        append(values, (await this.divergence.from(model, group.packing, end)).values);
      }
    }
    return mean(values);
  }

  async dispose(): Promise<void> {
    await this.pass.dispose();
  }

  /** Every unit of the site's kind is kept with this probability, all others are. */
  private draw(share: number, random: Random): Gates {
    const gates = openGates(this.executor.model.config);
    const part = PARTS[this.site];
    if (part) for (let i = 0; i < gates[part].length; i++) gates[part][i] = random.uniform() < share ? 1 : 0;
    return gates;
  }

  private run(group: Group, constants: Float32Array, gates: Gates): Promise<GatedRun> {
    const { precision, model } = this.executor;
    const { nLayers, nHeads, dHead, dModel, dMlp } = model.config;
    const { rows } = group.packing;
    const placed = (from: number, width: number): Reals => {
      const own = zeros(precision, width);
      own.set(constants.subarray(from, from + width));
      return repeatRows(own, rows);
    };
    const idle = { z: nHeads * dHead, hidden: dMlp, mlpOut: dModel };
    const unused = Object.fromEntries(
      Object.entries(idle).map(([site, width]) => [site, zeros(precision, rows * width)]),
    ) as unknown as SiteValues;
    if (this.site === "input") {
      const ablated = Array.from({ length: nLayers }, () => unused);
      return this.pass.forward({ group, ablated, gates, stream: placed(0, dModel) });
    }
    const width = idle[this.site];
    const ablated = Array.from({ length: nLayers }, (_, layer) => ({
      ...unused,
      [this.site]: placed(layer * width, width),
    }));
    return this.pass.forward({ group, ablated, gates });
  }
}

function inBatchesOf(size: number, examples: readonly Example[]): Example[][] {
  const batches: Example[][] = [];
  for (let at = 0; at < examples.length; at += size) batches.push(examples.slice(at, at + size));
  return batches;
}

/** Adds the sum of the rows of "row width" to the entries from a place on. */
function addRows(sums: Float64Array, from: number, width: number, rows: Reals): void {
  for (let i = 0; i < rows.length; i++) sums[from + (i % width)] += rows[i];
}

async function meanOf(
  executor: Executor,
  groups: readonly Group[],
  site: LearnedSite,
  reference: "clean" | "corrupt",
): Promise<Float32Array> {
  const examples = groups.map((group) => group.examples);
  const means = await ReferenceMeans.over(executor, examples, { reference, perPosition: false }, [site]);
  const layers = site === "input" ? 1 : executor.model.config.nLayers;
  return Float32Array.from(Array.from({ length: layers }, (_, layer) => [...means.overall(site, layer)]).flat());
}

async function spreadOf(
  executor: Executor,
  groups: readonly Group[],
  site: LearnedSite,
  means: Float32Array,
): Promise<Float32Array> {
  const sums = new Float64Array(means.length);
  let rows = 0;
  for (const { packing, clean } of groups) {
    const layers = site === "input" ? [clean] : (await capture(executor, packing, clean, { sites: [site] })).at[site]!;
    const width = means.length / layers.length;
    layers.forEach((values, layer) => {
      for (let i = 0; i < values.length; i++) {
        const at = layer * width + (i % width);
        sums[at] += (values[i] - means[at]) ** 2;
      }
    });
    rows += packing.rows;
  }
  return Float32Array.from(sums, (sum) => Math.sqrt(sum / rows));
}
