// Learned masks: a gate for every unit, trained together to keep the metric with few of them open.
//
// A rival of greedy pruning, which cannot take back a wrong early step, and a start for it: the gates give an order,
// exact tests decide.
import { adamWStep, noMoments } from "../base/adamw.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { Random } from "../base/random.ts";
import type { Unit } from "../circuit/unit.ts";
import type { UnitSpace } from "../circuit/unit-set.ts";
import { gatePlace, type Gates, openGates } from "../score/gated-pass.ts";
import type { GatedRuns } from "../score/gated-runs.ts";
import { openProbability, sampleGate } from "./hard-concrete.ts";
import { foreignEntry, type Ledger, noLedger, recallOf } from "./journal.ts";

export interface MaskOptions {
  /** Units that should stay open. */
  readonly target: number;
  readonly steps: number;
  readonly seed: number;
  /** Remembers the slopes of every step, so that a stopped training goes on from there. */
  readonly ledger?: Ledger;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: number, total: number) => void;
}

export interface LearnedMask {
  /** Every unit of the space, the most open first. */
  readonly order: readonly Unit[];
  /** P(gate > 0) of each, in that order. */
  readonly open: readonly number[];
  /** Squared error of the metric, in units of m(M) − m(∅), at the last step. */
  readonly error: number;
}

/** Gates begin open in about nine of ten draws. */
const firstLogAlpha = 1;
const rate = 0.1;
/** Of the multipliers of the size constraint. */
const multiplierRate = 0.1;
/** Share of the steps over which the wanted size falls from everything to the target. */
const warmUp = 0.6;
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxNorm: Infinity };

/**
 * Minimises E[error] + λ₁ (s − t) + λ₂ (s − t)², with s the expected share of open gates and t the wanted one, over the
 * hard concrete parameters by Adam; λ₁ and λ₂ rise by gradient ascent. One draw of the gates for all examples of a step.
 *
 * @param runs over the examples to learn on; kinds of units that are not in the space stay open
 * @throws EngineError "cancelled"
 * @see Louizos et al. 2018, arXiv:1712.01312; Bhaskar et al. 2024, arXiv:2406.16778 (the constraint, there on edges)
 */
export async function learnMask(
  runs: GatedRuns,
  space: UnitSpace,
  { target, steps, seed, ledger = noLedger, signal, onStep }: MaskOptions,
): Promise<LearnedMask> {
  const units = space.full().units();
  const random = Random.seeded(seed, "learned-mask");
  const logAlpha = new Float32Array(units.length).fill(firstLogAlpha);
  const slices = [{ offset: 0, decayed: false }];
  let moments = noMoments(units.length);
  let [linear, square] = [0, 0];
  let error = 0;
  for (let step = 0; step < steps; step++) {
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const gates = openGates(space.sizes);
    const samples = units.map((unit, u) => {
      const sample = sampleGate(logAlpha[u], random);
      const [part, index] = gatePlace(space.sizes, unit);
      gates[part][index] = sample.gate;
      return sample;
    });
    const outcome = recalledStep(ledger, units.length) ?? (await measuredStep(runs, gates, space, units, ledger));
    error = outcome.error;
    const open = Array.from(logAlpha, openProbability);
    const share = open.reduce((sum, { probability }) => sum + probability, 0) / units.length;
    const wanted = 1 - (1 - target / units.length) * Math.min(1, step / (warmUp * steps));
    const excess = share - wanted;
    const pull = (linear + 2 * square * excess) / units.length;
    const gradient = Float32Array.from(units, (_, u) => outcome.slopes[u] * samples[u].slope + pull * open[u].slope);
    moments = adamWStep(logAlpha, [gradient], moments, rate, slices, adam);
    linear += multiplierRate * excess;
    square += multiplierRate * excess ** 2;
    onStep?.(step + 1, steps);
  }
  const ranked = units.map((unit, u) => ({ unit, logAlpha: logAlpha[u] })).sort((a, b) => b.logAlpha - a.logAlpha);
  return {
    order: ranked.map(({ unit }) => unit),
    open: ranked.map((entry) => openProbability(entry.logAlpha).probability),
    error,
  };
}

interface MaskStep {
  readonly error: number;
  /** ∂error/∂gate by unit; float32, which is what the way back through the model gives. */
  readonly slopes: Float32Array;
}

async function measuredStep(
  runs: GatedRuns,
  gates: Gates,
  space: UnitSpace,
  units: readonly Unit[],
  ledger: Ledger,
): Promise<MaskStep> {
  const { error, slopes } = await runs.step(gates);
  const step = { error, slopes: Float32Array.from(units, (unit) => gateOf(slopes, space, unit)) };
  ledger.record({ kind: "gates", error, slopes: Buffer.from(step.slopes.buffer).toString("base64") });
  return step;
}

/** @throws EngineError "invalid-file" where the journal is of another run */
function recalledStep(ledger: Ledger, units: number): MaskStep | undefined {
  const entry = recallOf(ledger, "gates");
  if (!entry) return undefined;
  const bytes = Uint8Array.from(Buffer.from(entry.slopes, "base64"));
  if (bytes.length !== units * Float32Array.BYTES_PER_ELEMENT) throw foreignEntry();
  return { error: entry.error, slopes: new Float32Array(bytes.buffer) };
}

function gateOf(gates: Gates, { sizes }: UnitSpace, unit: Unit): number {
  const [part, index] = gatePlace(sizes, unit);
  return gates[part][index];
}
